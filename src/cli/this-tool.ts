/** What judges: version, and the digest of the code that runs. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tool } from '../scan.ts';
import { manifest } from './paths.ts';

/** The program is one file once it is built; a checkout that was not built says `sources`. */
export function thisTool(): Tool & { readonly code: string } {
  const file = fileURLToPath(import.meta.url);
  const code = basename(file) === 'cli.cjs' ? `sha256:${hash('sha256', readFileSync(file))}` : 'sources';
  return { version: manifest.version, code };
}
