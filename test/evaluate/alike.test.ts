import { expect, test } from 'vitest';
import { told } from '../../src/evaluate/alike.ts';

test.each<readonly [readonly string[], readonly string[]]>([
  [['/a is not there', '/b is not there'], ['/a and /b are not there']],
  [
    ['the snapshot does not hold /a', 'x', 'the snapshot does not hold /b'],
    ['the snapshot does not hold /a and /b', 'x'],
  ],
  [['no file sets a.b; so', 'no file sets a.c; so'], ['no file sets a.b and a.c; so']],
  [['/a has no owner.', '/b has no owner.', '/c has no owner.', '/d has no owner.'], ['/a, /b and 2 more have no owner.']],
  // What is no name may change what the sentence says.
  [
    ['driver has 3 ids', 'driver has 4 ids'],
    ['driver has 3 ids', 'driver has 4 ids'],
  ],
  [
    ['ann may not linger', 'bob may not linger'],
    ['ann may not linger', 'bob may not linger'],
  ],
  [
    ['/a is not there', '/b is a link'],
    ['/a is not there', '/b is a link'],
  ],
])('%#', (texts, all) => {
  expect(told(texts)).toEqual(all);
});
