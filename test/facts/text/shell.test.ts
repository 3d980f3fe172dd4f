/** Shell scripts taken apart; the words are those that a real shell passes on. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellCommands } from '../../../src/facts/text/shell.ts';

const clear: readonly string[] = [
  'show a b',
  "show 'a b' c",
  'show "a b"c \'d\'"e"',
  'show a; show b && show c || show d',
  'show a & show b',
  'X=1 show a',
  'exec show a',
  'show a >/dev/null 2>&1',
  'show 2 </dev/null b',
  'if true; then show a; fi',
  'show a\\ b',
  'show a # not this',
  'show "a;b" | cat',
  'show "a \\"b\\""',
  'show $KNOWN "${KNOWN}x"',
];

/** `show` prints its name and arguments, one a line. */
const preamble = 'show() { printf "%s\\n" show "$@"; }\nexport KNOWN=k\n';
const shown = (script: string): string => {
  const text = script.replace(/>\/dev\/null 2>&1|\bexec /g, '');
  return spawnSync('sh', ['-c', `${preamble}${text}\nwait`], { encoding: 'utf8' }).stdout;
};

it.each(clear)('%s', (script) => {
  const { commands, unclear } = shellCommands(script, new Map([['KNOWN', 'k']]));
  expect(unclear).toBe(false);
  const ours = commands.filter((c) => c[0] === 'show');
  expect(ours.length).toBeGreaterThan(0);
  // A failing left side or a background job may leave one out or change the order.
  const lines = shown(script).split('\n').filter(Boolean);
  expect(ours.flat().sort().join('\n')).toContain([...new Set(lines)].sort()[0]);
  if (!/\|\||&/.test(script)) expect(ours.flat()).toEqual(lines);
});

it.each(['show $X', 'show "$X"', 'show $(id)', 'show `id`', 'eval show', '. /etc/x', 'f() { show; }', "show 'open", 'show "open', 'for i in a; do show; done'])(
  '%s is left to the shell',
  (script) => expect(shellCommands(script).unclear).toBe(true),
);
