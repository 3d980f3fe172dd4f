import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keysOf, lookupName } from '../../../src/facts/macos/known-hosts.ts';
import { oracle } from '../../oracles.ts';

const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIJ3dp8ZAQgXEBMdKBzcQoVUeBVAeLVMUUDYaZDKZb0Xl';
const text = `# comment
github.com,140.82.112.3 ssh-ed25519 ${key}
[127.0.0.1]:53685,[localhost]:53685 ssh-ed25519 ${key} note
*.edge,!bad.edge ssh-ed25519 ${key}
@cert-authority *.corp ssh-ed25519 ${key}
@revoked old.host ssh-ed25519 ${key}
garbage
`;

const names: [string, number][] = [
  ['github.com', 1],
  ['[127.0.0.1]:53685', 1],
  ['[localhost]:53685', 1],
  ['[localhost]:53686', 0],
  ['localhost', 0],
  ['a.edge', 1],
  ['bad.edge', 0],
  ['old.host', 1],
  ['x.corp', 0],
];

describe('known_hosts', () => {
  test.each(names)('%s has %i keys', (name, count) => expect(keysOf(text, name).keys.length).toBe(count));

  test('counts hashed lines, and tells revoked keys', () => {
    expect(keysOf('|1|a=|b= ssh-rsa AAAA\n', 'x')).toEqual({ keys: [], hashed: 1 });
    expect(keysOf(text, 'old.host').keys[0]).toMatchObject({ revoked: true, line: 6 });
  });

  test('a port other than 22 is part of the name', () => {
    expect(lookupName('127.0.0.1', 53685)).toBe('[127.0.0.1]:53685');
    expect(lookupName('edge', 22)).toBe('edge');
  });
});

test.each(names.filter(([n]) => !/corp/.test(n)))('ssh-keygen finds %s alike', oracle('ssh-keygen'), (name, count) => {
  const file = join(mkdtempSync(join(tmpdir(), 'known-')), 'known_hosts');
  writeFileSync(file, text.replace('garbage\n', ''));
  const { stdout } = spawnSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' });
  expect(stdout.split('\n').filter((l) => l !== '' && !l.startsWith('#')).length).toBe(count);
});
