/** What firewalld lets in: read from its files, and tried on firewalld itself with packets in a network namespace. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import { type Admission, admits } from '../../../src/facts/firewall/admits.ts';
import { firewalld } from '../../../src/facts/firewall/firewalld.ts';
import { policyOf } from '../../../src/facts/firewall/policy.ts';
import { serviceOf } from '../../../src/facts/firewall/service.ts';
import { zoneOf } from '../../../src/facts/firewall/zone.ts';
import { settle } from '../../../src/facts/settle.ts';
import { oracle } from '../../oracles.ts';
import { fc, seed } from '../../property.ts';
import { configuration, type Files, policyText, publicZone, services, table, zoneText } from './hosts.ts';

/** The zones that firewalld ships, as far as they matter here. */
const shipped: Files = {
  '/usr/lib/firewalld/zones/public.xml': '<zone><service name="ssh"/><forward/></zone>',
  '/usr/lib/firewalld/zones/drop.xml': '<zone target="DROP"><forward/></zone>',
  '/usr/lib/firewalld/zones/trusted.xml': '<zone target="ACCEPT"><forward/></zone>',
  '/usr/lib/firewalld/services/ssh.xml': '<service><port protocol="tcp" port="22"/></service>',
};

function admission(files: HostSpec['files']): Admission {
  const config = settle(firewalld(), answerer({ files: { ...shipped, ...files } }));
  return config.is === 'unknown' ? config : admits(config, 842);
}

describe('TCP port 842', () => {
  test.each(table)('%s', (_, files, expected) => expect(admission(files).is).toBe(expected));

  test('the places are those of the values', () => {
    const files = { ...services, [publicZone]: '<zone>\n  <short>x</short>\n  <service\n    name="outer"/>\n</zone>' };
    expect(admission(files).where.map((w) => `${w.path}:${w.line}`)).toEqual([`${publicZone}:4`, '/etc/firewalld/services/ctl.xml:1']);
  });

  test.each<[string, HostSpec['files']]>([
    ['a zone', { [publicZone]: { blocked: 'denied' } }],
    ['the zones', { '/etc/firewalld/zones': { type: 'directory', blocked: 'denied' } }],
    ['a policy', { '/etc/firewalld/policies/x.xml': { blocked: 'denied' } }],
    ['a service', { '/usr/lib/firewalld/services/ssh.xml': { blocked: 'denied' } }],
    ['firewalld.conf', { '/etc/firewalld/firewalld.conf': { blocked: 'denied' } }],
    ['direct.xml', { '/etc/firewalld/direct.xml': { blocked: 'denied' } }],
  ])('%s that may not be read leaves it open', (_, files) => expect(admission(files)).toMatchObject({ is: 'unknown', why: 'denied' }));

  test.each([
    ['<rule ipv="ipv4" table="filter" chain="INPUT" priority="0">-p tcp --dport 842 -j ACCEPT</rule>', 'iptables', 'unknown'],
    ['<rule ipv="ipv4" table="filter" chain="INPUT" priority="0">-p tcp --dport 842 -j ACCEPT</rule>', 'nftables', 'closed'],
    ['<rule ipv="ipv4" table="filter" chain="INPUT" priority="0">-j DROP</rule>', 'iptables', 'closed'],
    ['<passthrough ipv="ipv4">-t nat -I PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 842</passthrough>', 'nftables', 'unknown'],
    ['<rule ipv="ipv4" table="filter" chain="DOCKER-USER" priority="0">-j ACCEPT</rule>', 'iptables', 'closed'],
  ])('direct rules are recognised: %s with %s', (rule, backend, expected) => {
    const files = { '/etc/firewalld/firewalld.conf': `FirewallBackend=${backend}\n`, '/etc/firewalld/direct.xml': `<direct>\n${rule}</direct>` };
    expect(admission(files).is).toBe(expected);
  });

  test('a policy that is switched off', () => {
    const text = '<policy target="ACCEPT"><disable/><ingress-zone name="ANY"/><egress-zone name="HOST"/></policy>';
    expect(admission({ '/etc/firewalld/policies/x.xml': text }).is).toBe('closed');
  });

  test('a zone that names thousands of services is not followed', () => {
    const names = Array.from({ length: 20_000 }, (_, n) => `<service name="s${n}"/>`).join('');
    expect(admission({ [publicZone]: `<zone>${names}</zone>` })).toMatchObject({ is: 'unknown', why: 'too-large' });
  });
});

const script = fileURLToPath(new URL('firewalld.py', import.meta.url));
// The system's own: firewalld's modules are installed for it.
const python = '/usr/bin/python3';

