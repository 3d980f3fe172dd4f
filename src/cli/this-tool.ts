/** What judges: version, and the digest of the code that runs. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLater } from '../facts/later.ts';
import type { Tool } from '../scan.ts';
import { manifest } from './paths.ts';

/** The program is one file once it is built; a checkout that was not built says `sources`. Most formats do not tell: read when one does. */
export function thisTool(): Tool & { readonly code: string } {
  const file = fileURLToPath(import.meta.url);
  const code = (): string => (basename(file) === 'cli.cjs' ? `sha256:${hash('sha256', readFileSync(file))}` : 'sources');
  return withLater({ version: manifest.version }, { code });
}
