/** The shell commands that take a key out of a file. */
import { expect, test } from 'vitest';
import { unsetCommands } from '../../src/verdicts/edits.ts';

test('a key of TOML outside any table is not that of a table', () => {
  expect(unsetCommands('/etc/x.conf', 'toml', 'a')?.join()).toMatch(/'0,\/\^\[\[:blank:\]\]\*\\\[\/\{.*a.*d\}\}'/);
  expect(unsetCommands('/etc/x.conf', 'toml', 'engine.a')?.join()).toMatch(/\[\[\[:blank:\]\]\*"\\\{0,1\\\}engine.*a"/);
  expect(unsetCommands('/etc/x.conf', 'plain', 'a')?.join()).toMatch(/sed '\/\^/);
});