function ask(how: readonly string[], input: unknown): unknown {
  const [program = '', ...args] = how;
  const { stdout, stderr, status } = spawnSync(program, args, { input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

interface Reached {
  readonly state: 'RUNNING' | 'FAILED';
  readonly reached: boolean;
}

function reach(cases: readonly Files[], seconds = 0.2): readonly Reached[] {
  const found = ask(['unshare', '-n', python, script, 'reach', String(seconds)], cases) as Reached[];
  if (seconds > 1) return found;
  // A packet that is dropped is waited for in vain; on a busy machine one that gets through may be late, too.
  const late = [...cases.keys()].filter((at) => found[at]?.state === 'RUNNING' && !found[at].reached && admission(cases[at] ?? {}).is === 'open');
  const lateCases = late.map((at) => cases[at] ?? {});
  const again = late.length === 0 ? [] : reach(lateCases, 5);
  return found.map((f, at) => again[late.indexOf(at)] ?? f);
}

describe('a packet gets through firewalld where the files say so', oracle('firewalld', 'a network of its own'), () => {
  test('for the table', { timeout: 120_000 }, () => {
    const known = table.filter(([, , expected]) => expected !== 'unknown');
    const found = reach(known.map(([, files]) => files));
    expect(found.map((f, at) => `${known[at]?.[0]}: ${f.state} ${f.reached ? 'open' : 'closed'}`)).toEqual(known.map(([name, , e]) => `${name}: RUNNING ${e}`));
  });

  test('for random files', { timeout: 240_000 }, () => {
    const cases = fc.sample(configuration, { numRuns: 40 });
    const found = reach(cases);
    for (const [at, files] of cases.entries()) {
      const ours = admission(files).is;
      const theirs = found[at]?.state === 'RUNNING' ? (found[at]?.reached ? 'open' : 'closed') : 'unknown';
      expect(ours, `seed ${seed}: ${JSON.stringify(files, null, 1)}`).toBe(theirs);
    }
  });
});

/** What firewalld's parser takes out of a file, and what ours does; undefined where it is refused. */
function taken(kind: 'zone' | 'policy' | 'service', text: string): object | undefined {
  const item = { zone: zoneOf, policy: policyOf, service: serviceOf }[kind](text, 'x', '/x');
  if (item.is === 'unknown') return undefined;
  return {
    ports: joined(item.ports.map((p) => ({ ...p.range, protocol: p.protocol }))),
    protocols: new Set(item.protocols.map((p) => p.name)),
    ...(item.is === 'service'
      ? { includes: item.includes.map((i) => i.name) }
      : { target: item.target, services: new Set(item.services.map((s) => s.name)), rules: item.rules.length }),
    ...(item.is === 'policy' ? { priority: item.priority, ingress: item.ingress, egress: item.egress } : {}),
    ...(item.is === 'zone' ? { bound: item.bound } : {}),
  };
}

/** Ranges that meet or overlap made one, as firewalld does for zones and policies. */
function joined(all: readonly { readonly from: number; readonly to: number; readonly protocol: string }[]): string[] {
  const found: { from: number; to: number; protocol: string }[] = [];
  for (const r of [...all].sort((a, b) => a.protocol.localeCompare(b.protocol) || a.from - b.from)) {
    const last = found.at(-1);
    if (last?.protocol === r.protocol && r.from <= last.to + 1) last.to = Math.max(last.to, r.to);
    else found.push({ ...r });
  }
  return found.map((r) => `${r.from}-${r.to}/${r.protocol}`);
}

interface TakenThere {
  readonly target?: string;
  readonly priority?: number;
  readonly services?: readonly string[];
  readonly ports: readonly (readonly string[])[];
  readonly protocols: readonly string[];
  readonly includes?: readonly string[];
  readonly interfaces?: readonly string[];
  readonly sources?: readonly string[];
  readonly ingress_zones?: readonly string[];
  readonly egress_zones?: readonly string[];
  readonly rules: number;
}

describe('a file is read as firewalld reads it', oracle('firewalld'), () => {
  test.each(['zone', 'policy', 'service'] as const)('%s', { timeout: 60_000 }, (kind) => {
    const whole =
      kind === 'zone'
        ? zoneText('<source address="10.9.1.0/24"/>', '10.9.1.0/24')
        : kind === 'policy'
          ? policyText(-7)
          : fc.constantFrom(...Object.values(services));
    // Cut, doubled and changed texts are refused by both, or taken by both.
    const text = fc.oneof(
      { weight: 3, arbitrary: whole },
      { weight: 1, arbitrary: fc.tuple(whole, fc.nat(400)).map(([t, n]) => t.slice(0, n)) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(whole, fc.constantFrom(['port', 'prot'], ['"', ''], ['842', '99999'], ['tcp', 'ip'], ['<accept/>', ''], ['&', '&no;&'], ['/>', '>']))
          .map(([t, [a = '', b = '']]) => t.replace(a, b)),
      },
    );
    const texts = fc.sample(text, { numRuns: 150 });
    const theirs = ask(
      [python, script, 'read'],
      texts.map((t) => ({ kind, text: t })),
    ) as (TakenThere | null)[];
    for (const [at, t] of texts.entries()) {
      const there = theirs[at] ?? undefined;
      const ours = taken(kind, t);
      // firewalld 1 passes over a rule that it does not take; 2 refuses the file.
      if (!ours && there && there.rules < t.split('<rule').length - 1) continue;
      expect(ours && simple(ours), `seed ${seed}: ${t}`).toEqual(there && simple(fromThere(kind, there)));
    }
  });
});

const simple = (item: object): object => JSON.parse(JSON.stringify(item, (_, v) => (v instanceof Set ? [...v].sort() : v))) as object;

function fromThere(kind: string, there: TakenThere): object {
  return {
    ports: joined(
      there.ports.filter(([p]) => p !== '').map(([p = '', protocol = '']) => ({ from: Number(p.split('-')[0]), to: Number(p.split('-').at(-1)), protocol })),
    ),
    protocols: new Set(there.protocols),
    ...(kind === 'service'
      ? { includes: there.includes }
      : { target: there.target === '{chain}_{zone}' ? 'default' : there.target, services: new Set(there.services), rules: there.rules }),
    ...(kind === 'policy' ? { priority: there.priority, ingress: there.ingress_zones, egress: there.egress_zones } : {}),
    ...(kind === 'zone' ? { bound: [...(there.interfaces ?? []), ...(there.sources ?? [])] } : {}),
  };
}
