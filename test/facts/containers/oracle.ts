/**
 * Compares the fact with the Podman that is installed here (4.x), over random layers.
 * Needs root, util-linux and podman; every case has its own mount namespace.
 *
 *     node test/facts/containers/oracle.ts [cases] [seed]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import type { Account } from '../../../src/facts/ask.ts';
import { containersConf } from '../../../src/facts/containers/containers-conf.ts';
import { settle } from '../../../src/facts/settle.ts';

const [cases = 100, seed = 1] = process.argv.slice(2).map(Number);
const version = execFileSync('podman', ['--version'], { encoding: 'utf8' });
let state = seed;
/** A small generator (Park and Miller), so that a seed names its cases. */
const below = (n: number): number => {
  state = (state * 48271) % 2147483647;
  return state % n;
};
const pick = <T>(of: readonly T[]): T => of[below(of.length)] as T;

const accounts: readonly Account[] = [
  { name: 'root', uid: 0, gid: 0, home: '/root' },
  { name: 'oracle', uid: 54321, gid: 54321, home: '/home/oracle' },
];
/** What `podman COMMAND --help` says after the flag, and the key that decides it. */
const shown = [
  { command: ['system', 'service'], flag: '--time', path: ['engine', 'service_timeout'], unset: 5 },
  { command: ['stop'], flag: '--time', path: ['engine', 'stop_timeout'], unset: 10 },
  { command: ['run'], flag: '--pids-limit', path: ['containers', 'pids_limit'], unset: 2048 },
  { command: ['run'], flag: '--shm-size', path: ['containers', 'shm_size'], unset: '65536k' },
] as const;

const places = (home: string): readonly string[] => [
  '/usr/share/containers/containers.conf',
  '/usr/share/containers/containers.conf.d/10.conf',
  '/etc/containers/containers.conf',
  ...['9.conf', '10.conf', 'a.conf', '.h.conf', 'x.CONF', 'y.conf.bak', 'zz.conf/in.conf'].map((n) => `/etc/containers/containers.conf.d/${n}`),
  '/etc/containers/containers.rootless.conf.d/a.conf',
  '/etc/containers/containers.rootful.conf.d/a.conf',
  `${home}/.config/containers/containers.conf`,
  `${home}/.config/containers/containers.conf.d/u.conf`,
];

function line(): string {
  return pick([
    () => `service_timeout = ${below(50)}`,
    () => `stop_timeout = ${below(50)}`,
    () => `Service_Timeout = ${below(50)}`,
    () => `pids_limit = ${below(50)}`,
    () => `shm_size = "${below(50)}m"`,
    () => `nonsense = ${below(50)}`,
    () => (below(6) === 0 ? 'service_timeout = "0"' : ''),
    () => (below(6) === 0 ? 'env = ["A=1", {append=true}]' : '# comment'),
    () => (below(9) === 0 ? 'log_size_max = 5' : ''),
    () => 'privileged = true',
  ])();
}

function text(): string {
  const header = pick(['', '[engine]', '[containers]', '[Engine]', '[CONTAINERS]', '[network]', '[engin]']);
  const second = pick(['', '', '[engine]', '[containers]']);
  const body = [line(), header, line(), line(), ...(second === '' || second.toLowerCase() === header.toLowerCase() ? [] : [second, line()])];
  return `${below(12) === 0 ? '\uFEFF' : ''}${body.join(below(8) === 0 ? '\r\n' : '\n')}\n`;
}

interface Case {
  readonly as: Account;
  readonly files: Record<string, FileSpec>;
}

function generate(): Case {
  const as = pick(accounts);
  const files: Record<string, FileSpec> = {};
  for (const path of places(as.home)) if (below(4) === 0) files[path] = below(20) === 0 ? { content: text(), mode: '0600' } : text();
  if (below(15) === 0)
    files['/etc/containers/containers.conf.d/l.conf'] = { link: pick(['/etc/containers/nowhere', '/etc/containers/containers.rootful.conf.d/a.conf']) };
  return { as, files };
}

function real({ as, files }: Case): Map<string, string> | 'refused' {
  const base = mkdtempSync(join(tmpdir(), 'oracle-'));
  const roots = { '/etc/containers': 'etc', '/usr/share/containers': 'usr', '/root': 'root', '/home/oracle': 'home' };
  for (const name of Object.values(roots)) mkdirSync(join(base, name), { mode: 0o755 });
  mkdirSync('/home/oracle', { recursive: true });
  for (const [path, spec] of Object.entries(files)) {
    const root = Object.keys(roots).find((r) => path.startsWith(r)) as keyof typeof roots;
    const at = join(base, roots[root], path.slice(root.length));
    mkdirSync(dirname(at), { recursive: true });
    if (typeof spec === 'string') writeFileSync(at, spec);
    else if (spec?.link) symlinkSync(spec.link, at);
    else writeFileSync(at, spec?.content ?? '', { mode: Number.parseInt(spec?.mode ?? '0644', 8) });
  }
  const mounts = Object.entries(roots).map(([to, name]) => `mount --bind ${base}/${name} ${to}`);
  const become = as.uid === 0 ? '' : `setpriv --reuid ${as.uid} --regid ${as.gid} --clear-groups `;
  const found = new Map<string, string>();
  let refused = false;
  for (const { command, flag, path } of shown) {
    const script = [...mounts, `exec ${become}env -i PATH="$PATH" HOME=${as.home} podman ${command.join(' ')} --help`].join(' && ');
    const { stdout, status } = spawnSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8' });
    const shownLine = stdout.split('\n').find((l) => l.includes(` ${flag} `) && !l.includes('podman'));
    if (status !== 0 || shownLine === undefined) refused = true;
    else found.set(path.join('.'), /\(default "?([^")]*)"?\)\s*$/.exec(shownLine)?.[1] ?? '0');
  }
  rmSync(base, { recursive: true });
  return refused ? 'refused' : found;
}

let wrong = 0;
const tally = { refused: 0, equal: 0, ambiguous: 0 };
for (let n = 0; n < cases; n++) {
  const test = generate();
  const answer = answerer({ files: { ...test.files, '/usr/bin/podman': { mode: '0755' } }, commands: { 'podman --version': { stdout: version } } });
  const fact = settle(containersConf(test.as), answer);
  const expected = real(test);
  const problems: string[] = [];
  if (fact.is === 'unknown') {
    if (expected !== 'refused') problems.push(`fact: ${fact.said}; podman accepts`);
    else tally.refused++;
  } else if (expected === 'refused') problems.push('podman refuses, the fact is known');
  else
    for (const { path, unset } of shown) {
      const [table, key] = path;
      if (fact.gaps.has(path.join('.'))) tally.ambiguous++;
      // The built-in default differs with the cgroup mode, and rootless help shows 0 without delegation.
      else if (key === 'pids_limit' && (test.as.uid !== 0 || !Object.hasOwn(Object(fact.value[table]), key))) continue;
      else {
        const value = (fact.value[table] as Record<string, unknown> | undefined)?.[key] ?? unset;
        if (String(value) !== expected.get(path.join('.'))) problems.push(`${path.join('.')}: fact ${String(value)}, podman ${expected.get(path.join('.'))}`);
        else tally.equal++;
      }
    }
  if (problems.length > 0) {
    wrong++;
    console.log(`case ${n} as ${test.as.name}\n  ${problems.join('\n  ')}\n${JSON.stringify(test.files, null, 1)}`);
  }
}
console.log({ cases, seed, wrong, ...tally });
process.exitCode = wrong > 0 ? 1 : 0;
