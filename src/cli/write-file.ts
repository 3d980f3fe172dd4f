/** Files are written whole or not at all. */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { OutputError, saidBySystem, UsageError } from './errors.ts';
import { guard, staged } from './signals.ts';

/** A file to be written; `mode` is its permission bits. */
export interface NewFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode?: number;
}

/** Longest name of a file, in bytes (limits.h, NAME_MAX). */
const longestName = 255;
/** File systems that hold no files of ours, by their magic numbers (statfs(2)): proc, sysfs, cgroup 1 and 2, debugfs, tracefs. */
const unreal = new Set([0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x64626720, 0x74726163]);
/** Seconds that a pipe may go without a reader, or a reader without reading. */
const patience = 10;

/** Refuses, before anything is looked at, a place where no file can be written. `{target}` stands for a name yet to come. */
export function refuseUnwritable(path: string): void {
  const [before = ''] = path.split('{target}');
  const place = before === path ? path : join(before, 'x');
  const wrong = whyUnwritable(place);
  if (wrong) throw new UsageError(`cannot write ${path}: ${wrong[0]}`, wrong[1]);
}

function whyUnwritable(path: string): readonly [why: string, hint: string] | undefined {
  const nothing = 'nothing was looked at';
  const long = path.split('/').find((name) => Buffer.byteLength(name) > longestName);
  if (long !== undefined) return [`a name in it has ${Buffer.byteLength(long)} bytes, and ${longestName} is the most`, nothing];
  try {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there) {
      const refused = notReplaced(there);
      if (refused) return refused;
      accessSync(there.isFile() ? dirname(resolve(path)) : path, constants.W_OK);
      return undefined;
    }
    const base = baseOf(path);
    if (!statSync(base).isDirectory()) return [`${base} is not a directory`, nothing];
    if (unreal.has(statfsSync(base).type)) return [`${base} is a file system of the kernel, which takes no files`, nothing];
    accessSync(base, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return [saidBySystem(error), nothing];
  }
}

function notReplaced(there: Stats): readonly [why: string, hint: string] | undefined {
  if (there.isSymbolicLink()) return ['it is a symbolic link', 'name the file that it leads to'];
  if (there.isDirectory()) return ['it is a directory', 'nothing was written there'];
  return there.isSocket() ? ['it is a socket', 'nothing was written there'] : undefined;
}

/** The nearest directory above a path that is there. */
function baseOf(path: string): string {
  let base = dirname(resolve(path));
  while (base !== '/' && !lstatSync(base, { throwIfNoEntry: false })) base = dirname(base);
  return base;
}

/** Makes the directories above a path. Node's own recursion never ends where mkdir(2) says that there is no such directory, as in /proc. */
function makeAbove(path: string): void {
  const base = baseOf(path);
  let at = base === '/' ? '' : base;
  for (const name of dirname(resolve(path)).slice(at.length).split('/').filter(Boolean)) {
    at = `${at}/${name}`;
    mkdirSync(at);
  }
}

let count = 0;
/** A name beside a path, for as long as it is being written. */
function temporaryFor(path: string): string {
  count++;
  return join(dirname(resolve(path)), `.pretrip.${process.pid}.${count}.tmp`);
}

/**
 * Writes beside the target, then renames. Refuses to write through a symbolic link.
 * `mode` is the file's permission bits. Throws OutputError with what the system said.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o644): void {
  writeAll([{ path, content, mode }]);
}

/** Writes several files, none before all could be written beside their places. */
export function writeAll(files: readonly NewFile[]): void {
  if (files.length === 0) return;
  guard();
  const renames: { from: string; to: string }[] = [];
  let at = '';
  try {
    for (const { path, content, mode = 0o644 } of files) {
      at = path;
      const there = lstatSync(path, { throwIfNoEntry: false });
      const refused = there && notReplaced(there);
      if (refused) throw new OutputError(`cannot write ${path}: ${refused[0]}`, refused[1]);
      // A device or a pipe is written to, not replaced: renaming over /dev/null would take it away from the whole host.
      if (there && !there.isFile()) {
        writeInto(path, content);
        continue;
      }
      makeAbove(path);
      const from = temporaryFor(path);
      staged.add(from);
      renames.push({ from, to: path });
      writeNew(from, content, mode);
    }
    for (const { from, to } of renames) renameSync(from, to);
  } catch (error) {
    for (const { from } of renames) rmSync(from, { force: true });
    if (error instanceof OutputError) throw error;
    throw new OutputError(`cannot write ${at}: ${saidBySystem(error)}`, 'nothing was written there');
  } finally {
    for (const { from } of renames) staged.delete(from);
  }
}

/** A directory with these files in it, readable by its owner only; it must not be there yet, or be empty. Written whole or not at all. */
export function writeDirectory(path: string, files: readonly NewFile[]): void {
  guard();
  const plain = path.replace(/(?<=.)\/+$/, '');
  const temporary = temporaryFor(plain);
  try {
    makeAbove(plain);
    staged.add(temporary);
    mkdirSync(temporary, { mode: 0o700 });
    for (const file of files) writeNew(join(temporary, file.path), file.content, file.mode ?? 0o600);
    renameSync(temporary, plain);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR')
      throw new OutputError(`cannot write ${path}: it exists already`, 'name a directory that does not exist yet: evidence is never overwritten');
    throw new OutputError(`cannot write ${path}: ${saidBySystem(error)}`, 'nothing was written there');
  } finally {
    staged.delete(temporary);
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

/** Writes into a pipe or a device. A pipe that nobody reads is waited for, not for ever. */
function writeInto(path: string, content: string | Uint8Array): void {
  const file = patiently(() => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK), 'ENXIO', 'nobody reads the pipe');
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let at = 0; at < bytes.length; ) at += patiently(() => writeSync(file, bytes, at), 'EAGAIN', 'its reader does not read');
  } catch (error) {
    // A reader that closes early has what it wanted.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  } finally {
    closeSync(file);
  }
}

/** Tries again while the system gives this error. */
function patiently<T>(work: () => T, code: string, said: string): T {
  const until = Date.now() + patience * 1000;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== code) throw error;
      if (Date.now() > until) throw new Error(`${said} within ${patience} s`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  }
}
