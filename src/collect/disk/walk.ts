/** Walks a file system that lies on a disk: one device from a directory down, each inode looked at once, nothing followed. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Answer } from '../../facts/ask.ts';
import type { Credential, Walk } from '../../facts/walk.ts';
import { capabilitiesOf } from './file-capabilities.ts';
import { beginning, credentialsInBytes, Gathering, isStore, wholeText } from './gathering.ts';
import { inodeOf } from './inode.ts';

/** What one walk may cost. */
export interface WalkLimits {
  readonly inodes: number;
  readonly seconds: number;
}

export const usualWalk: WalkLimits = { inodes: 2_000_000, seconds: 300 };

/** So many milliseconds pass before others get their turn. */
const turn = 50;

/** Walks `top` (in the host's own terms, without links) below `root`, where the host's file system lies: `''` is this host. `busy` is told how far it came. */
export async function walkDisk(
  root: string,
  top: string,
  names: readonly string[],
  { inodes, seconds }: WalkLimits = usualWalk,
  busy: (what: string) => void = () => {},
): Promise<Answer<Walk>> {
  const own = look(root + top);
  if (own === 'absent') return { is: 'absent' };
  if (typeof own === 'string') return { is: 'blocked', why: own };
  if (!own.isDirectory()) return { is: 'blocked', why: 'failed', said: `is a ${inodeOf(own).type}` };
  const gathering = new Gathering(names);
  const until = Date.now() + seconds * 1000;
  let since = Date.now();
  const waiting: string[] = [top];
  take(gathering, root, top, own);
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    if (gathering.inodes > inodes || Date.now() > until) {
      gathering.leave(directory, 'limit');
      continue;
    }
    if (Date.now() - since > turn) {
      busy(`walking ${/^\/[^/]*/.exec(directory)?.[0]}, ${gathering.inodes.toLocaleString('en')} files`);
      await setImmediate();
      since = Date.now();
    }
    waiting.push(...within(gathering, root, directory, own.dev));
  }
  const capable = await capabilitiesOf(root, gathering.programs());
  gathering.capable(capable.each);
  return { is: 'got', value: gathering.result(capable.told) };
}

/** Looks at all that is in a directory. Returns the directories in it that are to be walked, the first last. */
function within(gathering: Gathering, root: string, directory: string, device: number): string[] {
  let names: string[];
  try {
    names = readdirSync(root + directory);
  } catch {
    gathering.leave(directory, 'denied');
    return [];
  }
  const further: string[] = [];
  for (const name of names) {
    // Bytes that are no text: by such a name nothing is found.
    if (name.includes('\ufffd')) {
      gathering.leave(directory, 'name');
      continue;
    }
    const path = directory === '/' ? `/${name}` : `${directory}/${name}`;
    const stats = look(root + path);
    // What ended meanwhile is no loss.
    if (stats === 'absent') continue;
    if (typeof stats === 'string') gathering.leave(path, 'denied');
    else if (stats.dev !== device) gathering.leave(path, 'mount');
    else {
      take(gathering, root, path, stats);
      if (!stats.isDirectory()) continue;
      if (isStore(path)) gathering.leave(path, 'store');
      else further.push(path);
    }
  }
  return further.reverse();
}

function look(path: string): Stats | 'absent' | 'denied' | 'failed' {
  try {
    return lstatSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : code === 'EACCES' || code === 'EPERM' ? 'denied' : 'failed';
  }
}

function take(gathering: Gathering, root: string, path: string, stats: Stats): void {
  const inode = inodeOf(stats);
  const target = inode.type === 'link' ? textOfLink(root + path) : undefined;
  gathering.add(path, inode, target, inode.type === 'file' && inode.size > 0 ? contentOf(gathering, join(root, path), path, inode.size) : []);
}

function textOfLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

let space: Buffer | undefined;

function contentOf(gathering: Gathering, file: string, path: string, size: number): readonly Credential[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch {
    gathering.unread(path);
    return [];
  }
  try {
    space ??= Buffer.allocUnsafe(wholeText);
    const buffer = space;
    // Another file may stand there by now, a FIFO or a device.
    if (size > wholeText && !fstatSync(descriptor).isFile()) return [];
    const start = readSync(descriptor, buffer, 0, beginning, 0);
    const whole = size > beginning && size <= wholeText && !buffer.subarray(0, start).includes(0);
    const length = whole ? start + readSync(descriptor, buffer, start, Math.min(size, wholeText) - start, start) : start;
    return credentialsInBytes(buffer.subarray(0, length));
  } catch {
    gathering.unread(path);
    return [];
  } finally {
    closeSync(descriptor);
  }
}
