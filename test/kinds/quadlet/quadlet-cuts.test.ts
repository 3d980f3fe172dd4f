/** The words of a Quadlet file that would have to go. */
import { expect, test } from 'vitest';
import { cutsFor, wholeKeys } from '../../../src/facts/quadlet/quadlet-cuts.ts';
import { relabelled, unrelabelled } from '../../../src/facts/quadlet/quadlet-labels.ts';
import { readOnlyMount } from '../../../src/facts/quadlet/quadlet-mounts.ts';

const path = '/etc/containers/systemd/a.container';
const line = (key: string, value: string, at: number) => ({ section: 'Container', key, value, where: { path, line: at } });
const found = (at: number) => [{ said: 'x', where: { path, line: at } }];

test('a flag goes with its value, and the others of the line stay', () => {
  const all = [line('PodmanArgs', '--privileged --pid host -v /a:/b --memory=1g', 3)];
  const flag = (name: string) => cutsFor(all, found(3), { flag: (f) => f.name === name }).cuts.map((c) => c.value);
  expect(flag('privileged')).toEqual(['--privileged']);
  expect(flag('pid')).toEqual(['--pid host']);
  expect(flag('volume')).toEqual(['-v /a:/b']);
  expect(flag('memory')).toEqual(['--memory=1g']);
  expect(flag('ipc')).toEqual([]);
});

test('a word goes from a key that holds several, and the line of one that holds none of them', () => {
  const all = [line('AddCapability', 'CHOWN "SYS_ADMIN"', 3), line('Network', 'host', 4)];
  expect(cutsFor(all, found(3), { word: (w) => w === 'SYS_ADMIN' }).cuts).toEqual([{ path, key: 'Container.AddCapability', value: '"SYS_ADMIN"' }]);
  expect(cutsFor(all, found(4)).cuts).toEqual([{ path, key: 'Container.Network', value: 'host' }]);
});

test('what another file says, a value of a variable and what was masked are for people', () => {
  const all = [line('Environment', 'A=secret', 3), line('PodmanArgs', '--label <redacted>', 4)];
  for (const at of [3, 4, 9]) {
    expect(cutsFor(all, found(at)).cuts).toEqual([]);
    expect(cutsFor(all, found(at)).elsewhere).toEqual([{ path, text: 'x' }]);
  }
});

test('a key is taken out wherever it stands', () => {
  const all = [line('Volume', '/a:/b', 3), line('Volume', '', 4), line('Mount', 'x', 5)];
  expect(wholeKeys(all, 'Container', ['Volume']).cuts.map((c) => c.value)).toEqual(['/a:/b', '']);
});

test.each([
  ['/a:/b', '/a:/b:ro', '/a:/b:Z'],
  ['/a:/b:rw,z', '/a:/b:z,ro', '/a:/b:rw,z,Z'],
  ['-v=/a:/b', '-v=/a:/b:ro', '-v=/a:/b:Z'],
  ['type=bind,src=/a,dst=/b,rw', 'type=bind,src=/a,dst=/b,ro=true', 'type=bind,src=/a,dst=/b,rw,relabel=private'],
])('a mount is made read-only, or given a label: %s', (words, readOnly, label) => {
  expect(readOnlyMount(words)).toBe(readOnly);
  expect(relabelled(words)).toBe(label);
  expect(unrelabelled(relabelled('/a:/b'))).toBe('/a:/b');
});
