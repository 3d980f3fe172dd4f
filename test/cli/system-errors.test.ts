/** What the system says of files reaches people without its codes. */
import { expect, test } from 'vitest';
import { saidBySystem, TargetError } from '../../src/cli/errors.ts';
import { isEvidence } from '../../src/cli/verify/evidence-directory.ts';

test.each([
  ["EACCES: permission denied, open '/root/x'", 'permission denied'],
  ['ENOSPC: no space left on device, write', 'no space left on device'],
  ['nobody reads the pipe within 10 s', 'nobody reads the pipe within 10 s'],
])('%s', (message, said) => expect(saidBySystem(new Error(message))).toBe(said));

test('a directory that cannot be listed is no defect of pretrip', () => {
  expect(() => isEvidence('/nonexistent')).toThrow(new TargetError('/nonexistent: no such file or directory'));
});
