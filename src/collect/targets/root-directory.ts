/** The target `root-directory`: the root file system of a host that is not running, unpacked or mounted in a directory. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Account, Answer, AnyAnswer, Ask, Content, Inode, Stat, Target } from '../../facts/ask.ts';
import { type FileSort, isOfDisk, isOfPath } from '../../facts/asks.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { passwd } from '../../facts/host/passwd.ts';
import { settle, settleAsync } from '../../facts/settle.ts';
import { notInImage } from '../disk/image.ts';
import { inodeOf } from '../disk/inode.ts';
import { binaryFrom, byBytes, contentOf, legible, limits } from '../disk/limits.ts';
import { listPackages } from '../disk/packages.ts';
import { type Lookup, resolve } from '../disk/resolve.ts';
import { usualWalk, walkDisk } from '../disk/walk.ts';
import { isSecretFile, notRead } from '../redact/redact.ts';
import { lastingName } from './lasting-name.ts';
import { type ContentTarget, TargetError } from './target.ts';

/** What of a root file system a directory must hold to be taken for one. */
const rootEntries = ['etc', 'usr', 'var', 'System', 'sysroot', 'ostree'];

export const rootDirectoryTarget: ContentTarget = {
  kind: 'root-directory',
  by: 'content',
  is: 'directory',
  written: 'a root file system directory',
  describe: 'the unpacked or mounted file system of a host that is not running',
  sign: `holds one of ${rootEntries.join(', ')}`,
  running: false,
  heeds: ['file', 'now', 'user'],
  examples: [['scan /mnt/rootfs', 'an unpacked or mounted root file system; nothing is run']],
  recognises: ({ entries }) => rootEntries.some((name) => entries?.includes(name)),
  async open({ path, entries = [] }, { user }) {
    const lacks = lackingIn(entries);
    const target = rootDirectory(path, lacks.length > 0 ? { lacks, has: entries } : undefined);
    const identity = await settleAsync(lastingName(), (asks) => target.answer(asks));
    const name = basename(path) || '/';
    return { host: { kind: 'root-directory', name, identity, user: await accountIn(target, user), target, ...(lacks.length > 0 ? { lacks } : {}) } };
  },
};

/** Directories without which it is a part of a host. A Mac keeps its own elsewhere, an ostree deployment below. */
const lackingIn = (entries: readonly string[]): string[] =>
  ['System', 'sysroot', 'ostree'].some((name) => entries.includes(name)) ? [] : ['etc', 'usr'].filter((name) => !entries.includes(name));

/** What a directory that is a part of a host has at its top, and lacks. */
interface Part {
  readonly lacks: readonly string[];
  readonly has: readonly string[];
}

async function accountIn(target: Target, name: string | undefined): Promise<Account> {
  if (name === undefined || name === 'root') return rootAccount;
  const found = await settleAsync(passwd(), (asks) => target.answer(asks));
  const entry = found.is === 'known' ? found.entries.find((e) => e.name === name) : undefined;
  if (!entry) throw new TargetError(`there is no account "${name}" on the target`, found.is === 'unknown' ? found.said : 'it is not in /etc/passwd');
  return { name: entry.name, uid: entry.uid, gid: entry.gid, home: entry.home };
}

