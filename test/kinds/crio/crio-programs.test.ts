import { expect, test } from 'vitest';
import { crioPrograms } from '../../../src/kinds/crio/crio-programs.ts';
import { onCrio } from './on-crio.ts';

const named = (path: string) => `[crio.runtime.runtimes.x]\nruntime_path = "${path}"\n`;

test.each([
  ["root's", { '/usr/bin/x': { mode: '0755' } }, { exists: true, exposed: false }],
  ['not there', {}, { exists: false, exposed: false }],
  ['of somebody else', { '/usr/bin/x': { mode: '0755', owner: '1000:0' } }, { exists: true, exposed: true, uid: 1000 }],
  ['behind a link', { '/usr/bin/x': { link: '/usr/bin/y' }, '/usr/bin/y': { mode: '0777' } }, { exists: true, exposed: true }],
])('a program: %s', (_, files, of) => {
  expect(onCrio(crioPrograms, named('/usr/bin/x'), files)).toMatchObject({
    value: { runtimes: [{ runtime: 'x', path: '/usr/bin/x', ...of }], nri: [], plugins: [] },
  });
});

test('a directory above it that others may write', () => {
  const fact = onCrio(crioPrograms, named('/srv/b/x'), { '/srv/b': { type: 'directory', mode: '0777' }, '/srv/b/x': { mode: '0755' } });
  expect(fact).toMatchObject({ value: { runtimes: [{ exposed: true, directory: '/srv/b' }] } });
});

test('plugins of NRI', () => {
  const fact = onCrio(crioPrograms, '', { '/opt/nri/plugins/10-x': { mode: '0755' } });
  expect(fact).toMatchObject({
    value: { plugins: ['/opt/nri/plugins/10-x'], nri: [{ path: '/opt/nri/plugins' }, { path: '/opt/nri/plugins/10-x', exposed: false }] },
  });
});
