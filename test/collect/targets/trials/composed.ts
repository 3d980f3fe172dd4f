import { lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileSpec } from '../../../../src/collect/composed/composed.ts';
import { limits } from '../../../../src/collect/disk/limits.ts';
import type { Trial } from '../small-host.ts';

export const trial: Trial = {
  async behind({ dir, tree }) {
    const path = join(dir, 'small.yaml');
    const commands = { true: { exit: 0 } };
    const sockets = { [`${join(tree, 'socket')} /`]: { body: 'here' } };
    writeFileSync(path, JSON.stringify({ files: written(tree), commands, sockets, env: { HOME: '/root' } }));
    return { asked: { name: path } };
  },
};

type File = Exclude<FileSpec, string | null>;

/** The tree as a composed host has it. */
function written(path: string): Record<string, FileSpec> {
  const info = lstatSync(path);
  if (info.isSymbolicLink()) return { [path]: { link: readlinkSync(path) } };
  const own: File = { mode: (info.mode & 0o7777).toString(8).padStart(4, '0'), owner: `${info.uid}:${info.gid}` };
  if (info.isFile()) return { [path]: { ...own, ...contentOf(path, info.size) } };
  if (info.isFIFO()) return { [path]: { ...own, type: 'fifo' } };
  if (info.isSocket()) return { [path]: { ...own, type: 'socket' } };
  if (own.mode === '0000' && process.getuid?.() !== 0) return { [path]: { ...own, type: 'directory', blocked: 'denied' } };
  const below = readdirSync(path).map((name) => written(join(path, name)));
  return Object.assign({ [path]: { ...own, type: 'directory' } }, ...below) as Record<string, FileSpec>;
}

function contentOf(path: string, size: number): File {
  if (size > limits.read) return { blocked: 'too-large' };
  const text = readFileSync(path, 'utf8');
  return text.includes('\ufffd') ? { blocked: 'not-text' } : { content: text };
}
