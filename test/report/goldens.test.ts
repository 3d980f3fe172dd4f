/**
 * The sample in every format, as people and programs get it: with the defaults, and with each value of the format's own
 * options. A golden that is not there yet is written; `vitest -u` rewrites them: read the diff.
 */
import { expect, test } from 'vitest';
import { textOf } from '../../src/report/format.ts';
import { concise, table } from '../../src/report/formats.ts';
import type { Style } from '../../src/report/style.ts';
import { everyChoice, everyFormat } from './every-format.ts';
import { sample, style } from './sample.ts';

const golden = (name: string, text: string): Promise<void> => expect(text).toMatchFileSnapshot(`goldens/${name}`);

const each = everyFormat.flatMap(([name, format]) =>
  everyChoice(format).map((choices) => ({ file: `${[name, ...Object.values(choices)].join('-')}.${format.extension}`, format, choices })),
);

test.each(each)('$file', async ({ file, format, choices }) => {
  await golden(file, textOf(format, sample, style, choices));
});

test('each has a file of its own', () => {
  expect(new Set(each.map((e) => e.file)).size).toBe(each.length);
});

const everything: Style = { ...style, show: ['fail', 'unknown', 'pass', 'not-applicable'] };

test.each([
  ['table-60.txt', table, { ...style, width: 60 }],
  ['table-80-colour.txt', table, { ...style, colour: true }],
  ['table-80-everything.txt', table, { ...everything, failOn: 'never' }],
  ['table-verbose.txt', table, { ...style, verbose: true }],
  ['table-200.txt', table, { ...style, width: 200 }],
  ['concise-everything.tsv', concise, everything],
] as const)('%s', async (file, format, as) => {
  await golden(file, textOf(format, sample, as));
});
