import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { serverConfig } from '../../../src/facts/ssh/server-config.ts';
import { passwordWays, rootWays } from '../../../src/facts/ssh/server-ways.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-sshd-'));
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, 'key')]);
  mkdirSync('/run/sshd', { recursive: true });
});
afterAll(() => rmSync(dir, { recursive: true }));

/** What sshd says for somebody; undefined where it refuses the configuration. */
function asked(config: string, user: string, addr: string): ReadonlyMap<string, string> | undefined {
  writeFileSync(join(dir, 'config'), config);
  const run = spawnSync('/usr/sbin/sshd', ['-T', '-f', join(dir, 'config'), '-h', join(dir, 'key'), '-C', `user=${user},host=h,addr=${addr}`], {
    encoding: 'utf8',
  });
  if (run.status !== 0) return undefined;
  return new Map(run.stdout.split('\n').map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
}

function read(config: string) {
  const found = settle(serverConfig(), answerer({ files: { '/etc/ssh/sshd_config': config } }));
  if (found.is === 'unknown') throw new Error(found.said);
  return found;
}

const lines = fc.array(
  fc.constantFrom(
    'PasswordAuthentication yes',
    'passwordauthentication=no',
    'PasswordAuthentication "no" # keys',
    'PasswordAuthentication false',
    'PermitRootLogin no',
    'PermitRootLogin yes',
    'PermitRootLogin prohibit-password',
    'Match all',
    'Match Address 10.0.0.0/8',
    'Match User git,!ops',
    'AuthenticationMethods publickey',
    'X11Forwarding no',
  ),
  { maxLength: 7 },
);

test('who gets in is what sshd -T -C says, in each block', { ...oracle('sshd'), timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(lines, (each) => {
      const text = `KbdInteractiveAuthentication no\n${each.join('\n')}\n`;
      const config = read(text);
      const told = asked(text, 'ops', '192.0.2.1');
      expect(told === undefined).toBe(config.refused !== undefined);
      if (told === undefined) return;
      const opens = told.get('passwordauthentication') === 'yes' && told.get('authenticationmethods') !== 'publickey';
      expect(passwordWays(config).some((w) => w.for.startsWith('everybody'))).toBe(opens);
      expect(rootWays(config).some((w) => w.for.startsWith('everybody'))).toBe(told.get('permitrootlogin') !== 'no');
      for (const [user, addr] of [
        ['ops', '10.1.2.3'],
        ['git', '192.0.2.1'],
      ] as const) {
        const there = asked(text, user, addr);
        const some = there?.get('passwordauthentication') === 'yes' && there.get('authenticationmethods') !== 'publickey';
        if (some) expect(passwordWays(config).length).toBeGreaterThan(0);
      }
    }),
    { numRuns: tries(60) },
  );
});

/** Whether sshd, as it tells its settings, lets somebody in who knows nothing but passwords. */
function opens(told: ReadonlyMap<string, string>): boolean {
  const keyboard = told.get('kbdinteractiveauthentication') === 'yes' && told.get('usepam') === 'yes';
  const has = [...(told.get('passwordauthentication') === 'yes' ? ['password'] : []), ...(keyboard ? ['keyboard-interactive'] : [])];
  const methods = (told.get('authenticationmethods') ?? 'any').split(' ');
  return has.length > 0 && methods.some((m) => m === 'any' || m.split(',').every((one) => has.includes(one.split(':')[0] ?? '')));
}

const spelt = (keyword: string, ...values: string[]) =>
  fc
    .tuple(
      fc.constantFrom('', ' ', '\t'),
      fc.constantFrom(keyword, keyword.toLowerCase(), `"${keyword}"`),
      fc.constantFrom(' ', '=', ' = ', '\t', '  '),
      fc.constantFrom(...values).chain((v) => fc.constantFrom(v, v, `"${v}"`, v.toUpperCase())),
      fc.constantFrom('', '', ' # x', '#x', '\r', ' ', ' extra', ' "'),
    )
    .map((w) => w.join(''));
const setting = fc.oneof(
  spelt('PasswordAuthentication', 'yes', 'no', 'true', '1', ''),
  spelt('KbdInteractiveAuthentication', 'yes', 'no'),
  spelt('ChallengeResponseAuthentication', 'yes', 'no'),
  spelt('UsePAM', 'yes', 'no'),
  spelt('PermitRootLogin', 'yes', 'no', 'without-password', 'prohibit-password', 'forced-commands-only', 'maybe'),
  spelt('PermitEmptyPasswords', 'yes', 'no'),
  fc
    .constantFrom(
      'publickey',
      'any',
      'password',
      'publickey,password',
      'keyboard-interactive',
      'publickey password',
      'keyboard-interactive:pam',
      'none',
      '"any"',
      'any publickey',
    )
    .map((m) => `AuthenticationMethods ${m}`),
);
const match = fc.constantFrom(
  'Match all',
  'Match User git',
  'Match Address 10.0.0.0/8',
  'Match User *,!ops',
  'Match user=git',
  'Match',
  'Match all User git',
  'Match Host nowhere User git',
  'Match LocalPort 99',
);
const part = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: setting },
      { weight: 1, arbitrary: match },
      { weight: 1, arbitrary: fc.constantFrom('Include INCLUDED', 'include "INCLUDED"', 'Include=INCLUDED', '', '# x', 'Nonsense yes') },
    ),
    { maxLength: 6 },
  )
  .map((l) => `${l.join('\n')}\n`);

test('who gets in by files that include others is what sshd -T -C says', { ...oracle('sshd'), timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(part, fc.dictionary(fc.constantFrom('a.conf', 'b.conf', '.c.conf', 'd.txt'), part, { maxKeys: 2, noNullPrototype: true }), (main, more) => {
      mkdirSync(join(dir, 'd'), { recursive: true });
      for (const [name, text] of Object.entries(more)) writeFileSync(join(dir, 'd', name), text.replaceAll(/^include.*$/gim, ''));
      const told = asked(main.replaceAll('INCLUDED', `${dir}/d/*.conf`), 'ops', '192.0.2.1');
      rmSync(join(dir, 'd'), { recursive: true });
      const files = Object.fromEntries(Object.entries(more).map(([name, text]) => [`/etc/ssh/sshd_config.d/${name}`, text.replaceAll(/^include.*$/gim, '')]));
      const config = settle(
        serverConfig(),
        answerer({ files: { ...files, '/etc/ssh/sshd_config': main.replaceAll('INCLUDED', '/etc/ssh/sshd_config.d/*.conf') } }),
      );
      if (config.is === 'unknown') throw new Error(config.said);
      if (told === undefined) return;
      expect(config.refused).toBeUndefined();
      expect(passwordWays(config).some((w) => w.for.startsWith('everybody'))).toBe(opens(told));
      expect(rootWays(config).some((w) => w.for.startsWith('everybody'))).toBe(told.get('permitrootlogin') !== 'no');
    }),
    { numRuns: tries(80) },
  );
});
