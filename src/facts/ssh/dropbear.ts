/**
 * Dropbear, the small SSH server: what its units start it with (dropbear(8)). Without options it takes passwords, and
 * root's; `-s` refuses passwords, `-g` those of root, `-w` root altogether, `-t` wants a key as well.
 */
import { type Asking, read, stat, together } from '../ask.ts';
import { sureValues } from '../environment/environment.ts';
import { environmentOfUnit } from '../environment/unit.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import { source, type Touches } from '../source.ts';
import { enablementNamed, enablementOf } from '../systemd/enablement.ts';
import { execCommands } from '../systemd/exec-line.ts';
import { type LoadOptions, loadUnit, unitNamed } from '../systemd/load.ts';
import { mergeSettings } from '../systemd/merge.ts';
import { expander } from '../systemd/specifiers.ts';
import { startedUnits } from '../systemd/started.ts';
import { sinceReset } from '../systemd/syntax.ts';
import type { Way } from './server-ways.ts';

export interface Dropbear {
  readonly is: 'known';
  readonly startedBy: readonly { readonly name: string; readonly where: readonly Where[] }[];
  readonly passwords: readonly Way[];
  readonly root: readonly Way[];
}

const programs = ['/usr/sbin/dropbear', '/usr/bin/dropbear', '/usr/local/sbin/dropbear', '/usr/sbin/dropbearmulti', '/usr/bin/dropbearmulti'];
/** Units that start it at boot, and the service with its command line. */
const units = [
  ['dropbear.service', 'dropbear.service'],
  ['dropbear.socket', 'dropbear@.service'],
] as const;
/** What OpenWrt makes its options of (openwrt/openwrt:package/network/services/dropbear/files/dropbear.init). */
const uci = '/etc/config/dropbear';
const system: LoadOptions = { manager: 'system', as: rootAccount };

const touches: Touches = [
  startedUnits,
  ...programs.map((path) => ({ do: 'stat', path }) as const),
  { do: 'read', path: uci },
  ...units.flatMap(([name, service]) => [enablementNamed(name, 'system'), unitNamed(service, 'system'), environmentOfUnit.of(service, system)]),
];

/** Who gets in through Dropbear. Nobody where it is not there, or nothing starts it. */
export const dropbear = source(touches, readDropbear);

function* readDropbear(): Asking<Dropbear | Unknown> {
  const there = yield* together(programs.map((path) => stat(path)));
  const hidden = there.findIndex((answer) => answer.is === 'blocked');
  if (there.every((answer) => answer.is === 'absent')) return { is: 'known', startedBy: [], passwords: [], root: [] };
  const blocked = there[hidden];
  if (blocked?.is === 'blocked' && !there.some((answer) => answer.is === 'got')) return unknown(blocked, programs[hidden] ?? '');
  const each = yield* together(units.map(([name, service]) => startedBy(name, service)));
  const open = each.find((e) => 'is' in e);
  if (open && 'is' in open) return open;
  const started = each.flatMap((e) => ('is' in e || !e.name ? [] : [e]));
  if (started.length === 0) {
    const all = yield* startedUnits();
    const at = all.each.find((s) => s.by === 'an init script' && s.name === 'dropbear.service')?.at;
    if (at) return yield* byScript(at);
    if (all.unseen) return all.unseen;
  }
  return {
    is: 'known',
    startedBy: started.map(({ name, where }) => ({ name, where })),
    passwords: started.flatMap(({ options, at }) => (options.has('s') || options.has('t') ? [] : [{ for: 'everybody', by: passwordWords(options), at }])),
    root: started.flatMap(({ options, at }) => (options.has('w') ? [] : [{ for: 'everybody', by: 'dropbear without -w', at }])),
  };
}

/** Init scripts have their options in no one place; those of OpenWrt are read. */
function* byScript(at: Where): Asking<Dropbear | Unknown> {
  const text = yield* read(uci);
  if (text.is === 'blocked' && text.why !== 'unsupported') return unknown(text, uci);
  if (text.is !== 'got') return { is: 'unknown', why: 'ambiguous', said: `${at.path} starts Dropbear with options that were not looked for`, where: [at] };
  const lines = text.value.split('\n').map((line) => /^\s*option\s+['"]?(\w+)['"]?\s+['"]?(\w+)/.exec(line));
  const start = lines.findIndex((l) => l?.[1] === 'enable' && isOff(l[2]));
  const lastOf = (name: string, counts = (_: string | undefined) => true): number => lines.findLastIndex((l) => l?.[1] === name && counts(l[2]));
  if (start >= 0) return { is: 'known', startedBy: [], passwords: [], root: [] };
  const ways = (name: string): Way[] => {
    if (lastOf(name, isOff) >= 0) return [];
    const line = lastOf(name);
    return [{ for: 'everybody', by: `${name} on`, at: { path: uci, ...(line < 0 ? {} : { line: line + 1 }) } }];
  };
  return {
    is: 'known',
    startedBy: [{ name: at.path, where: [at] }],
    passwords: ways('PasswordAuth'),
    root: ways('RootLogin'),
  };
}

const isOff = (word: string | undefined): boolean => /^(?:0|off|no|false|disabled)$/.test(word ?? '');

const passwordWords = (options: ReadonlySet<string>): string => (options.has('B') ? 'dropbear -B, with empty ones too' : 'dropbear without -s');

interface Started {
  /** Empty: nothing starts it at boot. */
  readonly name: string;
  readonly where: readonly Where[];
  readonly options: ReadonlySet<string>;
  readonly at: Where;
}

function* startedBy(name: string, service: string): Asking<Started | Unknown> {
  const enabled = yield* enablementOf(name, system);
  if ('is' in enabled) return enabled;
  const none: Started = { name: '', where: [], options: new Set(), at: { path: service } };
  if (!enabled.enabled) return enabled.unseen[0] ?? none;
  const unit = yield* loadUnit(service, system);
  if (unit.is === 'unknown') return unit;
  const environment = yield* environmentOfUnit(service, system, ['DROPBEAR_EXTRA_ARGS', 'DROPBEAR_ARGS']);
  const unclear = [...environment.unclear.values()][0] ?? environment.unseen ?? unit.unseen.find((u) => u.why !== 'unsupported');
  if (unclear) return unclear;
  const expand = expander(unit.unit, 'system', rootAccount);
  const [line] = sinceReset(mergeSettings(unit, expand).counting('ExecStart'));
  const words = line ? execCommands(line.value, expand, sureValues(environment)).flatMap((c) => c.words) : [];
  if (!line || words.length === 0)
    return { is: 'unknown', why: 'ambiguous', said: `${service} does not say how it starts Dropbear`, where: [{ path: unit.fragment?.path ?? service }] };
  return { name, where: enabled.where, options: optionsIn(words), at: line.where };
}

/** Options that take a word (mkj/dropbear:src/svr-runopts.c). */
const withValue = new Set(['b', 'r', 'p', 'P', 'K', 'I', 'T', 'W', 'c', 'G', 'D', 'V']);

/** The letters of the options; several may stand behind one hyphen. */
function optionsIn(words: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) continue;
    for (const letter of word.slice(1)) {
      found.add(letter);
      if (!withValue.has(letter)) continue;
      // Its value stands in the same word, or is the next.
      if (word.endsWith(letter)) at++;
      break;
    }
  }
  return found;
}
