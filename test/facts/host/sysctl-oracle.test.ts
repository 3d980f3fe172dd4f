/** The real programs decide: systemd-analyze for files and their order, systemd-sysctl for what is written. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import type { Known } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { parseSysctl, sysctlFiles } from '../../../src/facts/host/sysctl-d.ts';
import { settle } from '../../../src/facts/settle.ts';
import { sysctl } from '../../../src/kinds/host/sysctl.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

const sysctlProgram = '/lib/systemd/systemd-sysctl';

const names = ['10-a.conf', '50-b.conf', '90-kubelet.conf', '99-sysctl.conf', 'Z.conf', '.hidden.conf', 'readme.txt'];
const keys = [
  'net.ipv4.conf.all.x',
  'net.ipv4.conf.eth0.x',
  'net/ipv4/conf/eth0.1/x',
  'net.ipv4.conf.*.x',
  'net.ipv4.conf.[!a]*.x',
  'net/ipv4/conf/eth?/x',
  'net.ipv4.ip_forward',
];
const line = fc.oneof(
  fc
    .record({
      dash: fc.constantFrom('', '-', ' '),
      key: fc.constantFrom(...keys),
      equals: fc.constantFrom('=', ' = ', ''),
      value: fc.constantFrom('0', '1', '2', ' 1\t', '1 # c'),
    })
    .map((l) => `${l.dash}${l.key}${l.equals}${l.equals === '' ? '' : l.value}`),
  fc.constantFrom('# net.ipv4.ip_forward=1', ';', '', '   ', 'nonsense', '=1'),
);
const content = fc.array(line, { maxLength: 5 }).map((l) => `${l.join('\n')}\n`);
const tree = (directories: readonly string[]) =>
  fc.dictionary(
    fc.tuple(fc.constantFrom(...directories), fc.constantFrom(...names)).map(([d, n]) => `${d}/${n}`),
    fc.oneof({ weight: 5, arbitrary: content }, { weight: 1, arbitrary: fc.constant({ link: '/dev/null' }) }),
    { maxKeys: 7, noNullPrototype: true },
  );

function put(root: string, files: Record<string, FileSpec>): void {
  for (const [path, spec] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (typeof spec === 'string') writeFileSync(join(root, path), spec);
    else symlinkSync('/dev/null', join(root, path));
  }
}

function inDirectory<T>(use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'sysctl-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('the files and their order are those of systemd-analyze cat-config', { ...oracle('systemd-analyze'), timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(tree(['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d']), (files) => {
      const wanted = inDirectory((root) => {
        put(root, files);
        return execFileSync('systemd-analyze', [`--root=${root}`, 'cat-config', 'sysctl.d'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      });
      const mine = settle(sysctlFiles(), answerer({ files })).assignments.map(({ key, value }) => ({ key, value }));
      expect(mine).toEqual(parseSysctl(wanted, '').map(({ key, value }) => ({ key, value })));
    }),
    { numRuns: tries(40) },
  );
});

const parameters = ['net/ipv4/conf/all/x', 'net/ipv4/conf/eth0/x', 'net/ipv4/conf/eth0.1/x', 'net/ipv4/conf/eth1/x', 'net/ipv4/ip_forward'];

test('what is set is what systemd-sysctl writes', { ...oracle('mounts', 'systemd'), timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(tree(['/etc/sysctl.d', '/run/sysctl.d', '/usr/lib/sysctl.d']), (files) => {
      const written = inDirectory((root) => {
        for (const d of ['etc/sysctl.d', 'run/sysctl.d', 'usr/lib/sysctl.d', 'local', 'sys']) mkdirSync(join(root, d), { recursive: true });
        put(root, files);
        for (const p of parameters) put(join(root, 'sys'), { [p]: 'kept\n' });
        const binds = [
          ['sys', '/proc/sys'],
          ['etc/sysctl.d', '/etc/sysctl.d'],
          ['usr/lib/sysctl.d', '/usr/lib/sysctl.d'],
        ];
        const script = [
          ...binds.map(([from, to]) => `mount --bind ${root}/${from} ${to}`),
          'mount -t tmpfs none /run',
          'mkdir /run/sysctl.d',
          `cp -a ${root}/run/sysctl.d/. /run/sysctl.d/`,
          `${sysctlProgram} 2>/dev/null; true`,
        ].join(' && ');
        execFileSync('unshare', ['-m', 'sh', '-c', script]);
        // A regular file is not truncated, so only its first line was written.
        return parameters.map((p) => (readFileSync(join(root, 'sys', p), 'utf8').split('\n')[0] ?? '').trim());
      });
      const mine = parameters.map((key) => {
        const fact = settle(
          sysctl.learn({ key }, rootAccount),
          answerer({ files: { ...files, '/proc/sys/kernel': { type: 'directory' }, [`/proc/sys/${key}`]: 'kept' } }),
        ) as Known;
        return fact.value.persistent ?? 'kept';
      });
      expect(mine).toEqual(written);
    }),
    { numRuns: tries(40) },
  );
});
