/** Files are written whole or not at all. */
import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from './errors.ts';

/** A file to be written; `mode` is its permission bits. */
export interface NewFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode?: number;
}

/**
 * Writes beside the target, then renames. Refuses to write through a symbolic link.
 * `mode` is the file's permission bits. Throws UsageError with what the system said.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o644): void {
  writeAll([{ path, content, mode }]);
}

/** Writes several files, none before all could be written beside their places. */
export function writeAll(files: readonly NewFile[]): void {
  const staged: { from: string; to: string }[] = [];
  let at = '';
  try {
    for (const { path, content, mode = 0o644 } of files) {
      at = path;
      const there = lstatSync(path, { throwIfNoEntry: false });
      if (there?.isSymbolicLink()) throw new UsageError(`cannot write ${path}: it is a symbolic link`, 'name the file that it leads to');
      if (there?.isDirectory()) throw new UsageError(`cannot write ${path}: it is a directory`, 'nothing was written there');
      // A device or a pipe is written to, not replaced: renaming over /dev/null would take it away from the whole host.
      if (there && !there.isFile()) {
        writeFileSync(path, content);
        continue;
      }
      mkdirSync(dirname(path), { recursive: true });
      staged.push({ from: `${path}.${process.pid}.tmp`, to: path });
      writeNew(`${path}.${process.pid}.tmp`, content, mode);
    }
    for (const { from, to } of staged) renameSync(from, to);
  } catch (error) {
    for (const { from } of staged) rmSync(from, { force: true });
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot write ${at}: ${(error as Error).message.replace(/, .*$/s, '')}`, 'nothing was written there');
  }
}

/** A directory with these files in it, readable by its owner only; it must not be there yet, or be empty. Written whole or not at all. */
export function writeDirectory(path: string, files: readonly NewFile[]): void {
  const temporary = `${path.replace(/\/+$/, '')}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(temporary), { recursive: true });
    mkdirSync(temporary, { mode: 0o700 });
    for (const file of files) writeNew(join(temporary, file.path), file.content, file.mode ?? 0o600);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST')
      throw new UsageError(`cannot write ${path}: it is there already`, 'name a directory that is not there yet: evidence is never overwritten');
    throw new UsageError(`cannot write ${path}: ${message.replace(/, .*$/s, '')}`, 'nothing was written there');
  }
}

function writeNew(path: string, content: string | Uint8Array, mode: number): void {
  const file = openSync(path, 'wx', mode);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
