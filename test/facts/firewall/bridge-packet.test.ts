/** A question to the name server on a bridge, against rulesets. What nft 1.0.6 made of the first one was listed and read as well. */
import { describe, expect, test } from 'vitest';
import { addTable, emptyTable, inputOf } from '../../../src/facts/firewall/iptables-rules.ts';
import { parseRuleset } from '../../../src/facts/firewall/nft-ruleset.ts';
import { fateIn, type Packet } from '../../../src/facts/firewall/packet.ts';

const packet = (bridge: string | undefined, ...subnets: string[]): Packet => ({ port: 53, subnets, ...(bridge === undefined ? {} : { bridge }) });
const nft = (text: string, from: Packet): readonly string[] => parseRuleset(text, 'a.nft', from).inputs.map((i) => fateIn(i).is);

const written = `flush ruleset
define br = "podman*"
table inet filter {
  set ports { type inet_service; elements = { 53, 67 } }
  chain forward { type filter hook forward priority 0; policy drop; }
  chain names { iifname $br udp dport 53 counter accept comment "names { x }"; }
  chain input {
    type filter hook input priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iif "lo" accept
    ip saddr 10.89.0.0/16 udp dport { 53, 67 } accept
    jump names
    log prefix "in: " drop
  }
}
`;

describe('nftables', () => {
  test.each([
    ['of the network', packet('br0', '10.89.3.0/24'), 'accepted'],
    ['of a bridge of Podman', packet('podman1', '192.168.9.0/24'), 'accepted'],
    ['of another bridge', packet('br0', '192.168.9.0/24'), 'dropped'],
    ['of what Podman will choose', packet(undefined), 'accepted'],
  ])('a ruleset lets in what comes %s: %s', (_, from, is) => {
    expect(nft(written, from)).toEqual([is]);
    expect(parseRuleset(written, 'a.nft', from)).toMatchObject({ rest: [], flushes: { line: 1 } });
  });

  const input = (rule: string): string => `table inet x {\n chain input {\n  type filter hook input priority 0; policy drop;\n  ${rule}\n }\n}\n`;
  test.each([
    ['udp dport 50-60 accept', 'accepted'],
    ['udp dport != 53 accept', 'dropped'],
    ['tcp dport 53 accept', 'dropped'],
    ['udp dport @open accept', 'open'],
    ['ip saddr 10.89.0.0-10.89.0.255 accept', 'accepted'],
    ['ip saddr 10.89.0.7 accept', 'open'],
    ['ct state { new, established } meta iifname "podman1" meta nfproto ipv4 accept', 'accepted'],
    ['fib daddr type local meta pkttype host accept', 'accepted'],
    ['jump nowhere', 'open'],
    ['goto input', 'open'],
  ])('%s: %s', (rule, is) => {
    expect(nft(input(rule), packet('podman1', '10.89.0.0/24'))).toEqual([is]);
  });

  test('what is no table is told', () => {
    expect(parseRuleset('include "/etc/nftables.d/*.nft"\nadd rule inet x input accept\n', 'a.nft', packet('podman1')).rest.map((w) => w.line)).toEqual([1, 2]);
  });
});

describe('iptables', () => {
  const fate = (rule: string, from = packet('podman1', '10.89.0.0/24')): string =>
    fateIn(inputOf(addTable(emptyTable(), `*filter\n:INPUT DROP [0:0]\n-A INPUT ${rule}\nCOMMIT\n`, 'rules.v4', from), { path: 'rules.v4' })).is;
  test.each([
    ['-i podman+ -p udp -m udp --dport 53 -j ACCEPT', 'accepted'],
    ['! -i eth0 -j ACCEPT', 'accepted'],
    ['-s 10.89.0.0/24 -m comment --comment "all of it" -j ACCEPT', 'accepted'],
    ['-p tcp --dport 53 -j ACCEPT', 'dropped'],
    ['-m conntrack --ctstate NEW -m addrtype --dst-type LOCAL -j ACCEPT', 'accepted'],
    ['-m recent --name x --rcheck -j ACCEPT', 'open'],
    ['-m multiport -p udp --dports 53,67:68 -j ACCEPT', 'accepted'],
    ['-j LOG', 'dropped'],
  ])('%s: %s', (rule, is) => {
    expect(fate(rule)).toBe(is);
  });
});
