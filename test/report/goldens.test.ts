/** The sample in every format, as people and programs get it. `vitest -u` rewrites the files: read the diff. */
import { expect, test } from 'vitest';
import { formats } from '../../src/report/formats.ts';
import type { Style } from '../../src/report/style.ts';
import { sample, style } from './sample.ts';

const everything: Style = { ...style, show: ['fail', 'unknown', 'pass', 'not-applicable'] };

const goldens: readonly [string, keyof typeof formats, Style][] = [
  ['table-60.txt', 'table', { ...style, width: 60 }],
  ['table-80.txt', 'table', style],
  ['table-80-colour.txt', 'table', { ...style, colour: true }],
  ['table-80-everything.txt', 'table', { ...everything, failOn: 'never' }],
  ['table-200.txt', 'table', { ...style, width: 200 }],
  ['concise.tsv', 'concise', style],
  ['concise-everything.tsv', 'concise', everything],
  ['report.json', 'json', style],
  ['github.sarif', 'sarif', style],
  ['full.sarif', 'sarif', { ...style, sarifProfile: 'full' }],
  ['junit-common.xml', 'junit', style],
  ['junit-rich.xml', 'junit', { ...style, junitDialect: 'rich' }],
];

test.each(goldens)('%s', async (file, format, as) => {
  await expect(formats[format].reporter(sample, as)).toMatchFileSnapshot(`goldens/${file}`);
});
