/** A copy of the tree in a repository of its own, for recipes to be carried out in. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Copy {
  readonly at: string;
  git(...args: readonly string[]): string;
  remove(): void;
}

/** Copies what git knows or would add, changes included, and the packages; commits it. */
export function copyOf(root: string): Copy {
  const at = mkdtempSync(join(tmpdir(), 'pretrip-recipes-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  for (const path of listed.split('\0')) {
    const from = join(root, path);
    if (path === '' || !lstatSync(from, { throwIfNoEntry: false })) continue;
    const to = join(at, path);
    mkdirSync(dirname(to), { recursive: true });
    if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else copyFileSync(from, to);
  }
  packages(join(root, 'node_modules'), at);
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=recipes', '-c', 'user.email=recipes@localhost', '-c', 'core.hooksPath=/dev/null', ...args], {
      cwd: at,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'The tree as it is');
  return { at, git, remove: () => rmSync(at, { recursive: true, force: true }) };
}

/** Links where both stand on one file system, since nothing changes a package in place. */
function packages(from: string, to: string): void {
  if (!existsSync(from)) throw new Error('node_modules is missing: npm ci');
  if (spawnSync('cp', ['-al', from, to], { stdio: 'ignore' }).status === 0) return;
  rmSync(join(to, 'node_modules'), { recursive: true, force: true });
  execFileSync('cp', ['-a', from, to]);
}
