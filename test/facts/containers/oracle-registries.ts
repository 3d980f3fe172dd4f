/**
 * Compares registries.conf as the fact has it with `podman info` of the Podman installed here, over random layers.
 * Needs root, util-linux and podman; every case has its own mount namespace and an empty store.
 *
 *     node test/facts/containers/oracle-registries.ts [cases] [seed]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { registriesConf } from '../../../src/facts/containers/registries-conf.ts';
import { settle } from '../../../src/facts/settle.ts';

const [cases = 50, seed = 1] = process.argv.slice(2).map(Number);
const version = execFileSync('podman', ['--version'], { encoding: 'utf8' });
let state = seed;
const below = (n: number): number => {
  state = (state * 48271) % 2147483647;
  return state % n;
};
const pick = <T>(of: readonly T[]): T => of[below(of.length)] as T;
const places = [
  '/etc/containers/registries.conf',
  ...['a.conf', 'b.conf', '9.conf', '10.conf', 'x.CONF'].map((n) => `/etc/containers/registries.conf.d/${n}`),
  '/root/.config/containers/registries.conf',
  '/root/.config/containers/registries.conf.d/u.conf',
  '/usr/share/containers/registries.conf',
];
const host = (): string => pick(['a.example', 'b.example/x', 'c.example:5000', '*.d.example', 'http://e.example']);

function text(): string {
  const parts = [
    () => `unqualified-search-registries = [${below(3) === 0 ? '' : `"${pick(['s1.example', 's2.example'])}"`}]`,
    () => `short-name-mode = "${pick(['enforcing', 'permissive', 'disabled', 'Enforcing'])}"`,
    () => 'nonsense = 1',
    () => '',
  ];
  const tables = [
    () =>
      `[[registry]]\n${below(2) ? `prefix = "${host()}"\n` : ''}location = "${pick(['a.example', 'b.example', 'c.example:5000/'])}"\ninsecure = ${pick(['true', 'false', 'true', '"true"'])}`,
    () => `[[registry]]\nprefix = "${host()}"\nblocked = true`,
    () => `[[registry]]\nlocation = "m.example"\n[[registry.mirror]]\nlocation = "${pick(['n.example', ''])}"\ninsecure = true`,
    () => '[aliases]\nx = "y.example/x"',
    () => '',
    () => (below(4) === 0 ? '[registries.insecure]\nregistries = ["old.example"]' : ''),
    () => (below(4) === 0 ? '[registries.search]\nregistries = ["olds.example"]' : ''),
  ];
  return `${below(2) ? pick(parts)() : ''}\n${pick(tables)()}\n`;
}

function real(files: Record<string, string>): { search: unknown; insecure: string[]; prefixes: string[] } | 'refused' {
  const base = mkdtempSync(join(tmpdir(), 'oracle-'));
  const roots = { '/etc/containers': 'etc', '/usr/share/containers': 'usr', '/root': 'root' };
  for (const name of Object.values(roots)) mkdirSync(join(base, name));
  for (const [path, content] of Object.entries(files)) {
    const root = Object.keys(roots).find((r) => path.startsWith(r)) as keyof typeof roots;
    const at = join(base, roots[root], path.slice(root.length));
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, content);
  }
  const mounts = Object.entries(roots).map(([to, name]) => `mount --bind ${base}/${name} ${to}`);
  const command = `exec env -i PATH="$PATH" HOME=/root podman --root ${base}/store --runroot ${base}/run --storage-driver vfs --cgroup-manager cgroupfs info --format json`;
  const { stdout, status } = spawnSync('unshare', ['-m', 'sh', '-c', [...mounts, command].join(' && ')], { encoding: 'utf8' });
  rmSync(base, { recursive: true, force: true });
  if (status !== 0) return 'refused';
  const { search, ...rest } = (JSON.parse(stdout) as { registries: Record<string, { Insecure?: boolean }> }).registries;
  const prefixes = Object.keys(rest).sort();
  return { search: search ?? [], insecure: prefixes.filter((p) => rest[p]?.Insecure), prefixes };
}

let wrong = 0;
let refused = 0;
for (let n = 0; n < cases; n++) {
  const files: Record<string, string> = {};
  for (const path of places) if (below(4) === 0) files[path] = text();
  const fact = settle(
    registriesConf({ name: 'root', uid: 0, gid: 0, home: '/root' }),
    answerer({ files: { '/usr/bin/podman': { mode: '0755' }, ...files }, commands: { 'podman --version': { stdout: version } } }),
  );
  const expected = real(files);
  let problem: string | undefined;
  if (fact.is === 'unknown' || expected === 'refused') {
    if (fact.is === 'unknown' && expected === 'refused') refused++;
    else problem = fact.is === 'unknown' ? `fact: ${fact.said}; podman accepts` : 'podman refuses, the fact is known';
  } else {
    const registries = fact.value.registry as { prefix: string; insecure?: boolean }[];
    const found = {
      search: fact.value['unqualified-search-registries'] ?? [],
      insecure: registries.filter((r) => r.insecure).map((r) => r.prefix),
      prefixes: registries.map((r) => r.prefix),
    };
    if (JSON.stringify(found) !== JSON.stringify(expected)) problem = `fact ${JSON.stringify(found)}\n  podman ${JSON.stringify(expected)}`;
  }
  if (problem) {
    wrong++;
    console.log(`case ${n}\n  ${problem}\n${JSON.stringify(files, null, 1)}`);
  }
}
console.log({ cases, seed, wrong, refused });
process.exitCode = wrong > 0 ? 1 : 0;
