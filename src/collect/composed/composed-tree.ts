/** A file system in memory: inodes by path, which answer as a disk does. Pure. */
import type { Answer, Content, Inode, Stat, Why } from '../../facts/ask.ts';
import { byBytes, limits } from '../disk/limits.ts';
import { type Entry, resolve } from '../disk/resolve.ts';

export interface Node extends Inode {
  readonly content?: string;
  readonly target?: string;
  /** Content (of a directory: everything below it) may not be seen. */
  readonly blocked?: Why;
  /** File capabilities; a walk tells of them. */
  readonly capabilities?: string;
}

export interface Tree {
  stat(path: string): Answer<Stat>;
  read(path: string): Answer<Content>;
  list(path: string): Answer<readonly string[]>;
  /** What stands at the end of all links. */
  at(path: string): Answer<Node & { readonly path: string }>;
}

/** `nodes` holds the directories above each path, too. `missing`: the answer about a path that is not there. */
export function treeOf(nodes: ReadonlyMap<string, Node>, missing: (path: string) => Answer<never>): Tree {
  const names = namesIn(nodes);
  const lookup = (path: string): Entry | 'absent' | 'denied' => entryAt(nodes, path);
  const at = (path: string, follow = true): Answer<Node & { readonly path: string }> => {
    const found = resolve(lookup, path, follow);
    if (found.path === undefined) {
      if (found.is === 'absent') return missing(path);
      return { is: 'blocked', why: found.is === 'denied' ? 'denied' : 'failed', ...(found.is === 'loop' ? { said: 'too many levels of symbolic links' } : {}) };
    }
    const node = nodes.get(found.path);
    return node ? { is: 'got', value: { ...node, path: found.path } } : { is: 'absent' };
  };
  return {
    at,
    stat(path) {
      const found = at(path, false);
      if (found.is !== 'got') return found;
      const { path: _, ...inode } = inodeOf(found.value);
      if (inode.type !== 'link') return { is: 'got', value: inode };
      const real = at(path);
      return { is: 'got', value: { ...inode, target: found.value.target ?? '', real: real.is === 'got' ? { is: 'got', value: inodeOf(real.value) } : real } };
    },
    read: (path) => ofType('file', at(path), ({ content = '' }) => ({ text: content })),
    list: (path) => ofType('directory', at(path), (found) => (names.get(found.path) ?? []).sort(byBytes)),
  };
}

/** The names in each directory. */
function namesIn(nodes: ReadonlyMap<string, Node>): ReadonlyMap<string, string[]> {
  const names = new Map<string, string[]>();
  for (const path of nodes.keys()) {
    if (path === '/') continue;
    const parent = parentOf(path);
    const there = names.get(parent) ?? [];
    there.push(path.slice(path.lastIndexOf('/') + 1));
    names.set(parent, there);
  }
  return names;
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

function entryAt(nodes: ReadonlyMap<string, Node>, path: string): Entry | 'absent' | 'denied' {
  const parent = nodes.get(parentOf(path));
  if (parent?.type === 'directory' && parent.blocked) return 'denied';
  const node = nodes.get(path);
  if (!node) return 'absent';
  if (node.type === 'link') return { type: 'link', target: node.target ?? '' };
  return { type: node.type === 'directory' ? 'directory' : 'other' };
}

/** What `stat` shows: no content. */
function inodeOf<N extends Node>({ content: _, blocked: __, target: ___, ...inode }: N): Omit<N, 'content' | 'blocked' | 'target'> {
  return inode;
}

/** What is read from a node, unless it is blocked or of another type. */
function ofType<N extends Node, T>(type: Inode['type'], found: Answer<N>, value: (node: N) => T): Answer<T> {
  if (found.is !== 'got') return found;
  if (found.value.blocked) return { is: 'blocked', why: found.value.blocked };
  if (found.value.type !== type) return { is: 'blocked', why: 'failed', said: `is a ${found.value.type}` };
  const size = found.value.content?.length ?? 0;
  if (size > limits.read) return { is: 'blocked', why: 'too-large', said: `${size} bytes, limit ${limits.read}` };
  return { is: 'got', value: value(found.value) };
}
