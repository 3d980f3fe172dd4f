import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { kernelConfig } from '../../../src/kinds/host/kernel-config.ts';

const release = '6.12.0-1-default';
const config = `/boot/config-${release}`;
const learn = (names: readonly string[], files: Readonly<Record<string, FileSpec>>) =>
  settle(kernelConfig.learn({ names }, rootAccount), answerer({ files: { '/proc/sys/kernel/osrelease': `${release}\n`, ...files } }));

test.each([
  ['built in and as a module', 'CONFIG_VETH=m\nCONFIG_KEYS=y\n', ['VETH', 'KEYS'], []],
  ['not set', '# CONFIG_KEYS is not set\nCONFIG_KEYS_COMPAT=y\n', ['KEYS'], ['KEYS']],
  ['under its older name', 'CONFIG_NF_NAT_IPV4=m\n', ['NF_NAT'], []],
  [
    'the older tables, with nftables whole',
    'CONFIG_NF_TABLES=m\nCONFIG_NFT_COMPAT=m\nCONFIG_NFT_MASQ=m\nCONFIG_NFT_NAT=m\n',
    ['IP_NF_NAT', 'IP_NF_FILTER'],
    [],
  ],
  ['the older tables, with nftables in part', 'CONFIG_NF_TABLES=m\nCONFIG_NFT_COMPAT=m\n', ['IP_NF_NAT'], ['IP_NF_NAT']],
])('%s', (_, content, names, unset) => {
  expect(learn(names, { [config]: content })).toMatchObject({ is: 'known', value: { unset, withoutModule: [] } });
});

test('a module has to be there where depmod lists what is', () => {
  const files = { [config]: 'CONFIG_VETH=m\nCONFIG_BRIDGE_NETFILTER=m\n', [`/usr/lib/modules/${release}/modules.dep`]: 'kernel/drivers/net/veth.ko.zst:\n' };
  expect(learn(['VETH', 'BRIDGE_NETFILTER'], files)).toMatchObject({ value: { unset: [], withoutModule: ['BRIDGE_NETFILTER'] } });
});

test('without a file of that kernel nothing is known', () => {
  expect(learn(['VETH'], { '/boot/config-6.1.0-1-default': 'CONFIG_VETH=m\n' })).toMatchObject({ is: 'unknown' });
});
