import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { serverConfig } from '../../../src/facts/ssh/server-config.ts';
import { passwordWays, rootWays } from '../../../src/facts/ssh/server-ways.ts';
import { oracle } from '../../oracles.ts';

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

test('who gets in is what sshd -T -C says, in each block', { ...oracle('sshd'), timeout: 60_000 }, () => {
  fc.assert(
    fc.property(lines, (each) => {
      const text = `KbdInteractiveAuthentication no\n${each.join('\n')}\n`;
      const config = read(text);
      const told = asked(text, 'ops', '192.0.2.1');
      expect(told === undefined).toBe(config.refused !== undefined);
      if (told === undefined) return;
      const opens = told.get('passwordauthentication') === 'yes' && told.get('authenticationmethods') !== 'publickey';
      expect(passwordWays(config).some((w) => w.for === 'everybody')).toBe(opens);
      expect(rootWays(config).some((w) => w.for === 'everybody')).toBe(told.get('permitrootlogin') !== 'no');
      for (const [user, addr] of [
        ['ops', '10.1.2.3'],
        ['git', '192.0.2.1'],
      ] as const) {
        const there = asked(text, user, addr);
        const some = there?.get('passwordauthentication') === 'yes' && there.get('authenticationmethods') !== 'publickey';
        if (some) expect(passwordWays(config).length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 60 },
  );
});