/** Every path is resolved inside `root`, links and `..` included. Nothing is run. */
export function rootDirectory(root: string, part?: Part): Target {
  const lookup: Lookup = (path) => {
    try {
      const s = lstatSync(join(root, path));
      if (s.isSymbolicLink()) return { type: 'link', target: readlinkSync(join(root, path)) };
      return { type: s.isDirectory() ? 'directory' : 'other' };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EACCES' || code === 'EPERM') return 'denied';
      return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' ? 'absent' : 'failed';
    }
  };
  /** The path in the host's own terms, links resolved, or the answer that says why there is none. */
  const locate = (path: string, follow: boolean): { path: string } | { path?: never; answer: Answer<never> } => {
    const found = resolve(lookup, path, follow);
    if (found.path !== undefined) return found;
    if (found.is === 'absent') return { answer: notInImage(path) };
    if (found.is === 'denied') return { answer: { is: 'blocked', why: 'denied' } };
    return { answer: { is: 'blocked', why: 'failed', said: found.is === 'loop' ? 'too many levels of symbolic links' : 'the file system gives an error' } };
  };
  const fileOf = (path: string): string | Answer<never> => {
    const found = locate(path, true);
    return found.path === undefined ? found.answer : join(root, found.path);
  };
  const inodeAt = (path: string): Inode => inodeOf(lstatSync(join(root, path)));

  const one = async (ask: Ask, busy?: (what: string) => void): Promise<AnyAnswer> => {
    if (!isOfDisk(ask)) return nothingRuns;
    if (isOfPath(ask)) return atPath(ask);
    if (part) return notInPart(part);
    if (ask.do === 'packages') return settle(listPackages(ask.of, fileOf), (one: Ask) => (isOfPath(one) ? atPath(one) : nothingRuns));
    if (ask.do !== 'walk') return nothingRuns;
    const found = locate(ask.top, true);
    return found.path === undefined ? found.answer : walkDisk(root, found.path, ask.names, usualWalk, busy);
  };
  const atPath = (ask: Extract<Ask, { do: FileSort }>): AnyAnswer => {
    // Of what lies beside its top directories, a part says nothing.
    const top = ask.path.split('/')[1] ?? '';
    if (part && top !== '' && !part.has.includes(top)) return notInPart(part);
    const found = locate(ask.path, ask.do !== 'stat');
    if (found.path === undefined) return found.answer;
    try {
      switch (ask.do) {
        case 'stat':
          return statAt(found.path);
        case 'list':
          return listAt(join(root, found.path));
        case 'read':
          return isSecretFile(ask.path) || isSecretFile(found.path) ? notRead : readAt(join(root, found.path));
      }
    } catch (error) {
      return refused(error);
    }
  };
  const statAt = (path: string): Answer<Stat> => {
    const inode = inodeAt(path);
    if (inode.type !== 'link') return { is: 'got', value: inode };
    const end = locate(path, true);
    const real: NonNullable<Stat['real']> = end.path === undefined ? end.answer : { is: 'got', value: { ...inodeAt(end.path), path: end.path } };
    return { is: 'got', value: { ...inode, target: readlinkSync(join(root, path)), real } };
  };
  return { answer: (asks, busy) => Promise.all(asks.map(async (ask) => legible(ask, await one(ask, busy)))) };
}

const nothingRuns: Answer<never> = { is: 'blocked', why: 'unsupported', said: 'nothing is run on a root directory' };

const notInPart = ({ lacks }: Part): Answer<never> => ({
  is: 'blocked',
  why: 'not-recorded',
  said: `this is a part of a host, without /${lacks.join(' and /')}`,
});

function listAt(path: string): Answer<readonly string[]> {
  const names = readdirSync(path);
  return names.length > limits.names ? { is: 'blocked', why: 'too-large', said: `${names.length} entries` } : { is: 'got', value: names.sort(byBytes) };
}

function refused(error: unknown): Answer<never> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  if (code === 'EACCES' || code === 'EPERM') return { is: 'blocked', why: 'denied' };
  if (code === 'ENOENT') return { is: 'absent' };
  return { is: 'blocked', why: 'failed', said: message.replace(/, .*$/s, '') };
}

/** `path` holds no links: it was resolved. O_NOFOLLOW keeps it so if the directory changes meanwhile. */
function readAt(path: string): Answer<Content> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const { type, size } = inodeOf(fstatSync(file));
    if (type !== 'file') return { is: 'blocked', why: 'failed', said: `is a ${type}` };
    if (size > limits.read) return { is: 'blocked', why: 'too-large', said: `${size} bytes, limit ${limits.read}` };
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const buffer = Buffer.allocUnsafe(65_536);
      const count = readSync(file, buffer, 0, buffer.length, null);
      if (count === 0) break;
      total += count;
      if (total > limits.read) return { is: 'blocked', why: 'too-large', said: `more than ${limits.read} bytes` };
      chunks.push(buffer.subarray(0, count));
      const binary = chunks.length === 1 && binaryFrom(buffer.subarray(0, count), path);
      if (binary) return binary;
    }
    return { is: 'got', value: contentOf(Buffer.concat(chunks)) };
  } finally {
    closeSync(file);
  }
}
