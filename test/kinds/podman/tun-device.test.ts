import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { tunDevice } from '../../../src/kinds/podman/tun-device.ts';

type Files = Readonly<Record<string, FileSpec>>;
const alice = { name: 'alice', uid: 1000, gid: 1000, home: '/home/alice' };
const learn = (files: Files) => settle(tunDevice.learn({}, alice), answerer({ files }));

test.each([
  ['0666', '0:0', true],
  ['0660', '0:0', false],
  ['0660', '0:1000', true],
  ['0606', '0:1000', false],
  ['0600', '1000:0', true],
])('mode %s of %s: %s', (mode, owner, usable) => {
  expect(learn({ '/dev/net/tun': { type: 'char', mode, owner } })).toMatchObject({ value: { device: true, usable } });
});

test('no device is none', () => {
  expect(learn({})).toMatchObject({ is: 'known', exists: false });
});
