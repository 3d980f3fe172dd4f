import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sExposure } from '../../../src/kinds/k3s/k3s-exposure.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (local: string, state: string) => `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  0        0 5177567 2 0 0\n`;
const vxlan = { udp: line('00000000:2118', '07') };

const learn = (address: string, tables: Readonly<Record<string, string>>, settings = '') => {
  const files: Record<string, FileSpec> = {
    '/usr/local/bin/k3s': { mode: '0755' },
    '/etc/systemd/system/k3s.service': `[Service]\nExecStart=/usr/local/bin/k3s server ${settings}\n`,
    '/proc/net/fib_trie': `Main:\n  |-- ${address}\n     /32 host LOCAL\n`,
    '/proc/net/route': 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\n',
  };
  for (const [name, lines] of Object.entries({ tcp: '', tcp6: '', udp: '', udp6: '', ...tables })) files[`/proc/net/${name}`] = head + lines;
  return settle(k3sExposure.learn({}, rootAccount), answerer({ files, commands: { 'k3s --version': { stdout: 'k3s version v1.33.6+k3s1 (abcdef12)\n' } } }));
};
const ports = (fact: ReturnType<typeof learn>, field: string) =>
  fact.is === 'known' ? (fact.value[field] as { port: string }[]).map(({ port }) => port) : undefined;

test.each([
  ['a public address', '91.98.1.7', vxlan, '', ['8472/udp'], []],
  ['an address of the site', '10.0.0.4', vxlan, '', [], ['8472/udp']],
  ['nothing listens', '91.98.1.7', {}, '', [], []],
  ['etcd on an address of the site', '91.98.1.7', { tcp: line('0400000A:094B', '0A') }, '--cluster-init', [], []],
  ['etcd on a public address', '91.98.1.7', { tcp: line('0701625B:094B', '0A') }, '--cluster-init', ['2379/tcp'], []],
  ['no etcd is meant', '91.98.1.7', { tcp: line('00000000:094B', '0A') }, '', [], []],
])('%s', (_, address, tables, settings, world, near) => {
  const fact = learn(address, tables, settings);
  expect({ world: ports(fact, 'world'), near: ports(fact, 'near') }).toEqual({ world, near });
});

test('without K3s there is nothing to judge', () => {
  expect(settle(k3sExposure.learn({}, rootAccount), answerer({ files: {} }))).toMatchObject({ is: 'known', exists: false });
});
