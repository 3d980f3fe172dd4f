/** The kinds about SUSE on hosts of a few files each. */
import { describe, expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import type { Asking } from '../../../src/facts/ask.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { etcLayers } from '../../../src/kinds/suse/etc-layers.ts';
import { firstBoot } from '../../../src/kinds/suse/first-boot.ts';
import { subidDefaults } from '../../../src/kinds/suse/subid-defaults.ts';
import { suseReboots } from '../../../src/kinds/suse/suse-reboots.ts';
import { usrEtc } from '../../../src/kinds/suse/usr-etc.ts';
import { zypperRepos } from '../../../src/kinds/suse/zypper-repos.ts';

type Files = Readonly<Record<string, FileSpec>>;
const on = (probe: Asking<Fact>, files: Files, kind?: 'image') => settle(probe, answerer({ files, ...(kind ? { kind } : {}) }));
const overlay = (options: string): string => `overlay /etc overlay defaults,${options},x-initrd.mount 0 0\n`;

describe('etc-layers', () => {
  test.each([
    ['nothing', '', { form: 'plain', missing: [], view: 'merged' }],
    ['a subvolume', '/etc /etc none bind,x-initrd.mount 0 0\n', { form: 'subvolume', missing: [] }],
    [
      'an overlay of two layers',
      overlay('lowerdir=/sysroot/var/lib/overlay/3/etc:/sysroot/etc,upperdir=/sysroot/var/lib/overlay/4/etc'),
      {
        form: 'overlay',
        layers: ['/var/lib/overlay/4/etc', '/var/lib/overlay/3/etc'],
        missing: ['/var/lib/overlay/3/etc', '/var/lib/overlay/4/etc'].toReversed(),
      },
    ],
    ['the overlay of old hosts', overlay('lowerdir=/sysroot/etc,upperdir=/sysroot/var/lib/overlay/etc'), { layers: ['/var/lib/overlay/etc'] }],
  ])('%s', (_, fstab, value) => {
    expect(on(etcLayers.learn({}, rootAccount), { '/etc/fstab': fstab }, 'image')).toMatchObject({ is: 'known', value });
  });
});

test('zypper-repos: hosts without what may be a token or a login', () => {
  const repo = '[r]\nbaseurl=http://me:secret@a.example/r?token\n';
  const fact = on(zypperRepos.learn({}, rootAccount), { '/etc/zypp/repos.d/r.repo': repo });
  expect(fact).toMatchObject({ is: 'known', value: { repos: [{ alias: 'r', host: 'http://a.example', transport: 'open' }] } });
  expect(JSON.stringify(fact)).not.toMatch(/secret|token/);
});

test('suse-reboots: nothing without transactional-update', () => {
  expect(on(suseReboots.learn({}, rootAccount), {})).toMatchObject({ is: 'known', exists: false });
});

test('subid-defaults: a file in /etc hides the one in /usr/etc, drop-ins add to it', () => {
  const files = {
    '/usr/etc/login.defs': 'SUB_UID_COUNT 0\nSUB_GID_COUNT 0\n',
    '/etc/login.defs': 'UID_MIN 1000\n',
    '/etc/login.defs.d/a.defs': 'SUB_GID_COUNT 7\n',
  };
  expect(on(subidDefaults.learn({}, rootAccount), files)).toMatchObject({ value: { uids: 65_536, gids: 7 } });
});

test('usr-etc: which file of each program is in force', () => {
  const files = { '/usr/etc/login.defs': 'a\n', '/usr/etc/sudoers': 'a\n', '/etc/sudoers': 'b\n', '/usr/lib/pam.d/sshd': 'a\n', '/usr/etc/pam.d/sshd': 'b\n' };
  expect(on(usrEtc.learn({}, rootAccount), files)).toMatchObject({
    value: {
      files: [
        { program: 'shadow', path: '/usr/etc/login.defs', wins: 'vendor' },
        { program: 'sudo', path: '/etc/sudoers', wins: 'etc' },
        { program: 'pam:sshd', path: '/usr/lib/pam.d/sshd', wins: 'vendor' },
      ],
      hiding: [{ path: '/etc/sudoers', vendor: '/usr/etc/sudoers' }],
    },
  });
});

test('first-boot: none of the programs', () => {
  expect(on(firstBoot.learn({}, rootAccount), {})).toMatchObject({ is: 'known', exists: false });
});
