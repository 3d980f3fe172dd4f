/** What the system's stat tells, in pretrip's terms. */
import type { Stats } from 'node:fs';
import type { FileType, Inode } from '../../facts/ask.ts';

/** The type of an inode and its permission bits. */
export function inodeOf(s: Stats): Inode {
  const type: FileType = s.isFile()
    ? 'file'
    : s.isDirectory()
      ? 'directory'
      : s.isSymbolicLink()
        ? 'link'
        : s.isSocket()
          ? 'socket'
          : s.isFIFO()
            ? 'fifo'
            : s.isCharacterDevice()
              ? 'char'
              : 'block';
  return { type, mode: s.mode & 0o7777, uid: s.uid, gid: s.gid, size: s.size, mtime: Math.floor(s.mtimeMs / 1000) };
}
