import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { acceptRa } from '../../../src/kinds/host/accept-ra.ts';

const zero = '0'.repeat(32);
const way = (flags: string, device = 'eth0') => `${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000400 00000001 00000000 ${flags} ${device}\n`;
const k3s: Readonly<Record<string, FileSpec>> = {
  '/usr/local/bin/k3s': { mode: '0755' },
  '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s server --cluster-cidr=10.42.0.0/16,fd00:42::/56\n',
  '/proc/net/route': 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nlo\t0000007F\t00000000\t0001\t0\t0\t0\t000000FF\n',
};
const learn = (files: Readonly<Record<string, FileSpec>>) =>
  settle(
    acceptRa.learn({}, rootAccount),
    answerer({ files: { ...k3s, ...files }, commands: { 'k3s --version': { stdout: 'k3s version v1.33.6+k3s1 (abcdef12)\n' } } }),
  );

test.each([
  ['advertised, accept_ra 1', '1', way('00450003'), { losing: ['eth0'], lost: [] }],
  ['advertised, accept_ra 2', '2', way('00450003'), { losing: [], lost: [] }],
  ['by a daemon, accept_ra 0', '0', way('00000003'), { losing: [], lost: [] }],
  ['static, accept_ra 1', '1', way('00000003'), { losing: [], lost: [] }],
  ['a route that rejects is none', '1', way('00200200'), { losing: [], lost: [] }],
  ['a route over lo is none', '1', way('00450003', 'lo'), { losing: [], lost: [] }],
])('%s', (_, accept, table, value) => {
  const files = { '/proc/net/ipv6_route': table, '/proc/sys/net/ipv6/conf/eth0/accept_ra': `${accept}\n`, '/proc/sys/net/ipv6/conf/all/forwarding': '0\n' };
  expect(learn(files)).toMatchObject({ is: 'known', value });
});
