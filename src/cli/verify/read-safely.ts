/** Reads files that somebody else made: no links, no devices, nothing without end. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes of one file. A report on 10,000 verdicts is about 20 MB. */
const limit = 512 * 1024 * 1024;

/** Why a file was not read. */
export class UnreadableError extends Error {}

/** The bytes of a regular file. `followLinks` only for paths that the user named. Throws UnreadableError. */
export function readSafely(path: string, followLinks = false): Uint8Array {
  let file: number;
  try {
    // A pipe without a writer would wait for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | (followLinks ? 0 : constants.O_NOFOLLOW));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const said: Record<string, string> = { ENOENT: 'there is no such file', ELOOP: 'is a symbolic link', EACCES: 'permission denied' };
    throw new UnreadableError(said[code ?? ''] ?? message.replace(/^E[A-Z0-9]+: |, .*$/gs, ''));
  }
  try {
    const info = fstatSync(file);
    if (!info.isFile()) throw new UnreadableError('is not a regular file');
    if (info.size > limit) throw new UnreadableError(`is larger than ${limit} bytes`);
    const bytes = Buffer.alloc(info.size);
    for (let at = 0; at < bytes.length; ) {
      const got = readSync(file, bytes, at, bytes.length - at, at);
      if (got === 0) throw new UnreadableError('was cut while it was read');
      at += got;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
