/** The value of --mount. What is expected was seen with `podman create` of 4.3.1. */
import { expect, test } from 'vitest';
import { boundDevice, mountOption } from '../../../src/facts/podman/mount-option.ts';

test.each<[string, object | undefined]>([
  ['type=bind,source=/a,dst=/x', { type: 'bind', source: '/a', readOnly: false }],
  ['type=bind,"source=/a",dst=/x', { type: 'bind', source: '/a' }],
  ['"type=bind","source=/a,b""c",dst=/x', { type: 'bind', source: '/a,b"c' }],
  ['type=bind,sou"rce=/a,dst=/x', undefined],
  ['type=bind,"source=/a"b,dst=/x', undefined],
  ['type=bind,"source=/a', undefined],
  ['type=bind,source=/a,src=/b,dst=/x', { source: '/b' }],
  ['type=bind,src=/b,source=/a,dst=/x', { source: '/a' }],
  ['source=/a,dst=/x,type=bind', { type: 'bind' }],
  ['source=data,dst=/x', { type: 'volume', source: 'data' }],
  ['type=bind,source=/a,dst=/x,ro', { readOnly: true }],
  ['type=bind,source=/a,dst=/x,readonly=true', { readOnly: true }],
  ['type=bind,source=/a,dst=/x,ro=false', { readOnly: false }],
  ['', { type: 'volume', source: '' }],
])('%s', (text, wanted) => {
  const found = mountOption(text);
  if (wanted) expect(found).toMatchObject(wanted);
  else expect(found).toBeUndefined();
});

test('a volume that is made on the way', () => {
  const made = mountOption('type=volume,src=v,dst=/x,volume-opt=device=/etc,volume-opt=o=ro,volume-opt=o=rbind,volume-opt=type=none');
  expect(made?.volume).toEqual({ device: '/etc', o: 'rbind', type: 'none' });
  expect(boundDevice(made?.volume ?? {})).toBe('/etc');
  expect(boundDevice({ device: '/dev/vdb', type: 'ext4', o: 'noatime' })).toBeUndefined();
  expect(boundDevice({ o: 'bind' })).toBeUndefined();
});
