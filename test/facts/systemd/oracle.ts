/**
 * The real systemd as the judge of unit loading: writes a host's unit files below a temporary
 * root and has `systemd --test` load a unit from there and dump what it understood.
 * The tests that use it run wherever systemd is installed: `npx vitest run test/facts/systemd`.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HostSpec } from '../../../src/collect/composed/composed.ts';
import { searchDirs } from '../../../src/facts/systemd/paths.ts';

const systemd = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'].find((p) => existsSync(p));
const isRoot = process.getuid?.() === 0;

/** What systemd made of a unit. `controllers` is undefined while delegation is off. */
export interface Dumped {
  readonly state: string;
  readonly fragment?: string;
  readonly dropIns: readonly string[];
  readonly names: readonly string[];
  readonly delegate: boolean;
  readonly controllers: readonly string[];
  readonly environment: readonly string[];
  readonly commands: readonly string[];
  /** Every `Key: value` line of the dump. */
  readonly lines: readonly string[];
  /** Warnings and errors. */
  readonly log: string;
}

const stub = '[Unit]\nDefaultDependencies=no\n';

/** Loads `unit` from the files of a host with the real systemd, and the units beside it whose dependencies may name it. */
export function dump(host: HostSpec, unit: string, beside: readonly string[] = []): Dumped {
  const root = mkdtempSync(join(tmpdir(), 'units-'));
  try {
    chmodSync(root, 0o755);
    write(root, host);
    const dirs = searchDirs('system', '/root', '/run/user/0').map((d) => root + d);
    for (const name of ['sysinit', 'basic', 'shutdown']) put(`${root}/stubs/${name}.target`, stub);
    // The unit itself may not load (masked, missing): something that wants it must be started.
    put(`${root}/stubs/start.target`, `${stub}Wants=${[unit, ...beside].join(' ')}\n`);
    return read(root, run([...dirs.filter((d) => existsSync(d)), `${root}/stubs`].join(':'), root), unit);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function run(unitPath: string, root: string): string {
  const drop = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const [command = '', ...args] = [...drop, systemd ?? '', '--test', '--system', '--unit=start.target'];
  const env = {
    SYSTEMD_UNIT_PATH: unitPath,
    SYSTEMD_LOG_LEVEL: 'notice',
    SYSTEMD_LOG_TARGET: 'console',
    XDG_RUNTIME_DIR: root,
    PATH: '/usr/bin:/bin:/usr/sbin',
  };
  const done = spawnSync(command, args, { env, encoding: 'utf8', timeout: 20_000, maxBuffer: 64 << 20 });
  return `${done.stdout}\n-> end\n${done.stderr}`;
}

function write(root: string, host: HostSpec): void {
  for (const [path, file] of Object.entries(host.files ?? {})) {
    if (file === null) continue;
    if (typeof file === 'string') put(root + path, file);
    else if (file.link !== undefined) {
      mkdirSync(dirname(root + path), { recursive: true });
      symlinkSync(file.link.startsWith('/') && file.link !== '/dev/null' ? root + file.link : file.link, root + path);
    } else if (file.type === 'directory') mkdirSync(root + path, { recursive: true });
    else put(root + path, file.content ?? '');
  }
}

function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function read(root: string, output: string, unit: string): Dumped {
  const blocks = output.split(/^\t?-> (?=Unit |end|By jobs)/m);
  const block = blocks.find((b) => b.startsWith(`Unit ${unit}:`) || b.includes(`\tAlias: ${unit}\n`)) ?? '';
  const lines = block.split('\n').map((l) => l.trim().replaceAll(root, ''));
  const all = (key: string): string[] => lines.filter((l) => l.startsWith(`${key}: `)).map((l) => l.slice(key.length + 2));
  const one = (key: string): string | undefined => all(key)[0];
  const fragment = one('Fragment Path');
  const delegate = one('Delegate') === 'yes';
  return {
    state: one('Unit Load State') ?? 'not in the dump',
    ...(fragment !== undefined ? { fragment } : {}),
    dropIns: all('DropIn Path'),
    names: [/^Unit (\S+):/.exec(block)?.[1] ?? '', ...all('Alias')],
    delegate,
    controllers: delegate ? (one('DelegateControllers') ?? '').split(' ').filter((w) => w !== '') : [],
    environment: all('Environment'),
    commands: all('Command Line'),
    lines,
    log: output.slice(output.indexOf('-> end')).replaceAll(root, ''),
  };
}
