/** Files are written whole or not at all. */
import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './errors.ts';

/**
 * Writes beside the target, then renames. Refuses to write through a symbolic link.
 * `mode` is the file's permission bits. Throws UsageError with what the system said.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o644): void {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isSymbolicLink()) throw new UsageError(`cannot write ${path}: it is a symbolic link`, 'name the file that it leads to');
  // A device or a pipe is written to, not replaced: renaming over /dev/null would take it away from the whole host.
  if (there && !there.isFile() && !there.isDirectory()) {
    writeFileSync(path, content);
    return;
  }
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, 'wx', mode);
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UsageError(`cannot write ${path}: ${(error as Error).message.replace(/, .*$/s, '')}`, 'nothing was written there');
  }
}
