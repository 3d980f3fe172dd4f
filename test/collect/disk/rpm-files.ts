/** Rpm databases made by hand: what rpm itself would write, as far as it is read. */
import { DatabaseSync } from 'node:sqlite';

export interface Row {
  readonly name: string;
  readonly epoch?: number;
  readonly version: string;
  readonly release: string;
  readonly arch?: string;
}

/** The header of a package. */
export function headerOf({ name, epoch, version, release, arch }: Row): Buffer {
  const entries: Buffer[] = [];
  const store: Buffer[] = [];
  let length = 0;
  const add = (tag: number, type: number, value: Buffer): void => {
    const index = Buffer.alloc(16);
    for (const [at, n] of [tag, type, length, 1].entries()) index.writeUInt32BE(n, at * 4);
    entries.push(index);
    store.push(value);
    length += value.length;
  };
  const number = Buffer.alloc(4);
  number.writeUInt32BE(epoch ?? 0);
  if (epoch !== undefined) add(1003, 4, number);
  for (const [tag, text] of [
    [1000, name],
    [1001, version],
    [1002, release],
    [1022, arch],
  ] as const)
    if (text !== undefined) add(tag, 6, Buffer.from(`${text}\0`));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(entries.length, 0);
  head.writeUInt32BE(length, 4);
  return Buffer.concat([head, ...entries, ...store]);
}

/** A database of ndb. */
export function ndbOf(headers: readonly Buffer[]): Buffer {
  const slots = Buffer.alloc(4096);
  slots.write('RpmP', 0);
  slots.writeUInt32LE(1, 12);
  for (let at = 32; at < slots.length; at += 16) slots.write('Slot', at);
  const blobs: Buffer[] = [];
  let offset = 4096;
  for (const [at, header] of headers.entries()) {
    const blob = Buffer.alloc(Math.ceil((16 + header.length + 12) / 16) * 16);
    blob.write('BlbS', 0);
    blob.writeUInt32LE(at + 1, 4);
    blob.writeUInt32LE(header.length, 12);
    header.copy(blob, 16);
    blob.writeUInt32LE(header.length, blob.length - 8);
    blob.write('BlbE', blob.length - 4);
    const slot = 32 + at * 16;
    slots.writeUInt32LE(at + 1, slot + 4);
    slots.writeUInt32LE(offset / 16, slot + 8);
    slots.writeUInt32LE(blob.length / 16, slot + 12);
    blobs.push(blob);
    offset += blob.length;
  }
  return Buffer.concat([slots, ...blobs]);
}

/** A database of SQLite at this path. */
export function writeSqlite(path: string, headers: readonly Buffer[]): void {
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)");
  const insert = database.prepare('INSERT INTO Packages (blob) VALUES (?)');
  for (const header of headers) insert.run(header);
  database.close();
}
