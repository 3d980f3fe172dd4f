import { expect, test } from 'vitest';
import { argumentsOf } from '../../../src/facts/host/kernel-arguments.ts';

const plain = (line: string): string[] => argumentsOf(line).map((a) => a.plain);

test.each([
  ['words', 'root=/dev/vda2 ro quiet\n', ['root=/dev/vda2', 'ro', 'quiet']],
  ['the last of a name counts', 'mitigations=off ro mitigations=auto', ['ro', 'mitigations=auto']],
  ['- and _ are one in names, not in values', 'systemd.debug-shell=tty-9', ['systemd.debug_shell=tty-9']],
  [
    'some add up',
    'console=ttyS0 console=tty0 systemd.wants=a.service systemd.wants=b.service',
    ['console=ttyS0', 'console=tty0', 'systemd.wants=a.service', 'systemd.wants=b.service'],
  ],
  ['quotes hold together', 'dyndbg="file a.c +p" ro', ['dyndbg=file a.c +p', 'ro']],
  ['what follows -- is of init', 'ro -- single', ['ro']],
  ['a zero byte for a newline', 'ro\0', ['ro']],
])('%s', (_, line, expected) => {
  expect(plain(line)).toEqual(expected);
});
