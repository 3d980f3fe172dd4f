/** A small host in a directory, for every target to stand before: one of each thing that an ask may meet. */
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limits } from '../../../src/collect/disk/limits.ts';
import type { Asked, Reach } from '../../../src/collect/targets/target.ts';
import type { Ask } from '../../../src/facts/ask.ts';
import type { OracleName } from '../../oracles.ts';

export interface SmallHost {
  /** Where a trial may write. */
  readonly dir: string;
  /** The host's files, below this absolute path of this machine; a trial shows them under the same path. */
  readonly tree: string;
  /** What there is to ask, of things that are there and of things that are not. */
  readonly asks: readonly Ask[];
  /** What nobody would ask. */
  readonly nonsense: readonly Ask[];
  stop(): void;
}

/** How the contract is tried on one target: a file of its kind's name in trials/. */
export interface Trial {
  /** Without these it is not tried. */
  readonly needs?: readonly OracleName[];
  /** Puts the small host behind the target. */
  behind(host: SmallHost): Promise<{ readonly asked: Asked; stop?(): void }>;
}

/** How other hosts are reached: the first script puts the asks by name. */
export const reachFor = ({ asks }: SmallHost, more: Partial<Reach> = {}): Reach => ({
  sudo: false,
  timeout: 30,
  interactive: false,
  questions: () => ({ patterns: [], tool: '0', files: [], traces: [], asks }),
  ...more,
});

/** Makes it, with a server at its socket. */
export async function makeSmallHost(): Promise<SmallHost> {
  const dir = mkdtempSync(join(tmpdir(), 'pretrip-contract-'));
  const tree = join(dir, 'tree');
  for (const name of ['', 'etc', 'etc/sub', 'etc/empty', 'closed']) mkdirSync(join(tree, name), { recursive: true });
  const files: Readonly<Record<string, string | Buffer>> = {
    'etc/file': 'one\ntwo\n',
    'etc/nothing': '',
    'etc/with space "and" \'quotes\' $(id)': 'x',
    'etc/bytes': Buffer.from([0x66, 0xff, 0xfe, 0x0a]),
    'etc/sub/deep': 'deep\n',
    'etc/large': Buffer.alloc(limits.read + 1, 'x'),
    'closed/inside': 'secret',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(tree, name), content);
  const links = { link: 'etc/file', 'link-to-directory': 'etc/sub', dangling: 'nowhere', loop: 'loop', upwards: 'etc/../etc/file' };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(tree, name));
  execFileSync('mkfifo', [join(tree, 'pipe')]);
  chmodSync(join(tree, 'etc/file'), 0o640);
  for (const name of ['etc/file', 'etc/sub', 'etc']) utimesSync(join(tree, name), 1_700_000_000, 1_700_000_000);
  const server = await serverAt(join(tree, 'socket'));
  chmodSync(join(tree, 'closed'), 0);
  return {
    dir,
    tree,
    asks: asksOf(tree),
    nonsense: nonsenseOf(tree),
    stop() {
      server.close();
      chmodSync(join(tree, 'closed'), 0o755);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const serverAt = (path: string): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer((_, response) => {
      // The same answer at any time.
      response.sendDate = false;
      response.end('here');
    });
    server.listen(path, () => resolve(server));
  });

const names = [
  ...['etc', 'etc/file', 'etc/nothing', 'etc/with space "and" \'quotes\' $(id)', 'etc/bytes', 'etc/sub/deep', 'etc/large', 'etc/empty'],
  ...['link', 'link-to-directory', 'link-to-directory/deep', 'dangling', 'loop', 'upwards', 'pipe', 'socket'],
  ...['closed/inside', 'not-there', 'not-there/below', 'etc/file/below'],
];

function asksOf(tree: string): Ask[] {
  const paths = names.flatMap((name) => (['stat', 'read', 'list'] as const).map((how) => ({ do: how, path: join(tree, name) })));
  return [
    ...paths,
    { do: 'run', argv: ['true'] },
    { do: 'run', argv: ['pretrip-no-such-program'] },
    { do: 'get', socket: join(tree, 'socket'), path: '/' },
    { do: 'get', socket: join(tree, 'no-socket'), path: '/' },
    { do: 'env', name: 'HOME' },
    { do: 'env', name: 'PRETRIP_NOT_SET' },
  ];
}

function nonsenseOf(tree: string): Ask[] {
  const paths = [
    '',
    'etc/file',
    '/',
    '//',
    '/..',
    `${tree}/../..${tree}/etc/file`,
    `${tree}/etc/file\n`,
    `${tree}/${'x'.repeat(5000)}`,
    `${tree}/\ufffd`,
    `${tree}/*`,
  ];
  return [
    ...paths.flatMap((path) => (['stat', 'read', 'list'] as const).map((how) => ({ do: how, path }))),
    { do: 'run', argv: [''] },
    { do: 'run', argv: [tree] },
    { do: 'run', argv: ['true', "'", '\n', '$(touch /tmp/pretrip-was-here)'] },
    { do: 'get', socket: tree, path: '/' },
    { do: 'get', socket: '', path: '' },
    { do: 'env', name: '' },
    { do: 'env', name: 'A=B; touch /tmp/pretrip-was-here' },
  ];
}

/** Everything about the files that a write would change. Times of access are no such thing. */
export function fingerprint(path: string): string[] {
  const { mode, uid, gid, size, mtimeMs, ctimeMs, ino } = lstatSync(path);
  const info = lstatSync(path);
  const content = info.isSymbolicLink() ? readlinkSync(path) : info.isFile() ? readFileSync(path).toString('base64').slice(0, 200) : '';
  const own = [path, mode, uid, gid, info.isDirectory() ? '' : size, mtimeMs, ctimeMs, ino, content].join(' ');
  return [own, ...(info.isDirectory() && mayBeListed(path) ? readdirSync(path).flatMap((name) => fingerprint(join(path, name))) : [])];
}

function mayBeListed(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}
