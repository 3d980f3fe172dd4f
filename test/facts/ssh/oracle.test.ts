/** What ssh itself says (`ssh -G`) decides: generated configurations are read by both. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { askSsh } from '../../../src/facts/ssh/effective.ts';
import { oracle } from '../../oracles.ts';
import { fc } from '../../property.ts';

const folder = mkdtempSync(join(tmpdir(), 'ssh-oracle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const host = fc.constantFrom('localhost', '127.0.0.1', 'vm', 'vm1', 'edge.example');
const pattern = fc.constantFrom('*', 'localhost', '127.0.0.1', '127.*', 'vm?', 'vm', '!vm1', '!localhost', '*.example', '!*');
const separator = fc.constantFrom(' ', '=', ' = ', '\t');
const quote = (text: string, on: boolean): string => (on ? `"${text}"` : text);
const setting = fc.oneof(
  fc.tuple(fc.constant('IdentityFile'), fc.constantFrom('~/.ssh/a', '/keys/b', '~/.local/share/containers/podman/machine/machine', '%d/c', '/with space/k')),
  fc.tuple(fc.constant('IdentitiesOnly'), fc.constantFrom('yes', 'no')),
  fc.tuple(fc.constant('StrictHostKeyChecking'), fc.constantFrom('yes', 'no', 'ask', 'accept-new')),
  fc.tuple(fc.constant('Port'), fc.constantFrom('22', '53685', '2222')),
  fc.tuple(fc.constant('User'), fc.constantFrom('core', 'root')),
  fc.tuple(fc.constant('HostName'), fc.constantFrom('10.0.0.1', '%h.lan', 'localhost')),
);
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(setting, separator, fc.boolean(), fc.constantFrom('', '  ', '\t'))
      .map(([[k, v], s, q, indent]) => `${indent}${k}${s}${quote(v, q || v.includes(' '))}`),
  },
  { weight: 3, arbitrary: fc.tuple(fc.array(pattern, { minLength: 1, maxLength: 3 }), separator).map(([p, s]) => `Host${s}${p.join(' ')}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('host', 'originalhost', '!host', 'user', 'localuser'), fc.array(pattern, { minLength: 1, maxLength: 2 }))
      .map(([k, p]) => `Match ${k} ${p.join(',')}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '# comment', '   # IdentityFile ~/.ssh/no', 'Match all', 'identityfile ~/.ssh/lower # comment', "IdentityFile '/single/q'"),
  },
);

const defaults = ['~/.ssh/id_'];

function askedOfSsh(text: string, name: string): Record<string, string[]> | undefined {
  const file = join(folder, 'config');
  writeFileSync(file, text, { mode: 0o600 });
  let out: string;
  try {
    out = execFileSync('ssh', ['-G', '-F', file, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch {
    return undefined;
  }
  const found: Record<string, string[]> = {};
  for (const row of out.split('\n')) {
    const [key = '', ...rest] = row.split(' ');
    found[key] = [...(found[key] ?? []), rest.join(' ')];
  }
  return found;
}

/** What descriptions of podman machines say of ssh, put to ssh and to the reading here. */
const sayings: readonly [string, string, string, Readonly<Record<string, readonly string[]>>][] = [
  ['Host compares the name as typed', 'Host localhost\n  IdentityFile /k\n', '127.0.0.1', { identityfile: [] }],
  ['and so the other way round', 'Host 127.0.0.1\n  IdentityFile /k\n', 'localhost', { identityfile: [] }],
  [
    'nor is it the name that HostName gives',
    'Host vm\n  HostName localhost\nHost localhost\n  IdentityFile /k\n',
    'vm',
    { identityfile: [], hostname: ['localhost'] },
  ],
  ['one block may name both', 'Host localhost 127.0.0.1\n  IdentityFile /k\n', '127.0.0.1', { identityfile: ['/k'] }],
  ['the first value counts', 'StrictHostKeyChecking no\nHost localhost\n  StrictHostKeyChecking yes\n', 'localhost', { stricthostkeychecking: ['false'] }],
  ['of keys, all', 'IdentityFile /a\nHost localhost\n  IdentityFile /b\n', 'localhost', { identityfile: ['/a', '/b'] }],
];

const words: Readonly<Record<string, string>> = { yes: 'true', no: 'false' };

describe('ssh -G agrees', oracle('ssh'), () => {
  it.each(sayings)('that %s', (_, text, name, expected) => {
    const { username, uid, gid, homedir } = userInfo();
    const answer = settle(askSsh({ host: name }, { name: username, uid, gid, home: homedir }, ['/c']), answerer({ files: { '/c': text } }));
    if ('is' in answer) throw new Error(answer.said);
    const real = askedOfSsh(text, name);
    for (const [key, values] of Object.entries(expected)) {
      const keys = (real?.[key] ?? []).filter((k) => !defaults.some((d) => k.startsWith(d)));
      expect(keys).toEqual(values);
      const ours = key === 'hostname' ? [answer.hostname] : (answer.settings.get(key) ?? []).map((v) => words[v.value] ?? v.value);
      expect(key === 'identityfile' ? ours : ours.slice(0, 1)).toEqual(values);
    }
  });

  it('that a block for localhost counts whatever the port and the user', () => {
    const file = join(folder, 'config');
    writeFileSync(file, 'Host localhost\n  IdentityFile /k\n', { mode: 0o600 });
    for (const more of [[], ['-p', '2222'], ['-l', 'alice', '-p', '53685']])
      expect(execFileSync('ssh', ['-G', '-F', file, ...more, 'localhost'], { encoding: 'utf8' })).toMatch(/^identityfile \/k$/m);
  });

  it('on generated configurations', () => {
    const { username, uid, gid, homedir } = userInfo();
    const as = { name: username, uid, gid, home: homedir };
    fc.assert(
      fc.property(fc.array(line, { maxLength: 14 }), host, (lines, name) => {
        const text = `${lines.join('\n')}\n`;
        const wanted = askedOfSsh(text, name);
        const answer = settle(askSsh({ host: name }, as, ['/c']), answerer({ files: { '/c': text } }));
        if (!wanted) return expect('is' in answer).toBe(true);
        if ('is' in answer) throw new Error(answer.said);
        const first = (key: string): string | undefined => answer.settings.get(key)?.[0]?.value;
        const keys = (wanted.identityfile ?? []).filter((k) => !defaults.some((d) => k.startsWith(d)));
        expect(answer.settings.get('identityfile')?.map((k) => k.value) ?? []).toEqual(keys);
        expect(words[first('identitiesonly') ?? 'no']).toBe(words[wanted.identitiesonly?.[0] ?? ''] ?? wanted.identitiesonly?.[0] ?? 'x');
        expect(words[first('stricthostkeychecking') ?? 'ask'] ?? first('stricthostkeychecking') ?? 'ask').toBe(wanted.stricthostkeychecking?.[0]);
        expect(first('port') ?? '22').toBe(wanted.port?.[0]);
        expect(first('user') ?? username).toBe(wanted.user?.[0]);
        expect(answer.hostname.toLowerCase()).toBe(wanted.hostname?.[0]);
        return undefined;
      }),
      { numRuns: Number(process.env.PRETRIP_RUNS ?? 150) },
    );
  }, 60_000);
});
