/** Whether a stranger reaches a port through the rules that are in force. */
import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import type { Protocol } from '../../../src/facts/firewall/matches.ts';
import { strangersReach } from '../../../src/facts/firewall/strangers.ts';
import { settle } from '../../../src/facts/settle.ts';

const reach = (rules: string | undefined, port: number, protocol: Protocol, files: Readonly<Record<string, FileSpec>> = {}) => {
  const commands = rules === undefined ? {} : { 'nft list ruleset': { stdout: rules } };
  const found = settle(strangersReach('eth0', port, protocol), answerer({ files: { '/sys/module/nf_tables': { type: 'directory' }, ...files }, commands }));
  return found.is === 'known' ? found.open : found.why;
};

const input = (rules: string, policy = 'drop') =>
  `table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy ${policy};\n\t\t${rules}\n\t}\n}\n`;

test.each([
  ['tcp dport 10250 accept', 10250, 'tcp', true],
  ['tcp dport 10250 accept', 10250, 'udp', false],
  ['meta l4proto { tcp, udp } th dport 8472 accept', 8472, 'udp', true],
  ['udp dport otv accept', 8472, 'udp', true],
  ['meta l4proto tcp accept', 10250, 'tcp', true],
  ['ip protocol 17 accept', 10250, 'tcp', false],
  ['ip saddr 10.0.0.0/8 accept', 8472, 'udp', false],
  ['ip saddr != 10.0.0.0/8 accept', 8472, 'udp', true],
  ['iifname "eth1" accept', 8472, 'udp', false],
  ['ip6 saddr fd00::/8 accept', 8472, 'udp', false],
  ['udp dport 8472 limit rate 5/second accept', 8472, 'udp', 'ambiguous'],
  ['tcp sport 80 accept', 10250, 'tcp', 'ambiguous'],
] as const)('%s: port %i/%s', (rule, port, protocol, open) => {
  expect(reach(input(rule), port, protocol)).toBe(open);
});

test('one chain that drops is enough, and no chain keeps nobody away', () => {
  expect(
    reach(
      `${input('', 'accept')}table ip x {\n\tchain y {\n\t\ttype filter hook input priority 5; policy accept;\n\t\tudp dport 8472 drop\n\t}\n}\n`,
      8472,
      'udp',
    ),
  ).toBe(false);
  expect(reach('', 8472, 'udp')).toBe(true);
  expect(reach(undefined, 8472, 'udp')).toBe('unsupported');
  expect(reach(undefined, 8472, 'udp', { '/sys/module/nf_tables': null })).toBe(true);
});

const zones = {
  '/usr/lib/firewalld/zones/public.xml': '<zone><service name="ssh"/></zone>',
  '/usr/lib/firewalld/zones/trusted.xml': '<zone target="ACCEPT"/>',
};
const table = 'table inet firewalld {\n\tchain filter_INPUT {\n\t\ttype filter hook input priority filter + 10; policy accept;\n\t\treject\n\t}\n}\n';
const zone = (text: string): Readonly<Record<string, FileSpec>> => ({ ...zones, '/etc/firewalld/zones/public.xml': `<zone>${text}</zone>` });

test.each([
  ['the default zone opens nothing', zones, false],
  ['it opens the port', zone('<port port="8472" protocol="udp"/>'), true],
  ['of TCP', zone('<port port="8472" protocol="tcp"/>'), false],
  ['to some senders', zone('<rule family="ipv4"><source address="10.0.0.0/8"/><port port="8472" protocol="udp"/><accept/></rule>'), false],
  ['to all of IPv4', zone('<rule family="ipv4"><source address="0.0.0.0/0"/><port port="8472" protocol="udp"/><accept/></rule>'), true],
  ['all of UDP', zone('<protocol value="udp"/>'), true],
  [
    'another zone has the interface',
    { ...zone('<port port="8472" protocol="udp"/>'), '/etc/firewalld/zones/work.xml': '<zone><interface name="eth0"/></zone>' },
    false,
  ],
  [
    'a zone of the site opens it, and nobody knows to what it is bound',
    { ...zones, '/etc/firewalld/zones/work.xml': '<zone><port port="8472" protocol="udp"/></zone>' },
    'ambiguous',
  ],
  ['a zone of sources opens it', { ...zones, '/etc/firewalld/zones/nodes.xml': '<zone target="ACCEPT"><source address="10.0.0.0/24"/></zone>' }, false],
  ['a zone of all sources opens it', { ...zones, '/etc/firewalld/zones/nodes.xml': '<zone target="ACCEPT"><source address="0.0.0.0/0"/></zone>' }, true],
] as const)('firewalld: %s', (_, files, open) => {
  expect(reach(table, 8472, 'udp', files)).toBe(open);
});

test('firewalld that does not run keeps nobody away', () => {
  expect(reach('', 8472, 'udp', zones)).toBe(true);
});
