/** Kind `bridge-firewall`: whether the firewall of the host lets containers reach the name server on their bridge. */
import { type Answer, type Asking, type Output, read, run, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { addTable, emptyTable, inputOf } from '../../facts/firewall/iptables-rules.ts';
import { type NftLine, withIncludes } from '../../facts/firewall/nft-files.ts';
import { parseRuleset } from '../../facts/firewall/nft-ruleset.ts';
import { type Fate, fateIn, type Packet } from '../../facts/firewall/packet.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { type Pattern, unasked } from '../../facts/pattern.ts';
import { letsNamesIn, usualDrivers } from '../../facts/podman/firewall-driver.ts';
import { netavarkVersion } from '../../facts/podman/netavark.ts';
import { type FoundNetwork, network, networkFiles } from '../../facts/podman/networks.ts';
import { ofRoot } from '../../facts/podman/patterns.ts';
import { askPodman } from '../../facts/podman/store.ts';
import { accountNetworks } from '../../facts/quadlet/account-networks.ts';
import { boolean, record, says, string } from '../../facts/shape.ts';

const listArgv = ['podman', 'network', 'ls', '--format', '{{.Name}}'];
const nftArgv = ['nft', 'list', 'ruleset'];
const nftThere = '/sys/module/nf_tables';
const legacyNames = '/proc/net/ip_tables_names';
const legacyArgvs = [
  ['iptables-legacy-save', '-t', 'filter'],
  ['iptables-save', '-t', 'filter'],
] as const;
/** Links that start a service which loads rules at boot, and the files that it loads. */
const loaders = [
  { service: 'nftables.service', files: ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf'], form: 'nft' },
  { service: 'netfilter-persistent.service', files: ['/etc/iptables/rules.v4'], form: 'iptables' },
  { service: 'iptables.service', files: ['/etc/sysconfig/iptables', '/etc/iptables/iptables.rules'], form: 'iptables' },
] as const;
const targets = ['sysinit', 'basic', 'network-pre', 'multi-user'];
const linksOf = (service: string): string[] => targets.map((t) => `/etc/systemd/system/${t}.target.wants/${service}`);
const ufw = { conf: '/etc/ufw/ufw.conf', usual: '/etc/default/ufw', rules: ['/etc/ufw/before.rules', '/etc/ufw/user.rules', '/etc/ufw/after.rules'] } as const;

export const bridgeFirewall = defineKind({
  name: 'bridge-firewall',
  noun: "the host's firewall",
  describe:
    'Whether rules of nftables, iptables or ufw drop what containers of root ask the name server of their network: those in force, else those that are loaded at boot. firewalld is told by netavark to trust its networks.',
  fields: { dnsAlways: { type: 'boolean', describe: 'whether a network with DNS is expected although none exists yet (k3d makes one)' } },
  shape: record({
    needed: says(boolean('root has a network with DNS, or one is expected'), { no: 'no network of root has DNS' }),
    drops: boolean('the firewall drops the questions'),
    by: string('the rules that were judged'),
  }),
  touches: () => [
    ...ofRoot([containersConf, accountNetworks, networkFiles, askPodman.of(listArgv), network.of('*'), netavarkVersion]),
    withIncludes,
    { do: 'stat', path: nftThere },
    { do: 'run', argv: nftArgv, ifThere: [[nftThere]] },
    { do: 'read', path: legacyNames },
    ...legacyArgvs.map((argv) => ({ do: 'run', argv, ifThere: [[legacyNames]] }) as const),
    ...loaders.flatMap(({ service, files }): Pattern[] => [
      ...linksOf(service).map((path) => ({ do: 'stat', path }) as const),
      ...unasked(
        'the file of one distribution is tried for all',
        files.map((path) => ({ do: 'read', path })),
      ),
    ]),
    ...[ufw.conf, ufw.usual, ...ufw.rules].map((path) => ({ do: 'read', path }) as const),
  ],
  *learn(q): Asking<Fact> {
    const [packets, host] = yield* together([packetsOf(q.dnsAlways === true), netavarkOf()]);
    if ('is' in packets) return packets;
    if ('is' in host) return host;
    const fact = new FactBuilder().consulted(...packets.where);
    fact.set('needed', packets.each.length > 0, ...packets.where);
    if (packets.each.length === 0) return fact.set('drops', false, ...packets.where).build();
    const each = yield* together(packets.each.map((packet) => judged(packet, host)));
    const worst = each.find((e) => e.is === 'dropped') ?? each.find((e) => e.is === 'unknown') ?? each[0];
    if (!worst || worst.is === 'unknown') return worst ? fact.gap('drops', worst).gap('by', worst).build() : fact.build();
    return fact
      .set('drops', worst.is === 'dropped', ...worst.where)
      .set('by', worst.by, ...worst.where)
      .build();
  },
});

/** A question of a container on each network with DNS. */
function* packetsOf(always: boolean): Asking<{ readonly each: readonly Packet[]; readonly where: readonly Where[] } | Unknown> {
  const [conf, files, declared, told] = yield* together([
    containersConf(rootAccount),
    networkFiles(rootAccount),
    accountNetworks(rootAccount),
    askPodman(listArgv, rootAccount),
  ]);
  if (conf.is === 'unknown') return conf;
  const port = lookup(conf, 'network', 'dns_bind_port');
  if (port.gap) return port.gap;
  const names =
    told.is === 'got' && told.value.exit === 0
      ? told.value.stdout
          .split('\n')
          .map((n) => n.trim())
          .filter(Boolean)
      : [];
  const asked = yield* together(names.map((n) => network(n, rootAccount)));
  const found: FoundNetwork[] = [...(files.is === 'known' ? files.each : []), ...asked.flatMap((a) => (a.is === 'found' ? [a.network] : []))];
  const named = new Map<string, FoundNetwork>();
  // What one way of looking leaves open, the other may have told.
  for (const n of found.filter((f) => f.dnsEnabled === true)) {
    const before = named.get(n.name);
    const bridge = n.bridge ?? before?.bridge;
    const subnets = n.subnets ?? before?.subnets;
    named.set(n.name, { ...n, ...(bridge === undefined ? {} : { bridge }), ...(subnets === undefined ? {} : { subnets }) });
  }
  const aside = declared.each.filter((d) => d.dns && d.name.endsWith('.network'));
  const to = typeof port.value === 'number' && port.value > 0 ? port.value : 53;
  const each = [...named.values()].map(
    (n): Packet => ({ port: to, subnets: n.subnets ?? [], destinations: n.subnets ?? [], ...(n.bridge === undefined ? {} : { bridge: n.bridge }) }),
  );
  const more = each.length === 0 && (always || aside.length > 0) ? [{ port: to, subnets: [], destinations: [] }] : [];
  const hidden = files.is === 'unknown' ? files : (declared.unseen ?? asked.find((a): a is Unknown => a.is === 'unknown'));
  if (each.length + more.length === 0 && hidden) return hidden;
  const where = [...[...named.values()].map((n) => n.at), ...aside.map((d) => d.where)];
  return { each: [...each, ...more], where: where.length > 0 ? where : declared.looked };
}

interface Netavark {
  /** netavark lets the questions in by itself, in the table that iptables keeps. */
  readonly opens: boolean | Unknown;
}

function* netavarkOf(): Asking<Netavark | Unknown> {
  const [conf, version] = yield* together([containersConf(rootAccount), netavarkVersion(rootAccount)]);
  if (conf.is === 'unknown') return conf;
  const set = lookup(conf, 'network', 'firewall_driver');
  if (set.gap) return set.gap;
  const drivers = typeof set.value === 'string' && set.value !== '' ? [set.value] : usualDrivers(version);
  if (!drivers.includes('iptables')) return { opens: false };
  const does = letsNamesIn(version);
  const said = 'whether netavark lets names in by itself depends on its version and its driver';
  if (does === undefined || (does && drivers.length > 1)) return { opens: { is: 'unknown', why: 'ambiguous', said, where: [] } };
  return { opens: does };
}

type Judged = { readonly is: 'dropped' | 'accepted'; readonly by: string; readonly where: readonly Where[] } | Unknown;

/** What is in force decides; where that cannot be seen, or nothing is, what the boot loads. */
function* judged(packet: Packet, { opens }: Netavark): Asking<Judged> {
  const [live, legacy, files] = yield* together([liveRules(packet, opens), legacyRules(packet, opens), bootRules(packet, opens)]);
  const inForce = [live, legacy].filter((l) => l !== undefined);
  const drops = inForce.find((l) => l.is === 'dropped');
  if (drops) return drops;
  const open = inForce.find((l) => l.is === 'unknown');
  return open ?? live ?? files;
}

/** A rule that iptables manages is behind the one that netavark puts at its head. */
function judge(fate: Fate, by: string, managed: boolean, opens: Netavark['opens']): Judged {
  if (fate.is === 'accepted') return { is: 'accepted', by, where: fate.where };
  if (managed && opens === true) return { is: 'accepted', by: `${by}, before which netavark puts its own rule`, where: fate.where };
  if (managed && typeof opens === 'object') return opens;
  if (fate.is === 'dropped') return { is: 'dropped', by, where: fate.where };
  return { is: 'unknown', why: 'ambiguous', said: `${by} has rules that may hold for containers or not`, where: fate.where };
}

function strictest(each: readonly Judged[], none: Judged): Judged {
  return each.find((e) => e.is === 'dropped') ?? each.find((e) => e.is === 'unknown') ?? each[0] ?? none;
}

/** Undefined: no rules of nftables are in force. */
function* liveRules(packet: Packet, opens: Netavark['opens']): Asking<Judged | undefined> {
  const there = yield* stat(nftThere);
  if (there.is === 'absent' || (there.is === 'blocked' && there.why === 'unsupported')) return undefined;
  if (there.is === 'blocked') return unknown(there, nftThere);
  const answer = yield* run(nftArgv);
  const path = commandPlace(nftArgv);
  if (answer.is === 'absent')
    return {
      is: 'unknown',
      why: 'unsupported',
      said: 'rules of nftables may be in force, and the program nft that would show them is not there',
      where: [{ path: nftThere }],
    };
  if (answer.is === 'blocked') return unknown(answer, path);
  if (answer.value.exit !== 0) return refusedBy(answer.value, path);
  return answer.value.stdout.trim() === '' ? undefined : judgeNft(answer.value.stdout, path, packet, opens);
}

const refusedBy = ({ exit, stderr }: Output, path: string): Unknown => ({
  is: 'unknown',
  why: 'failed',
  said: `${path.slice(path.indexOf(':') + 1)} ended with ${exit}: ${stderr.trim().split('\n')[0]?.slice(0, 200) ?? ''}`,
  where: [{ path }],
});

function judgeNft(text: string | readonly NftLine[], path: string, packet: Packet, opens: Netavark['opens']): Judged {
  const { inputs, rest } = parseRuleset(text, path, packet);
  const meant = inputs.filter((i) => (i.family === 'ip' || i.family === 'inet') && i.table !== 'firewalld');
  const each = meant.map((i) => judge(fateIn(i), `the chain ${i.name} of the table ${i.family} ${i.table}`, i.table === 'filter' && i.name === 'INPUT', opens));
  const found = strictest(each, { is: 'accepted', by: 'no chain of nftables', where: [{ path }] });
  if (rest.length === 0 || found.is === 'unknown') return found;
  // What is included or added may let them in, or drop them.
  return { is: 'unknown', why: 'ambiguous', said: `${path} includes files or changes tables by commands, which are not followed`, where: rest.slice(0, 3) };
}

/** The older tables of the kernel, if they are in use: asking for them otherwise would load them. */
function* legacyRules(packet: Packet, opens: Netavark['opens']): Asking<Judged | undefined> {
  const names = yield* read(legacyNames);
  if (names.is === 'absent' || (names.is === 'blocked' && names.why === 'unsupported')) return undefined;
  if (names.is === 'blocked') return unknown(names, legacyNames);
  if (!names.value.split('\n').includes('filter')) return undefined;
  const answers = yield* together(legacyArgvs.map((argv) => run(argv)));
  const at = answers.findIndex((a) => a.is === 'got');
  const answer = answers[at];
  const path = commandPlace(legacyArgvs[Math.max(at, 0)] ?? []);
  if (answer?.is !== 'got')
    return { is: 'unknown', why: 'unsupported', said: `${legacyNames} has filter, and no iptables-save shows its rules`, where: [{ path: legacyNames }] };
  if (answer.value.exit !== 0) return refusedBy(answer.value, path);
  return judge(fateIn(inputOf(addTable(emptyTable(), answer.value.stdout, path, packet), { path })), 'the chain INPUT of iptables', true, opens);
}

/** The files that a service loads at boot, if it is enabled, and those of ufw. */
function* bootRules(packet: Packet, opens: Netavark['opens']): Asking<Judged> {
  const each = yield* together([...loaders.map((loader) => loaded(loader, packet, opens)), ufwRules(packet, opens)]);
  const none: Judged = {
    is: 'accepted',
    by: 'no rules',
    where: loaders.map(({ service }) => ({ path: `/etc/systemd/system/multi-user.target.wants/${service}` })),
  };
  return strictest(
    each.filter((e) => e !== undefined),
    none,
  );
}

function* loaded({ service, files, form }: (typeof loaders)[number], packet: Packet, opens: Netavark['opens']): Asking<Judged | undefined> {
  const links = linksOf(service);
  const stats = yield* together(links.map((l) => stat(l)));
  const shut = stats.findIndex((s) => s.is === 'blocked');
  const refused = stats[shut];
  if (!stats.some((s) => s.is === 'got')) return refused?.is === 'blocked' ? unknown(refused, links[shut] ?? service) : undefined;
  const texts = yield* together(files.map((f) => read(f)));
  const at = texts.findIndex((t) => t.is !== 'absent');
  const [path, text] = [files[at] ?? '', texts[at]];
  if (text === undefined) return undefined;
  if (text.is === 'blocked') return unknown(text, path);
  if (text.is !== 'got') return undefined;
  if (form === 'nft') {
    const lines = yield* withIncludes(text.value, path);
    return 'is' in lines ? lines : judgeNft(lines, path, packet, opens);
  }
  return judge(fateIn(inputOf(addTable(emptyTable(), text.value, path, packet), { path })), `the chain INPUT of ${path}`, true, opens);
}

/** ufw(8), ufw-framework(8): its chains in their order, then the policy of /etc/default/ufw. */
function* ufwRules(packet: Packet, opens: Netavark['opens']): Asking<Judged | undefined> {
  const [conf, usual, ...texts] = yield* together([read(ufw.conf), read(ufw.usual), ...ufw.rules.map((r) => read(r))]);
  if (conf.is === 'absent') return undefined;
  if (conf.is === 'blocked') return unknown(conf, ufw.conf);
  if (!/^\s*ENABLED\s*=\s*"?yes"?\s*$/im.test(conf.value)) return undefined;
  if (usual.is === 'blocked') return unknown(usual, ufw.usual);
  const table = emptyTable();
  for (const [at, text] of (texts as Answer<string>[]).entries()) {
    const path = ufw.rules[at] ?? '';
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'got') addTable(table, text.value, path, packet);
  }
  const lines = (usual.is === 'got' ? usual.value : '').split('\n');
  const line = lines.findIndex((l) => /^\s*DEFAULT_INPUT_POLICY=/.test(l));
  const at: Where = { path: ufw.usual, ...(line >= 0 ? { line: line + 1, said: (lines[line] ?? '').trim() } : {}) };
  const accepts = /ACCEPT/.test(lines[line] ?? '');
  const rules = ['ufw-before-input', 'ufw-user-input', 'ufw-after-input'].map((chain) => ({ match: 'yes', verdict: { is: 'jump', chain }, at }) as const);
  const present = rules.filter((r) => table.chains.has(r.verdict.chain));
  const base = { name: 'INPUT', rules: present, policy: { is: accepts ? 'accept' : 'drop', at } as const, chains: table.chains };
  return judge(fateIn(base), 'ufw', true, opens);
}
