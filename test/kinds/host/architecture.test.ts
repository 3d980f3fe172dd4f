import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { architecture } from '../../../src/kinds/host/architecture.ts';

const learn = (files: Readonly<Record<string, FileSpec>>, uname?: string, kind: 'live' | 'image' = 'live') =>
  settle(
    architecture.learn({}, rootAccount),
    answerer({ kind, files, ...(uname === undefined ? {} : { commands: { 'uname -m': { stdout: `${uname}\n` } } }) }),
  );

test.each([
  ['the kernel tells', { '/proc/sys/kernel/arch': 'aarch64\n' }, undefined, 'live', 'aarch64'],
  ['an older kernel does not', {}, 'armv7l', 'live', 'armv7l'],
  ['an image', { '/lib/ld-linux-armhf.so.3': '' }, undefined, 'image', 'armhf'],
  ['an image with two', { '/lib/ld-linux.so.2': '', '/lib64/ld-linux-x86-64.so.2': '' }, undefined, 'image', 'x86_64'],
] as const)('%s', (_, files, uname, kind, machine) => {
  expect(learn(files as Readonly<Record<string, FileSpec>>, uname, kind)).toMatchObject({ is: 'known', value: { machine } });
});

test('an image without a loader does not tell, and the kernel decides over programs', () => {
  const none = learn({}, undefined, 'image');
  expect(none.is === 'known' && none.gaps.get('machine')).toMatchObject({ why: 'ambiguous' });
  expect(learn({ '/proc/sys/kernel/arch': 'aarch64\n', '/lib/ld-linux-armhf.so.3': '' })).toMatchObject({ value: { machine: 'aarch64', userland: 'armhf' } });
});
