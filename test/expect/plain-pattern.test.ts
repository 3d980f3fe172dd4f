/** JavaScript's engine stands in for RE2 only where both say the same, and never for long. */

import { expect, test } from 'vitest';
import { linearRegExp, re2 } from '../../src/expect/pattern.ts';
import { plainPattern } from '../../src/expect/plain-pattern.ts';
import { fc } from '../property.ts';

const characters = [
  ...'ab0_ /:.-\\[]()|^$*+?{,}\n\r\t\v',
  'é',
  '\u2028',
  '😀',
  '\\s',
  '\\S',
  '\\d',
  '\\w',
  '\\W',
  '\\.',
  '[a-c]',
  '[^a]',
  '(',
  ')',
  '(?:',
  '(?i:',
  '\\b',
  '\\B',
  'A',
  'k',
  'K',
  's',
  'S',
  '\u212a',
  '\u017f',
];

test('what it takes, RE2 takes, and they say the same of every text', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...characters), { maxLength: 10 }),
      fc.array(fc.array(fc.constantFrom(...characters), { maxLength: 8 }), { minLength: 5, maxLength: 5 }),
      (pieces, texts) => {
        const source = pieces.join('');
        const plain = plainPattern(source);
        if (!plain) return;
        taken++;
        const linear = re2(source);
        for (const text of texts.map((t) => t.join(''))) expect([source, text, plain.regExp.test(text)]).toEqual([source, text, linear.test(text)]);
      },
    ),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThan(1000);
});

test.each(['^\\S+$', 'a*b*c*d*e*$', '(a|a?)(a|a?)(a|a?)[ab]*$', '[a]*[a]*[a]*[a]*x', '(a*b|a*c|a*d|a*a*)(a*e|a*f)?$', '(a?a?a*|a*a?)(a?|a?|a*)x'])(
  '%s is quick on any text',
  (source) => {
    for (const length of [10, 60, 500, 100_000]) {
      const started = performance.now();
      expect(linearRegExp(source).test(`${'a'.repeat(length)}!`)).toBe(re2(source).test(`${'a'.repeat(length)}!`));
      expect(performance.now() - started).toBeLessThan(1000);
    }
  },
);

test.each(['(?i)a', '(?m)^a', 'a{2}', '(a+)+', '(ab)*', '\\pL', '(?i:[a])', '(?i:\\w)', '\\b?', '\\B', '[[:alpha:]]', 'a**', '*a', 'a|*', '(a', 'a)'])(
  '%s is left to RE2',
  (source) => {
    expect(plainPattern(source)).toBeUndefined();
  },
);
