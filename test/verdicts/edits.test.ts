/** One key of a file: the pure edit and the shell commands come to the same. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setKey, unsetKey } from '../../src/remedy/edit.ts';
import { setCommands, unsetCommands } from '../../src/verdicts/edits.ts';

const unit = '[Container]\nPodmanArgs=--privileged --pid host --memory 1g\nVolume=/tmp:/tmp\nAddCapability=SYS_ADMIN\n[Service]\nRestart=no\n';

function byShell(text: string, commandsFor: (file: string) => readonly string[] | undefined): string {
  const directory = mkdtempSync(join(tmpdir(), 'edits-'));
  const file = join(directory, 'a.container');
  writeFileSync(file, text);
  for (const command of commandsFor(file) ?? []) execFileSync('sh', ['-c', command]);
  const after = readFileSync(file, 'utf8');
  rmSync(directory, { recursive: true });
  return after;
}

test.each([
  ['Container.PodmanArgs', '--privileged', 'PodmanArgs=--pid host --memory 1g\n'],
  ['Container.PodmanArgs', '--pid host', 'PodmanArgs=--privileged --memory 1g\n'],
  ['Container.PodmanArgs', '--memory 1g', 'PodmanArgs=--privileged --pid host'],
])('words are taken out of a line: %s %s', (key, value, rest) => {
  expect(unsetKey(unit, 'ini', key, value)).toContain(rest);
  expect(byShell(unit, (file) => unsetCommands(file, 'ini', key, value))).toContain(rest);
});

test('a line with nothing else goes, and one of another section stays', () => {
  const rest = unit.replace('AddCapability=SYS_ADMIN\n', '');
  expect(unsetKey(unit, 'ini', 'Container.AddCapability', 'SYS_ADMIN')).toBe(rest);
  expect(byShell(unit, (file) => unsetCommands(file, 'ini', 'Container.AddCapability', 'SYS_ADMIN'))).toBe(rest);
  expect(unsetKey(unit, 'ini', 'Container.Restart', 'no')).toBe(unit);
});

test('words of a line that goes on over the next are taken out, and the line is one', () => {
  const long = '[Container]\nPodmanArgs=--privileged \\\n  --memory 1g\n';
  expect(unsetKey(long, 'ini', 'Container.PodmanArgs', '--privileged')).toBe('[Container]\nPodmanArgs=--memory 1g\n');
  expect(unsetKey(long, 'ini', 'Container.PodmanArgs', '--init')).toBe(long);
});

test('words are set instead of others, once', () => {
  const now = unit.replace('/tmp:/tmp', '/tmp:/tmp:ro');
  expect(setKey(unit, 'ini', 'Container.Volume', '/tmp:/tmp:ro', '/tmp:/tmp')).toBe(now);
  expect(setKey(now, 'ini', 'Container.Volume', '/tmp:/tmp:ro', '/tmp:/tmp')).toBe(now);
  const twice = (file: string): string[] => [0, 1].flatMap(() => setCommands(file, 'ini', 'Container.Volume', '/tmp:/tmp:ro', '/tmp:/tmp') ?? []);
  expect(byShell(unit, twice)).toBe(now);
});

test('the shell takes out words of a line that goes on over the next, and leaves it as it was where they do not stand there', () => {
  const long = '[Container]\nPodmanArgs=--privileged \\\n  --network=host\nImage=x\n';
  const out = (value: string): string => byShell(long, (file) => unsetCommands(file, 'ini', 'Container.PodmanArgs', value));
  expect(out('--network=host')).toMatch(/^\[Container\]\nPodmanArgs=--privileged *\nImage=x\n$/);
  expect(out('--init')).toBe(long);
});

const list = '[containers]\ndefault_capabilities = [\n  "CHOWN",\n  "SYS_ADMIN",\n]\nlog_size_max = 1\n[engine]\n';

test.each([
  ['toml', 'containers.default_capabilities', list, '[containers]\nlog_size_max = 1\n[engine]\n'],
  [
    'toml',
    'containers.privileged',
    '  [ containers ]\n  privileged = true\n  [engine]\n  privileged = true\n',
    '  [ containers ]\n  [engine]\n  privileged = true\n',
  ],
  ['toml', 'short', 'short = [\n "a",\n]\n[[registry]]\nshort = 1\n', '[[registry]]\nshort = 1\n'],
  ['ini', 'Container.Volume', '[Container]\nVolume=/a:/a \\\n  /b:/b\nImage=x\n', '[Container]\nImage=x\n'],
] as const)('a key goes with all lines of its value: %s %s', (format, key, text, rest) => {
  expect(unsetKey(text, format, key)).toBe(rest);
  expect(byShell(text, (file) => unsetCommands(file, format, key))).toBe(rest);
});

test('a table that is there gets no second one of its name, however it is written', () => {
  const text = '  [ engine ] # ours\n  runtime = "crun"\n';
  const now = '  [ engine ] # ours\nservice_timeout = 0\n  runtime = "crun"\n';
  expect(setKey(text, 'toml', 'engine.service_timeout', 0)).toBe(now);
  expect(byShell(text, (file) => setCommands(file, 'toml', 'engine.service_timeout', 0))).toBe(now);
});

test.each(['sh', 'env', 'plain'] as const)('lines of %s are edited by what POSIX knows, since a Mac has such files', (format) => {
  const commands = [...(setCommands('/Users/dev/.zprofile', format, 'A', '1') ?? []), ...(unsetCommands('/Users/dev/.zprofile', format, 'A') ?? [])].join('\n');
  // Neither a suffix after -i nor repetition with a backslash, nor an address of 0, is known to every sed.
  expect(commands).not.toMatch(/sed -i|\\[+?|]|0,\/|:l;/);
});
