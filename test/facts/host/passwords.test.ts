import { expect, test } from 'vitest';
import { classOf, opensSession } from '../../../src/facts/host/passwords.ts';

test.each([
  ['', 'empty', false],
  ['*', 'locked', false],
  ['!', 'locked', false],
  ['!*', 'locked', false],
  ['!!', 'locked', false],
  ['!$6$<redacted>', 'locked', false],
  ['x', 'locked', false],
  ['$y$<redacted>', 'set', false],
  ['$gy$<redacted>', 'set', false],
  ['$6$<redacted>', 'set', false],
  ['$5$<redacted>', 'set', false],
  ['$2b$<redacted>', 'set', false],
  ['$1$<redacted>', 'set', true],
  ['$md5,rounds=904$<redacted>', 'set', true],
  ['$sha1$<redacted>', 'set', true],
  ['$3$<redacted>', 'set', true],
  ['<redacted>', 'set', true],
])('the second field %j', (field, is, weak) => {
  expect(classOf(field)).toMatchObject({ is, weak });
});

test.each([
  ['', true],
  ['/bin/sh', true],
  ['/usr/sbin/nologin', false],
  ['/bin/false', false],
])('the shell %j', (shell, opens) => {
  expect(opensSession(shell)).toBe(opens);
});
