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
