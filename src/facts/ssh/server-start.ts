/**
 * What starts sshd at boot, and with which options: units by the names of the distributions, others of which the program is
 * sshd, and init scripts. `-o` comes before every file, and the first value counts; `-f` names another file (sshd(8)).
 */
import { type Asking, together } from '../ask.ts';
import { sureValues } from '../environment/environment.ts';
import { environmentOfUnit } from '../environment/unit.ts';
import type { Unknown, Where } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import { source, type Touches } from '../source.ts';
import { enablementNamed, enablementOf } from '../systemd/enablement.ts';
import { execCommands } from '../systemd/exec-line.ts';
import { type LoadedUnit, type LoadOptions, loadUnit, unitNamed } from '../systemd/load.ts';
import { mergeSettings } from '../systemd/merge.ts';
import { expander } from '../systemd/specifiers.ts';
import { startedUnits } from '../systemd/started.ts';
import { sinceReset } from '../systemd/syntax.ts';
import { directivesIn } from './config-lines.ts';
import type { ServerSetting } from './server-config.ts';

/** One way in which sshd comes up. */
export interface ServerStart {
  /** The unit, or the init script. */
  readonly name: string;
  readonly where: readonly Where[];
  /** What `-o` sets, in order. */
  readonly options: readonly ServerSetting[];
  /** Why not all is known that it is started with, or which file it takes. */
  readonly unclear?: Unknown;
}

export interface ServerStarts {
  readonly is: 'known';
  readonly each: readonly ServerStart[];
}

const system: LoadOptions = { manager: 'system', as: rootAccount };
/** Debian's names, and those of the others. */
const usual = ['ssh.service', 'sshd.service', 'ssh.socket', 'sshd.socket'];
const services = ['ssh.service', 'sshd.service', 'ssh@.service', 'sshd@.service'];
/** Names under which others may start it. */
const related = /ssh/i;
const standard = ['/etc/ssh/sshd_config', '/usr/etc/ssh/sshd_config'];

const touches: Touches = [
  startedUnits,
  ...usual.map((name) => enablementNamed(name, 'system')),
  ...services.flatMap((name) => [unitNamed(name, 'system'), environmentOfUnit.of(name, system)]),
  ...['*ssh*.service', '*ssh*.socket'].map((name) => unitNamed(name, 'system')),
];

/** All that starts sshd at boot; unknown where a directory was closed and nothing was found. */
export const serverStarts = source(touches, seekStarts);

function* seekStarts(): Asking<ServerStarts | Unknown> {
  const [found, all] = yield* together([together(usual.map((name) => enablementOf(name, system))), startedUnits()]);
  const open = found.find((e): e is Unknown => 'is' in e) ?? found.flatMap((e) => ('unseen' in e ? e.unseen : []))[0];
  const named = found.flatMap((e, at) => ('enabled' in e && e.enabled ? [{ name: usual[at] as string, where: e.where }] : []));
  const own = all.each.filter((s) => related.test(s.name) && /\.(?:service|socket)$/.test(s.name) && s.by !== 'an init script' && !usual.includes(s.name));
  const scripts = all.each.filter((s) => s.by === 'an init script' && /^sshd?\.service$/.test(s.name));
  const others = yield* together(own.map((s) => startOf(s.name, [s.at])));
  const each = [
    ...(yield* together(named.map(({ name, where }) => startOf(name, where)))).map(
      (start, at) => start ?? plain(named[at] as { name: string; where: Where[] }),
    ),
    ...others.filter((start) => start !== undefined),
    ...scripts.map((s) => plain({ name: s.at.path, where: [s.at] })),
  ];
  if (each.length === 0 && (open ?? all.unseen)) return (open ?? all.unseen) as Unknown;
  return { is: 'known', each };
}

const plain = ({ name, where }: { readonly name: string; readonly where: readonly Where[] }): ServerStart => ({ name, where, options: [] });

/** How a unit starts sshd; undefined where it does not. */
function* startOf(name: string, where: readonly Where[]): Asking<ServerStart | undefined> {
  for (const service of servicesOf(name)) {
    const unit = yield* loadUnit(service, system);
    if (unit.is === 'unknown') return { name, where, options: [], unclear: unit };
    const unseen = unit.unseen.find((u) => u.why !== 'unsupported');
    if (unseen) return { name, where, options: [], unclear: unseen };
    if (!unit.exists || unit.masked) continue;
    const words = yield* wordsOf(unit, service);
    if ('is' in words) return { name, where, options: [], unclear: words };
    if (/(?:^|\/)sshd$/.test(words.each[0] ?? '')) return { name, where, ...optionsIn(words.each, words.at) };
  }
  return undefined;
}

/** What a socket starts: one service for all, or one for each connection. */
const servicesOf = (name: string): readonly string[] => {
  const stem = name.slice(0, name.lastIndexOf('.'));
  return name.endsWith('.socket') ? [`${stem}.service`, `${stem}@.service`] : [name];
};

function* wordsOf(unit: LoadedUnit, service: string): Asking<{ readonly each: readonly string[]; readonly at: Where } | Unknown> {
  const expand = expander(unit.unit, 'system', rootAccount);
  const [line] = sinceReset(mergeSettings(unit, expand).counting('ExecStart'));
  if (!line) return { each: [], at: { path: service } };
  const names = [...line.value.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map((m) => m[1] as string);
  const environment = yield* environmentOfUnit(service, system, names);
  const unclear = names.map((n) => environment.unclear.get(n)).find((u) => u !== undefined) ?? (names.length > 0 ? environment.unseen : undefined);
  if (unclear) return unclear;
  return { each: execCommands(line.value, expand, sureValues(environment)).flatMap((c) => c.words), at: line.where };
}

/** Options of sshd(8) that take a word. */
const takes = 'bCcEfghkopuV';

function optionsIn(words: readonly string[], at: Where): Pick<ServerStart, 'options' | 'unclear'> {
  const options: ServerSetting[] = [];
  let unclear: Unknown | undefined;
  for (let index = 1; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) continue;
    const taking = [...word].findIndex((c, place) => place > 0 && takes.includes(c));
    if (taking < 0) continue;
    const value = word.slice(taking + 1) || (words[++index] ?? '');
    if (word[taking] === 'o') for (const d of directivesIn(value, at.path)) if (!('refused' in d)) options.push({ keyword: d.keyword, args: d.args, at });
    if (word[taking] === 'f' && !standard.includes(value))
      unclear = { is: 'unknown', why: 'unsupported', said: `sshd is started with ${value}, which is not among the files that are looked at`, where: [at] };
  }
  return { options, ...(unclear ? { unclear } : {}) };
}
