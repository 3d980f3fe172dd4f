/** The one list of fact kinds. The grammar, its schema, the reference and completion are derived from it. */
import { file, text } from './host/file.ts';
import type { Kind } from './kind.ts';

export const kinds: readonly Kind[] = [file, text];

export const kindNamed = (name: string): Kind | undefined => kinds.find((k) => k.name === name);
