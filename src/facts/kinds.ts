/** The one list of fact kinds. The grammar, its schema, the reference and completion are derived from it. */
import { accounts } from './host/accounts-kind.ts';
import { file, text } from './host/file.ts';
import { hardware } from './host/hardware.ts';
import { os } from './host/os.ts';
import { sysctl } from './host/sysctl.ts';
import { tool } from './host/tool.ts';
import { engine, user } from './host/user.ts';
import type { Kind } from './kind.ts';

export const kinds: readonly Kind[] = [accounts, hardware, os, sysctl, file, text, tool, user, engine];

export const kindNamed = (name: string): Kind | undefined => kinds.find((k) => k.name === name);
