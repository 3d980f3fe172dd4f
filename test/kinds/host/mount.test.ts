import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { mount } from '../../../src/kinds/host/mount.ts';

type Files = Readonly<Record<string, FileSpec>>;
const learn = (files: Files, path = '/') => settle(mount.learn({ path }, rootAccount), answerer({ files }));
const table = '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n25 22 0:23 / /srv/a\\040b rw,noexec master:5 - xfs /dev/sdb1 rw\n';

test('the mount of the longest point counts, with its options', () => {
  expect(learn({ '/proc/self/mountinfo': table }, '/srv/a b/c')).toMatchObject({
    is: 'known',
    value: { point: '/srv/a b', type: 'xfs', options: ['rw', 'noexec', 'rw'] },
  });
});

test('a slave is no evidence about the host', () => {
  const fact = learn({ '/proc/self/mountinfo': table }, '/srv/a b');
  expect(fact.is === 'known' && fact.gaps.get('propagation')?.said).toMatch(/namespace of its own/);
  expect(learn({ '/proc/self/mountinfo': table })).toMatchObject({ value: { propagation: 'shared' } });
});
