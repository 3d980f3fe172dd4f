import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sPorts } from '../../../src/kinds/k3s/k3s-ports.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (local: string, uid = 0, state = '0A') =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 5177567 2 0 0\n`;

const learn = (tables: Readonly<Record<string, string>>, ss?: string, role = 'server') => {
  const files: Record<string, FileSpec> = {};
  for (const [name, lines] of Object.entries({ tcp: '', tcp6: '', udp: '', udp6: '', ...tables })) files[`/proc/net/${name}`] = head + lines;
  return settle(k3sPorts.learn({ role }, rootAccount), answerer({ files, ...(ss === undefined ? {} : { commands: { 'ss -Hltnup': { stdout: ss } } }) }));
};

test.each([
  ['nobody listens', {}, undefined, 'server', []],
  ['every address', { tcp: line('00000000:280A') }, 'tcp LISTEN 0 4096 0.0.0.0:10250 0.0.0.0:* users:(("kubelet",pid=9,fd=3))\n', 'server', ['10250/tcp']],
  [
    'every address of IPv6',
    { tcp6: line(`${'0'.repeat(32)}:280A`) },
    'tcp LISTEN 0 4096 *:10250 *:* users:(("kubelet",pid=9,fd=3))\n',
    'server',
    ['10250/tcp'],
  ],
  [
    'an address of IPv4 in a socket of IPv6',
    { tcp6: line('0000000000000000FFFF00000100007F:2808') },
    'tcp LISTEN 0 9 [::ffff:127.0.0.1]:10248 *:* users:(("x",pid=9,fd=3))\n',
    'agent',
    ['10248/tcp'],
  ],
  ['the loopback port on another address', { tcp: line('0501A8C0:2808') }, undefined, 'server', []],
  ['a connection, not a socket that listens', { tcp: line('0100007F:2808', 0, '01') }, undefined, 'server', []],
  [
    'the kernel, which has no process',
    { udp: line('00000000:2118', 0, '07'), tcp: line('00000000:0016') },
    'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))\nudp UNCONN 0 0 0.0.0.0:8472 0.0.0.0:*\n',
    'server',
    [],
  ],
  ['a port of servers on an agent', { tcp: line('00000000:192B') }, undefined, 'agent', []],
  [
    'one of two processes is K3s',
    { tcp: line('00000000:192B') },
    'tcp LISTEN 0 9 0.0.0.0:6443 0.0.0.0:* users:(("x",pid=8,fd=3),("k3s-server",pid=9,fd=3))\n',
    'server',
    [],
  ],
])('%s', (_, tables, ss, role, ports) => {
  const fact = learn(tables, ss, role);
  const taken = fact.is === 'known' ? (fact.value.taken as { port: string }[]) : undefined;
  expect(taken?.map(({ port }) => port)).toEqual(ports);
});

test('where the owner is not shown, it is another one only by its account', () => {
  const hidden = 'tcp LISTEN 0 9 *:10250 *:*\n';
  const fact = learn({ tcp6: line(`${'0'.repeat(32)}:280A`) }, hidden);
  expect(fact.is === 'known' && fact.gaps.get('taken')).toMatchObject({ why: 'denied' });
  expect(learn({ tcp6: line(`${'0'.repeat(32)}:280A`, 1000) }, hidden)).toMatchObject({ value: { taken: [{ by: 'a program of the account with uid 1000' }] } });
});
