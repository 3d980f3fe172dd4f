/** What stands at a path: looked at once, for all sorts of targets to tell whether it is theirs. */
import { accessSync, closeSync, constants, createReadStream, existsSync, lstatSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Transform } from 'node:stream';
import { maxNoise } from '../script/frames.ts';
import { compressionOf } from '../snapshot/snapshot.ts';
import { type Found, TargetError } from './target.ts';

/** Bytes of a file that are looked at: as many as may stand before what a capture script prints, and its mark. */
const most = maxNoise + 256;

/** Looks at a path; the content of a file only if `content`. Throws TargetError with `hint` where nothing can be looked at. */
export async function lookAt(name: string, content: boolean, hint: string): Promise<Found> {
  const path = resolve(name);
  try {
    const info = statSync(path);
    accessSync(path, constants.R_OK | (info.isDirectory() ? constants.X_OK : 0));
    if (info.isDirectory()) return { name, path, entries: readdirSync(path), head: new Uint8Array() };
    return { name, path, head: content && mayBeRead(info) ? await headOf(path, name) : new Uint8Array() };
  } catch (error) {
    if (error instanceof TargetError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') throw new TargetError(`${name}: permission denied`, 'read it as an account that may, such as root');
    throw new TargetError(`${name}: ${leadsNowhere(path) ? 'is a symbolic link that leads nowhere' : said(error as NodeJS.ErrnoException)}`, hint);
  }
}

/** Reading a pipe would take away what is in it, or wait for ever. */
const mayBeRead = (info: Stats): boolean => info.isFile() || info.isBlockDevice();

const leadsNowhere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && !existsSync(path);

function said({ code, message }: NodeJS.ErrnoException): string {
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or directory',
    ELOOP: 'too many levels of symbolic links',
  };
  return words[code ?? ''] ?? message;
}

async function headOf(path: string, name: string): Promise<Uint8Array> {
  const head = startOf(path);
  const how = compressionOf(head);
  if (how === undefined) return head;
  try {
    return await decompressedStart(path, how);
  } catch (error) {
    throw new TargetError(`${name}: cannot be decompressed: ${(error as Error).message}`);
  }
}

function startOf(path: string): Uint8Array {
  const head = Buffer.alloc(most);
  const file = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}

/** Decompresses no more than is looked at, so that a small file cannot fill the memory. */
async function decompressedStart(path: string, how: 'gzip' | 'zstd'): Promise<Uint8Array> {
  const zlib = process.getBuiltinModule('node:zlib');
  const through: Transform = how === 'gzip' ? zlib.createGunzip() : zlib.createZstdDecompress();
  const source = createReadStream(path);
  source.on('error', (error) => through.destroy(error));
  try {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of source.pipe(through)) {
      chunks.push(chunk as Uint8Array);
      bytes += (chunk as Uint8Array).length;
      if (bytes >= most) break;
    }
    return Buffer.concat(chunks).subarray(0, most);
  } finally {
    source.destroy();
  }
}
