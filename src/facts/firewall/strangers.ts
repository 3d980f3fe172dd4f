/**
 * Whether a stranger reaches a port of a running host: the rules that are in force (nftables, and the older tables where they
 * are in use), and what firewalld makes of its files where its table is among them.
 */
import { type Answer, type Asking, type Output, read, run, stat, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { admitsAll } from './admits.ts';
import { firewalld } from './firewalld.ts';
import { addTable, emptyTable, inputOf } from './iptables-rules.ts';
import type { Protocol } from './matches.ts';
import { parseRuleset } from './nft-ruleset.ts';
import { type FirewalldOptions, firewalldOptions } from './options.ts';
import { type BaseChain, fateIn, type Packet } from './packet.ts';

const nftThere = '/sys/module/nf_tables';
const nftArgv = ['nft', 'list', 'ruleset'];
const legacyNames = '/proc/net/ip_tables_names';
const legacyArgvs = [
  ['iptables-legacy-save', '-t', 'filter'],
  ['iptables-save', '-t', 'filter'],
] as const;

/** `open`: no rule keeps a stranger away. */
export type Reach = { readonly is: 'known'; readonly open: boolean; readonly where: readonly Where[] } | Unknown;

/** Somebody in no network of the host. */
const subnets = ['203.0.113.0/24'];

const touches: Touches = [
  { do: 'stat', path: nftThere },
  { do: 'run', argv: nftArgv, ifThere: [[nftThere]] },
  { do: 'read', path: legacyNames },
  ...legacyArgvs.map((argv) => ({ do: 'run', argv, ifThere: [[legacyNames]] }) as const),
  firewalldOptions,
  firewalld,
];

/** What comes in through an interface, to a port. One rule that drops is enough; what cannot be told leaves it open to either. */
export const strangersReach = source(touches, learnReach);

function* learnReach(device: string, port: number, protocol: Protocol): Asking<Reach> {
  const packet: Packet = { bridge: device, subnets, port, protocol };
  const [rules, legacy, options] = yield* together([liveRules(), legacyRules(), firewalldOptions()]);
  const judged: Reach[] = [];
  if (rules) judged.push('is' in rules ? rules : judgeNft(rules, packet));
  if (legacy) judged.push('is' in legacy ? legacy : judgeTable(legacy, packet));
  const zones = yield* byFirewalld([rules, legacy], options, packet);
  if (zones) judged.push(zones);
  const decided = judged.find((j) => j.is === 'known' && !j.open) ?? judged.find((j) => j.is === 'unknown');
  if (decided) return decided;
  const where = judged.flatMap((j) => j.where);
  return { is: 'known', open: true, where: where.length > 0 ? where : [{ path: nftThere, said: 'no rules of a firewall are in force' }] };
}

interface Text {
  readonly text: string;
  readonly path: string;
}

/** Undefined: nothing of nftables is in force. */
function* liveRules(): Asking<Text | Unknown | undefined> {
  const there = yield* stat(nftThere);
  if (there.is === 'absent') return undefined;
  if (there.is === 'blocked') return unknown(there, nftThere);
  return textOf(yield* run(nftArgv), commandPlace(nftArgv), 'rules of nftables may be in force, and the program nft that would show them is not there');
}

/** The older tables, where they are in use. */
function* legacyRules(): Asking<Text | Unknown | undefined> {
  const names = yield* read(legacyNames);
  if (names.is === 'absent') return undefined;
  if (names.is === 'blocked') return unknown(names, legacyNames);
  if (!names.value.split('\n').includes('filter')) return undefined;
  const answers = yield* together(legacyArgvs.map((argv) => run(argv)));
  const at = Math.max(
    0,
    answers.findIndex((a) => a.is === 'got'),
  );
  return textOf(answers[at] as Answer<Output>, commandPlace(legacyArgvs[at] ?? []), `${legacyNames} has filter, and no iptables-save shows its rules`);
}

function textOf(answer: Answer<Output>, path: string, lacking: string): Text | Unknown {
  if (answer.is === 'blocked') return unknown(answer, path);
  if (answer.is === 'absent') return { is: 'unknown', why: 'unsupported', said: lacking, where: [{ path }] };
  const { exit, stdout, stderr } = answer.value;
  if (exit === 0) return { text: stdout, path };
  return {
    is: 'unknown',
    why: 'failed',
    said: `${path.slice(path.indexOf(':') + 1)} shows no rules: ${stderr.trim().split('\n')[0]?.slice(0, 160) ?? ''}`,
    where: [{ path }],
  };
}

function judgeNft({ text, path }: Text, packet: Packet): Reach {
  const { inputs, rest } = parseRuleset(text, path, packet);
  const meant = inputs.filter((i) => (i.family === 'ip' || i.family === 'inet') && i.table !== 'firewalld');
  const each = meant.map((i) => reachThrough(i));
  const closed = each.find((e) => e.is === 'known' && !e.open);
  if (closed) return closed;
  if (rest.length > 0) return { is: 'unknown', why: 'unsupported', said: `${path} changes tables by commands, which is not followed`, where: rest.slice(0, 3) };
  return each.find((e) => e.is === 'unknown') ?? each[0] ?? { is: 'known', open: true, where: [{ path, said: 'no chain is at the hook input' }] };
}

const judgeTable = ({ text, path }: Text, packet: Packet): Reach => reachThrough(inputOf(addTable(emptyTable(), text, path, packet), { path }));

/** Chains of kube-proxy, kube-router and Cilium are about services and pods; none of them keeps a port of the host closed. */
const ofPods = /^(?:KUBE-|CILIUM_|FLANNEL-)/;

function reachThrough(base: BaseChain): Reach {
  const chains = new Map([...base.chains].map(([name, chain]) => [name, ofPods.test(name) ? { rules: [] } : chain]));
  const fate = fateIn({ ...base, chains });
  if (fate.is !== 'open') return { is: 'known', open: fate.is === 'accepted', where: fate.where };
  return { is: 'unknown', why: 'ambiguous', said: `whether rules of the chain ${base.name} keep strangers away cannot be told`, where: fate.where };
}

/** Its table, or with the older backend its chains, show that it runs: being enabled is not enough. */
function* byFirewalld(
  seen: readonly (Text | Unknown | undefined)[],
  options: FirewalldOptions,
  { bridge = '', port, protocol = 'udp' }: Packet,
): Asking<Reach | undefined> {
  const runs = seen.some((s) => s && !('is' in s) && /^table inet firewalld\b|\bINPUT_ZONES\b/m.test(s.text));
  if (!runs) {
    const hidden = seen.find((s): s is Unknown => s !== undefined && 'is' in s);
    return hidden && options.is !== 'off' ? hidden : undefined;
  }
  const config = yield* firewalld();
  if (config.is === 'unknown') return config;
  const admission = admitsAll(config, bridge, port, protocol);
  return admission.is === 'unknown' ? admission : { is: 'known', open: admission.is === 'open', where: admission.where };
}
