/** Walks a file system in memory as one on a disk is walked. Pure. */
import type { Answer } from '../../facts/ask.ts';
import type { Walk } from '../../facts/walk.ts';
import { beginning, credentialsInBytes, Gathering, isStore, wholeText } from '../disk/gathering.ts';
import type { Node, Tree } from './composed-tree.ts';

/** All that is composed is one file system. */
export function walkTree(nodes: ReadonlyMap<string, Node>, tree: Tree, top: string, names: readonly string[]): Answer<Walk> {
  const start = tree.at(top);
  if (start.is !== 'got') return start;
  const gathering = new Gathering(names);
  const capable = new Map<string, string>();
  const open: string[] = [start.value.path];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const node = nodes.get(path);
    if (!node) continue;
    const { content, target, blocked, capabilities, ...inode } = node;
    if (capabilities !== undefined && inode.type === 'file') capable.set(path, capabilities);
    const bytes = Buffer.from(content ?? '');
    if (inode.type === 'file' && blocked) gathering.unread(path);
    const text = bytes.length <= wholeText && !bytes.subarray(0, beginning).includes(0) ? bytes : bytes.subarray(0, beginning);
    gathering.add(path, inode, inode.type === 'link' ? (target ?? '') : undefined, blocked ? [] : credentialsInBytes(text));
    if (inode.type !== 'directory') continue;
    if (isStore(path)) gathering.leave(path, 'store');
    else if (blocked) gathering.leave(path, 'denied');
    else open.push(...children(tree, path));
  }
  gathering.capable(capable);
  return { is: 'got', value: gathering.result('told') };
}

function children(tree: Tree, path: string): string[] {
  const names = tree.list(path);
  return names.is === 'got' ? names.value.toReversed().map((name) => (path === '/' ? `/${name}` : `${path}/${name}`)) : [];
}
