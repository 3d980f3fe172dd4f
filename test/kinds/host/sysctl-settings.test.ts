import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { sysctlSettings } from '../../../src/kinds/host/sysctl-settings.ts';

const learn = (files: Readonly<Record<string, FileSpec>>, wanted: readonly string[] = []) =>
  settle(sysctlSettings.learn({ wanted }, rootAccount), answerer({ files }));

const vendor = '/usr/lib/sysctl.d/99-vendor.conf';
const own = '/etc/sysctl.d/90-own.conf';

test.each([
  ['a later file of a package', { [own]: 'kernel.panic=10\n', [vendor]: 'kernel/panic = 99\n' }, ['kernel.panic']],
  ['the same value, spelt otherwise', { [own]: 'kernel.panic=10\n', [vendor]: '-kernel/panic =  10\n' }, []],
  [
    'an interface with a dot in its name',
    { [own]: 'net/ipv4/conf/eth0.5/forwarding=1\n', [vendor]: 'net/ipv4/conf/eth0.5/forwarding=0\n' },
    ['net.ipv4.conf.eth0/5.forwarding'],
  ],
  ['a glob of a package', { [own]: 'net.ipv4.conf.eth0.rp_filter=0\n', [vendor]: 'net.ipv4.conf.*.rp_filter=2\n' }, []],
  [
    'a file of the same name, which hides that of the package',
    { '/etc/sysctl.d/99-vendor.conf': '', [own]: 'kernel.panic=10\n', [vendor]: 'kernel.panic=99\n' },
    [],
  ],
])('%s', (_, files, keys) => {
  expect(learn(files)).toMatchObject({ is: 'known', value: { overridden: keys.map((key) => ({ key })) } });
});

test('what is needed and taken back, by whichever file', () => {
  const files = { '/etc/sysctl.d/10-a.conf': 'net.ipv4.ip_forward=1\n', '/etc/sysctl.d/20-b.conf': 'net.ipv4.ip_forward=0\n' };
  expect(learn(files, ['net.ipv4.ip_forward=1'])).toMatchObject({ value: { overridden: [], lost: [{ by: '/etc/sysctl.d/20-b.conf', counts: '0' }] } });
});

test('/etc/sysctl.conf counts only through a link', () => {
  expect(learn({ '/etc/sysctl.conf': 'vm.swappiness=10\n' })).toMatchObject({ value: { unread: [{ key: 'vm.swappiness' }] } });
  expect(learn({ '/etc/sysctl.conf': 'vm.swappiness=10\n', '/etc/sysctl.d/99-sysctl.conf': { link: '../sysctl.conf' } })).toMatchObject({
    value: { unread: [] },
  });
});
