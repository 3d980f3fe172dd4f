import { readFileSync } from 'node:fs';
import fastGlob from 'fast-glob';
import { expect, test } from 'vitest';
import { inAscii } from '../../src/build/ascii.ts';
import { packageRoot } from '../../src/cli/paths.ts';

test('what is spelt out means the same in a regular expression', () => {
  const spelt = inAscii('/^[µ…]+$|^[😀]$/u');
  expect(spelt).toBe('/^[\\u00b5\\u2026]+$|^[\\ud83d\\ude00]$/u');
  const pattern = new RegExp(spelt.slice(1, -2), 'u');
  for (const [text, fits] of [
    ['µ…', true],
    ['😀', true],
    ['u', false],
  ] as const)
    expect(pattern.test(text), text).toBe(fits);
});

test('raw templates hold nothing that would have to be spelt out', () => {
  const files = fastGlob.sync('src/**/*.ts', { cwd: packageRoot, absolute: true });
  const raw = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\b(?:sh|raw)`[^`]*`/g)].map(([text]) => text));
  expect(raw.length).toBeGreaterThan(5);
  expect(raw.filter((text) => /[^\0-\x7f]/.test(text))).toEqual([]);
});
