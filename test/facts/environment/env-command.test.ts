/** What env(1) makes of its arguments, against the program itself. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { envCommand, isEnv } from '../../../src/facts/environment/env-command.ts';

const before = { A: 'a', B: 'b' };

/** The environment that the reader tells for a command line, and the command. */
function read(args: readonly string[]): { env: Record<string, string>; command: readonly string[] } {
  const env = new Map<string, string>(Object.entries(before));
  const { changes, command } = envCommand(args);
  for (const change of changes) {
    if ('set' in change) env.set(change.set, change.value);
    else if ('unset' in change) env.delete(change.unset);
    else env.clear();
  }
  return { env: Object.fromEntries(env), command };
}

const lines = [
  ['C=c'],
  ['-u', 'A'],
  ['-uA', 'C=c=d'],
  ['--unset=A', '--unset', 'B'],
  ['-i', 'C=c'],
  ['-', 'C=c'],
  ['-iu', 'A', 'C=c'],
  ['-C', '/', 'C=c'],
  ['--chdir=/', '--', 'C=c'],
  ['-S', 'C=c D=d'],
  ['-iS', 'C="c c" D=d'],
  ['--split-string=-u A C=c', 'D=d'],
  ['-S-u A', 'odd-name=x'],
];

const gnu = spawnSync('env', ['--version'], { encoding: 'utf8' }).stdout?.includes('coreutils') ?? false;

test.each(lines.map((line) => [line]))('env %j', (line) => {
  const told = read([...line, '/usr/bin/printenv', '-0']);
  expect(told.command).toEqual(['/usr/bin/printenv', '-0']);
  if (!gnu) return;
  const { stdout } = spawnSync('/usr/bin/env', [...line, '/usr/bin/printenv', '-0'], { encoding: 'utf8', env: before });
  const seen = stdout.split('\0').filter((l) => l !== '');
  expect(seen.sort()).toEqual(
    Object.entries(told.env)
      .map(([k, v]) => `${k}=${v}`)
      .sort(),
  );
});

test('what cannot be told, and what runs nothing', () => {
  expect(envCommand(['-i', '-S', '${X} podman'])).toEqual({ changes: [{ clear: true }], command: [], unclear: '${X} podman' });
  expect(envCommand([])).toEqual({ changes: [], command: [] });
  expect(envCommand(['-u'])).toEqual({ changes: [{ unset: '' }], command: [] });
  // Behind the first variable there are no options.
  expect(envCommand(['C=c', '-u', 'A']).command).toEqual(['-u', 'A']);
  expect(['env', '/usr/bin/env', 'printenv'].map(isEnv)).toEqual([true, true, false]);
});
