import { expect, test } from 'vitest';
import { startsIn } from '../../../src/facts/quadlet/start-commands.ts';

const started = (text: string): string[] => startsIn(text).map(({ unit, user, line }) => `${line} ${user ? 'user ' : ''}${unit}`);

test('the units that a text has systemd start', () => {
  expect(started('systemctl start a b.service --no-block >/dev/null 2>&1')).toEqual(['1 a.service', '1 b.service']);
  expect(started("/bin/sh -c 'sleep 5; /usr/bin/systemctl restart --no-block app@1; true'")).toEqual(['1 app@1.service']);
  expect(started('su - ann -c "systemctl --user start app.service"\nsystemctl -M ann@ --user start b')).toEqual(['1 user app.service', '2 user b.service']);
  expect(started('systemctl \\\n  start a')).toEqual(['1 a.service']);
  expect(started('service app start\n/usr/sbin/service web restart')).toEqual(['1 app.service', '2 web.service']);
  expect(started('systemctl enable --now app app.timer')).toEqual(['1 app.timer']);
});

test('what starts nothing', () => {
  for (const text of [
    '# systemctl start a',
    'true # systemctl start a',
    'systemctl stop a',
    'systemctl try-restart a',
    'systemctl status start',
    'echo start a',
    'systemctl start "$UNIT"',
    'systemctl enable a.timer',
  ])
    expect(started(text)).toEqual([]);
});
