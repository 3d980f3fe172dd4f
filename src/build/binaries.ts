/** Files of a checkout that are no text: nobody can review them, and a stray one comes in unseen. */
import { isUtf8 } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Valid UTF-8 without a NUL. */
export const isText = (bytes: Uint8Array): boolean => isUtf8(bytes) && !bytes.includes(0);

/** Paths below `root` of files that git keeps, or would keep if they were added, and that are no text; undefined where `root` is no git checkout. */
export function binariesIn(root: string): string[] | undefined {
  const { status, stdout } = spawnSync('git', ['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const isFile = (path: string): boolean => lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false;
  return stdout.split('\0').filter((path) => path !== '' && isFile(path) && !isText(readFileSync(join(root, path))));
}
