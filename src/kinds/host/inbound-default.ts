/** Kind `inbound-default`: what becomes of packets to the host that no rule of its firewall is about. */
import { type Answer, type Asking, type Output, read, run, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { firewalld } from '../../facts/firewall/firewalld.ts';
import { addTable, emptyTable, inputOf } from '../../facts/firewall/iptables-rules.ts';
import { type NftLine, withIncludes } from '../../facts/firewall/nft-files.ts';
import { parseRuleset } from '../../facts/firewall/nft-ruleset.ts';
import { openWrtsInput } from '../../facts/firewall/openwrt.ts';
import { fateIn } from '../../facts/firewall/packet.ts';
import { kernelValue } from '../../facts/host/kernel-value.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { initOf } from '../../facts/systemd/init.ts';
import { type Started, startsAtBoot } from '../../facts/systemd/started.ts';

const ufwFiles = ['/etc/ufw/ufw.conf', '/etc/default/ufw'] as const;
/** Of Debian, of Fedora and SUSE, of Alpine. */
const nftFiles = ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf', '/etc/nftables.nft'] as const;
/** Of netfilter-persistent, of iptables-services, of OpenRC: the rules of IPv4, and those of IPv6. */
const ruleFiles = [
  ['/etc/iptables/rules.v4', '/etc/iptables/rules.v6'],
  ['/etc/sysconfig/iptables', '/etc/sysconfig/ip6tables'],
  ['/etc/iptables/rules-save', '/etc/iptables/rules6-save'],
] as const;
/** What applies the rules of IPv6, where that is a service of its own. */
const sixth = 'ip6tables.service';
const noSixth = 'net.ipv6.conf.all.disable_ipv6';
const nftThere = '/sys/module/nf_tables';
const nftArgv = ['nft', 'list', 'ruleset'];
/** What iptables keeps in nftables: shown where nft itself is not installed. */
const throughNft = ['iptables-nft-save', '-t', 'filter'];
/** The kernel's older tables that are in use: asking for others would make them. */
const legacyNames = '/proc/net/ip_tables_names';
const legacy = ['iptables-legacy-save', '-t', 'filter'];
const services = ['firewalld', 'ufw', 'nftables', 'netfilter-persistent', 'iptables', 'SuSEfirewall2', 'firewall'] as const;

/** A datagram to a port that nobody opens. */
const stranger = { bridge: 'eth0', subnets: ['203.0.113.0/24'], port: 9 };

interface Judged {
  readonly is: 'known';
  readonly denies: boolean;
  readonly where: readonly Where[];
}

export const inboundDefault = defineKind({
  name: 'inbound-default',
  noun: 'the firewall',
  describe:
    'The firewall that starts at boot (firewalld, ufw, nftables, iptables, that of OpenWrt), and whether it refuses what no rule of it is about. On a running host without one, the rules of nftables and iptables that are in force.',
  fields: {},
  shape: record({
    firewall: string('which one; unset where none starts', [...services, 'rules in force']),
    denies: boolean('what no rule is about is dropped or rejected'),
    zone: string('the default zone of firewalld'),
  }),
  touches: () => [
    ...[...services.map((s) => `${s}.service`), sixth].map((name) => startsAtBoot.of(name)),
    initOf,
    kernelValue.of(noSixth),
    firewalld,
    withIncludes,
    openWrtsInput,
    ...[...ufwFiles, ...nftFiles, ...ruleFiles.flat()].map((path) => ({ do: 'read', path }) as const),
    { do: 'stat', path: nftThere },
    { do: 'run', argv: nftArgv, ifThere: [[nftThere]] },
    { do: 'run', argv: throughNft, ifThere: [[nftThere]] },
    { do: 'read', path: legacyNames },
    { do: 'run', argv: legacy, ifThere: [[legacyNames]] },
  ],
  *learn(): Asking<Fact> {
    const started = yield* together(services.map((s) => startsAtBoot(`${s}.service`)));
    const fact = new FactBuilder().consulted({ path: '/etc/systemd/system' }, { path: '/usr/lib/systemd/system' });
    const open = started.find((s) => 'is' in s);
    const init = yield* initOf();
    // Elsewhere firewall.service may be anything.
    const openWrt = init.is === 'known' && init.kind === 'procd';
    const on = services.filter((service, at) => isOn(started[at]) && (service !== 'firewall' || openWrt));
    const [first] = on;
    if (first === undefined && open && 'is' in open) return open;
    const links = started.flatMap((s) => ('is' in s ? [] : s.map((l) => l.at)));
    if (first === undefined) return yield* inForce(fact, isOn(started[services.indexOf('firewall')]));
    // Several add up: what one of them drops is gone.
    const all = yield* together(on.map(judge));
    const best = all.findIndex((j) => j.is === 'known' && j.denies);
    const at =
      best >= 0
        ? best
        : Math.max(
            0,
            all.findIndex((j) => j.is === 'unknown'),
          );
    const judged = all[at] as Judged | Unknown;
    fact.set('firewall', on[at] ?? first, ...links);
    if (judged.is === 'unknown') fact.gap('denies', judged);
    else fact.set('denies', judged.denies, ...judged.where, ...links);
    if (on[at] === 'firewalld') yield* setZone(fact);
    return fact.build();
  },
});

const isOn = (started: readonly Started[] | Unknown | undefined): boolean => started !== undefined && !('is' in started) && started.length > 0;

function* judge(service: (typeof services)[number]): Asking<Judged | Unknown> {
  switch (service) {
    case 'firewalld':
      return yield* byFirewalld();
    case 'ufw':
      return yield* byUfw();
    case 'nftables':
      return yield* byNft();
    case 'netfilter-persistent':
      return yield* byRules(true);
    case 'iptables':
      return yield* byRules(false);
    case 'firewall':
      return yield* openWrtsInput();
    case 'SuSEfirewall2':
      return { is: 'unknown', why: 'unsupported', said: 'the rules of SuSEfirewall2 are not read', where: [{ path: '/etc/sysconfig/SuSEfirewall2' }] };
  }
}

/** Only the target ACCEPT lets in what no rule is about; an unset target rejects (firewalld.zone(5)). */
function* byFirewalld(): Asking<Judged | Unknown> {
  const config = yield* firewalld();
  if (config.is === 'unknown') return config;
  const { defaultZone, policies } = config;
  const openly = policies.find((p) => p.target === 'ACCEPT' && !p.disabled && p.ingress.includes('ANY') && p.egress.includes('HOST'));
  if (openly) return { is: 'known', denies: false, where: [openly.targetAt] };
  return {
    is: 'known',
    denies: defaultZone.target !== 'ACCEPT',
    where: [{ ...defaultZone.targetAt, said: `the default zone ${defaultZone.name} has the target ${defaultZone.target}` }],
  };
}

function* setZone(fact: FactBuilder): Asking<void> {
  const config = yield* firewalld();
  if (config.is === 'unknown') fact.gap('zone', config);
  else fact.set('zone', config.defaultZone.name, config.defaultZone.targetAt);
}

/** ufw.conf switches it on, and /etc/default/ufw holds the policy (ufw(8)); without a policy ufw refuses to start. */
function* byUfw(): Asking<Judged | Unknown> {
  const texts = yield* together(ufwFiles.map((p) => read(p)));
  for (const [at, text] of texts.entries()) if (text.is === 'blocked') return unknown(text, ufwFiles[at] ?? '');
  const [main, defaults] = texts;
  const enabled = optionOf(main, ufwFiles[0], 'ENABLED');
  if (!/^yes$/i.test(enabled.value)) return { is: 'known', denies: false, where: [{ ...enabled.at, said: 'ufw is not enabled' }] };
  const policy = optionOf(defaults, ufwFiles[1], 'DEFAULT_INPUT_POLICY');
  return { is: 'known', denies: /^(?:DROP|REJECT)$/i.test(policy.value), where: [policy.at, enabled.at] };
}

/** The last assignment of a shell variable in such a file. */
function optionOf(text: Answer<string> | undefined, path: string, name: string): { readonly value: string; readonly at: Where } {
  const lines = text?.is === 'got' ? text.value.split('\n') : [];
  const line = lines.findLastIndex((l) => l.trim().startsWith(`${name}=`));
  if (line < 0) return { value: '', at: { path } };
  const value = (lines[line] ?? '')
    .trim()
    .slice(name.length + 1)
    .replace(/^(["'])(.*)\1$/, '$2');
  return { value, at: { path, line: line + 1 } };
}

function* byNft(): Asking<Judged | Unknown> {
  const texts = yield* together(nftFiles.map((p) => read(p)));
  const at = texts.findIndex((t) => t.is !== 'absent');
  const [path, text] = [nftFiles[at] ?? nftFiles[0], texts[at]];
  if (text?.is === 'blocked') return unknown(text, path);
  const lines = yield* withIncludes(text?.is === 'got' ? text.value : '', path);
  return 'is' in lines ? lines : yield* judgeNft(lines, path);
}

function* judgeNft(text: string | readonly NftLine[], path: string): Asking<Judged | Unknown> {
  const { inputs, rest } = parseRuleset(text, path, stranger);
  const fates = inputs.map((base) => fateIn(base));
  const dropped = fates.find((f) => f.is === 'dropped');
  const six = fates.some((f, at) => f.is !== 'accepted' && ['inet', 'ip6'].includes(inputs[at]?.family ?? ''));
  if (dropped && !six) return yield* withoutSixth(dropped.where, path);
  if (dropped) return { is: 'known', denies: true, where: dropped.where };
  const open = fates.find((f) => f.is === 'open');
  if (open) return { is: 'unknown', why: 'ambiguous', said: `whether the rules in ${path} refuse what none of them names cannot be told`, where: open.where };
  if (rest.length > 0)
    return { is: 'unknown', why: 'unsupported', said: `${path} includes other files or changes tables, which is not followed`, where: rest.slice(0, 3) };
  const said = inputs.length > 0 ? 'the chains at the hook input accept what no rule is about' : 'no chain is at the hook input';
  return {
    is: 'known',
    denies: false,
    where: [...fates.flatMap((f) => f.where).map((w) => ({ ...w, said })), ...(fates.length > 0 ? [] : [{ path, said }])].slice(0, 4),
  };
}

/** What iptables-restore(8) is given, of both protocols; `both`: one service applies them all. */
function* byRules(both: boolean): Asking<Judged | Unknown> {
  const [texts, six] = yield* together([together(ruleFiles.map(([four]) => read(four))), startsAtBoot(sixth)]);
  const at = Math.max(
    0,
    texts.findIndex((t) => t.is !== 'absent'),
  );
  const [path, path6] = ruleFiles[at] ?? ruleFiles[0];
  const four = judgeRules(texts[at] ?? { is: 'absent' }, path);
  if (four.is === 'unknown' || !four.denies) return four;
  if (!both && 'is' in six) return six;
  const applied = both || isOn(six);
  const six6 = applied ? yield* read(path6) : ({ is: 'absent' } as const);
  if (six6.is === 'absent') return yield* withoutSixth(four.where, path);
  const judged = judgeRules(six6, path6);
  if (judged.is === 'unknown') return judged;
  return { ...judged, where: judged.denies ? [...four.where, ...judged.where] : judged.where };
}

/** What refuses over IPv4 alone is enough where the kernel has no IPv6, or has it switched off. */
function* withoutSixth(where: readonly Where[], path: string): Asking<Judged | Unknown> {
  const off = yield* kernelValue(noSixth);
  if (off.is === 'unknown' && off.why !== 'unsupported') return off;
  const none = off.is === 'known' && (off.value === '1' || (off.live && off.value === undefined));
  if (none) return { is: 'known', denies: true, where: [...where, ...off.where] };
  return { is: 'unknown', why: 'ambiguous', said: `${path} refuses over IPv4 alone, and IPv6 is not switched off`, where };
}

function judgeRules(text: Answer<string>, path: string): Judged | Unknown {
  if (text.is === 'blocked') return unknown(text, path);
  if (text.is === 'absent') return { is: 'known', denies: false, where: [{ path, said: 'holds no rules' }] };
  const fate = fateIn(inputOf(addTable(emptyTable(), text.value, path, stranger), { path, said: 'the chain INPUT has no policy' }));
  if (fate.is === 'open')
    return { is: 'unknown', why: 'ambiguous', said: `whether the rules in ${path} refuse what none of them names cannot be told`, where: fate.where };
  return { is: 'known', denies: fate.is === 'dropped', where: fate.where.length > 0 ? fate.where : [{ path }] };
}

/** No service that starts at boot: whatever else loads rules shows in those that are in force. */
function* inForce(fact: FactBuilder, other: boolean): Asking<Fact> {
  const there = yield* stat(nftThere);
  // NixOS calls its own so; what it loads shows on a running host.
  if (other && there.is === 'blocked')
    return { is: 'unknown', why: 'unsupported', said: 'which rules firewall.service loads is not followed', where: [{ path: '/etc/systemd/system' }] };
  const nothing = { path: '/etc/systemd/system', said: 'no firewall starts at boot' };
  const found = (yield* together([nftInForce(), legacyInForce()])).filter((f) => f !== undefined);
  const denying = found.find((f) => f.is === 'known' && f.denies);
  const judged = denying ?? found.find((f) => f.is === 'unknown');
  if (judged?.is === 'unknown') return judged;
  const where = judged?.where ?? found.flatMap((f) => (f.is === 'known' ? f.where : []));
  return fact
    .set('firewall', judged ? 'rules in force' : undefined, ...where)
    .at('firewall', nothing)
    .set('denies', judged !== undefined, nothing, ...where)
    .build();
}

/** Undefined where the kernel has no nftables, or no program is there that could have loaded a rule. */
function* nftInForce(): Asking<Judged | Unknown | undefined> {
  const there = yield* stat(nftThere);
  if (there.is !== 'got') return there.is === 'blocked' && there.why !== 'unsupported' ? unknown(there, nftThere) : undefined;
  const answer = yield* run(nftArgv);
  const path = commandPlace(nftArgv);
  if (answer.is === 'absent') {
    const saved = yield* run(throughNft);
    return saved.is === 'absent' ? undefined : judgeSaved(saved, commandPlace(throughNft));
  }
  if (answer.is === 'blocked') return unknown(answer, path);
  return answer.value.exit === 0 ? yield* judgeNft(answer.value.stdout, path) : hidden('nftables', nftThere, 'nft');
}

/** Undefined where the older table filter is not in use. */
function* legacyInForce(): Asking<Judged | Unknown | undefined> {
  const names = yield* read(legacyNames);
  if (names.is === 'blocked' && names.why !== 'unsupported') return unknown(names, legacyNames);
  if (names.is !== 'got' || !names.value.split('\n').includes('filter')) return undefined;
  const saved = yield* run(legacy);
  return saved.is === 'absent' ? hidden('iptables', legacyNames, legacy[0] ?? '') : judgeSaved(saved, commandPlace(legacy));
}

const hidden = (whose: string, path: string, program: string): Unknown => ({
  is: 'unknown',
  why: 'failed',
  said: `rules of ${whose} may be in force, and ${program} does not show them`,
  where: [{ path }],
});

/** What iptables-save(8) prints of the table filter. */
function judgeSaved(saved: Exclude<Answer<Output>, { is: 'absent' }>, path: string): Judged | Unknown {
  if (saved.is === 'blocked') return unknown(saved, path);
  if (saved.value.exit !== 0) return hidden('iptables', path, path.slice(path.indexOf(':') + 1));
  const fate = fateIn(inputOf(addTable(emptyTable(), saved.value.stdout, path, stranger), { path }));
  if (fate.is === 'open')
    return { is: 'unknown', why: 'ambiguous', said: `whether the rules in ${path} refuse what none of them names cannot be told`, where: fate.where };
  return { is: 'known', denies: fate.is === 'dropped', where: fate.where.length > 0 ? fate.where : [{ path }] };
}
