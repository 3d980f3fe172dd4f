import { expect, test } from 'vitest';
import { opensAs } from '../../../src/facts/host/getty.ts';

test.each([
  ['/sbin/agetty -o -p --noclear tty1 linux', undefined],
  ['/sbin/agetty --autologin root --noclear tty1', 'root'],
  ['/sbin/agetty --autologin=ops tty1', 'ops'],
  ['/sbin/agetty -a ops tty1', 'ops'],
  ['/sbin/agetty -naops tty1', 'ops'],
  ['/sbin/agetty -o -a tty1', undefined],
  ['/sbin/agetty --skip-login --login-program /bin/sh tty1', '/bin/sh'],
  ['/sbin/agetty -n -l /bin/login tty1', undefined],
  ['/sbin/getty -n -l /bin/autologin 115200 ttyS0', '/bin/autologin'],
  ['/sbin/getty -l /usr/bin/greeter 115200 ttyS0', undefined],
  ['/bin/login -f root', 'root'],
  ['/bin/bash', '/bin/bash'],
  ['/usr/bin/true', undefined],
])('%s', (line, as) => {
  expect(opensAs(line.split(' '))).toBe(as);
});
