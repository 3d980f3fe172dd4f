/** The packages of an rpm database that lies on a disk, without rpm. Writes nothing, not even what SQLite puts beside a database. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Answer } from '../../facts/ask.ts';
import type { Package } from '../../facts/packages.ts';
import { packageInHeader } from './rpm-header.ts';

/** More packages than any distribution has, and bytes of one of them. */
const most = 200_000;
const mostBytes = 64 * 1024 * 1024;

class DamagedError extends Error {}

/** All packages in the file `path`, which is no link. A part of them is none: what is damaged anywhere is blocked. */
export function packagesInFile(path: string): Answer<readonly Package[]> {
  try {
    if (path.endsWith('/rpmdb.sqlite')) return { is: 'got', value: inSqlite(path) };
    if (path.endsWith('/Packages.db')) return { is: 'got', value: inNdb(path) };
    return { is: 'blocked', why: 'unsupported', said: 'it is a Berkeley DB, which only rpm reads' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return { is: 'blocked', why: 'denied' };
    // Whatever a hostile or torn file brings about: it is not to be read.
    return { is: 'blocked', why: 'failed', said: `the rpm database is damaged: ${message.split('\n')[0]}` };
  }
}

function packageFrom(bytes: unknown): Package {
  const found = bytes instanceof Uint8Array ? packageInHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) : undefined;
  if (!found) throw new DamagedError('what stands in place of a package is none');
  return found;
}

/** The one table that is read, as rpm makes it (lib/backend/sqlite.c): a view or a computed column could run for ever. */
const table = /^CREATE TABLE (?:IF NOT EXISTS )?['"]?Packages['"]? ?\(\s*hnum INTEGER PRIMARY KEY(?: AUTOINCREMENT)?,\s*blob BLOB NOT NULL\s*\)$/;

function inSqlite(path: string): readonly Package[] {
  const { size } = regular(path);
  if (sizeOrNone(`${path}-wal`) > 0) throw new DamagedError('changes stand beside it that were not written into it yet');
  if (size < sqliteSize(path)) throw new DamagedError('it was cut off');
  const sqlite = sqliteOfNode();
  if (!sqlite) throw new DamagedError('this Node cannot read SQLite');
  const url = pathToFileURL(path);
  // Nobody writes to it meanwhile; so SQLite needs no lock, and no file of its own beside it.
  url.searchParams.set('immutable', '1');
  const database = new sqlite.DatabaseSync(url, { readOnly: true, allowExtension: false });
  try {
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
    const made = database.prepare("SELECT type, sql FROM sqlite_schema WHERE name = 'Packages'").all();
    if (made.length !== 1 || made[0]?.type !== 'table' || !table.test(String(made[0]?.sql))) throw new DamagedError('it holds no table of packages');
    const found: Package[] = [];
    for (const row of database.prepare(`SELECT CASE WHEN length(blob) <= ${mostBytes} THEN blob END AS blob FROM Packages`).iterate()) {
      if (found.length >= most) throw new DamagedError(`it lists more than ${most} packages`);
      found.push(packageFrom(row.blob));
    }
    return found;
  } finally {
    database.close();
  }
}

/** Loaded only for such a database. Node calls it an experiment, which helps nobody who scans a host. */
function sqliteOfNode(): typeof import('node:sqlite') | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Bytes that a SQLite database says it has (sqlite.org/fileformat2.html, 1.3). */
function sqliteSize(path: string): number {
  return reading(path, (read) => {
    const head = read(0, 100);
    if (head.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw new DamagedError('it does not begin as SQLite does');
    const page = head.readUInt16BE(16);
    return (page === 1 ? 65_536 : page) * head.readUInt32BE(28);
  });
}

const pageSize = 4096;
const block = 16;
/** Slot pages that are read at most: of 256 packages each. */
const mostPages = 2048;

/** Slots that point at blocks, behind a header of two slots (rpm-software-management/rpm:lib/backend/ndb/rpmpkg.c). All numbers are little-endian. */
function inNdb(path: string): readonly Package[] {
  return reading(path, (read) => {
    const head = read(0, 32);
    if (head.toString('latin1', 0, 4) !== 'RpmP' || head.readUInt32LE(4) !== 0) throw new DamagedError('it does not begin as ndb does');
    const pages = head.readUInt32LE(12);
    if (pages === 0 || pages > mostPages) throw new DamagedError('its index is of no possible size');
    const slots = read(0, pages * pageSize);
    const found: Package[] = [];
    for (let at = 2 * block; at < slots.length; at += block) {
      if (slots.toString('latin1', at, at + 4) !== 'Slot') throw new DamagedError('its index holds something else');
      const index = slots.readUInt32LE(at + 4);
      if (index !== 0) found.push(packageFrom(blobAt(read, index, slots.readUInt32LE(at + 8), slots.readUInt32LE(at + 12))));
    }
    return found;
  });
}

function blobAt(read: Read, index: number, first: number, blocks: number): Buffer {
  if (blocks * block > mostBytes || blocks < 2) throw new DamagedError('a package is of no possible size');
  const bytes = read(first * block, blocks * block);
  const length = bytes.readUInt32LE(12);
  const tail = bytes.length - 12;
  const fits =
    bytes.toString('latin1', 0, 4) === 'BlbS' &&
    bytes.readUInt32LE(4) === index &&
    block + length <= tail &&
    bytes.readUInt32LE(tail + 4) === length &&
    bytes.toString('latin1', tail + 8) === 'BlbE';
  if (!fits) throw new DamagedError('a package in it is not whole');
  return bytes.subarray(block, block + length);
}

/** Reads so many bytes from there on, all of them. */
type Read = (from: number, length: number) => Buffer;

function reading<T>(path: string, use: (read: Read) => T): T {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const { size } = fstatSync(file);
    return use((from, length) => {
      if (from + length > size) throw new DamagedError('it was cut off');
      const bytes = Buffer.allocUnsafe(length);
      if (readSync(file, bytes, 0, length, from) !== length) throw new DamagedError('it was cut off');
      return bytes;
    });
  } finally {
    closeSync(file);
  }
}

/** A FIFO or a device would never end. */
function regular(path: string): { readonly size: number } {
  const stats = statSync(path);
  if (!stats.isFile()) throw new DamagedError('it is no file');
  return stats;
}

const sizeOrNone = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
