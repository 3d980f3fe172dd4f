/** How K3s is started here: the unit or script, its command line, and the environment that the process finds. */
import { type Account, type Asking, read, together } from '../ask.ts';
import { envCommand, isEnv } from '../environment/env-command.ts';
import type { Environment } from '../environment/environment.ts';
import { EnvironmentBuilder, sureValues } from '../environment/environment.ts';
import { environmentOfUnit } from '../environment/unit.ts';
import { parseEnvironmentFile } from '../environment/unit-lines.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import { unasked } from '../pattern.ts';
import { inQuestion, source, type Touches } from '../source.ts';
import { execCommands } from '../systemd/exec-line.ts';
import { searchUnits } from '../systemd/find.ts';
import { type LoadedUnit, type LoadOptions, loadUnit, unitNamed } from '../systemd/load.ts';
import { mergeSettings } from '../systemd/merge.ts';
import { expander } from '../systemd/specifiers.ts';
import { sinceReset } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';
import { assignmentsIn } from '../text/assignments.ts';
import { type CommandLine, commandLine } from './command-arguments.ts';
import { configVariable, variables } from './flag-table.ts';

export interface Start {
  readonly is: 'started';
  /** The unit file or script. */
  readonly file: string;
  /** The service that starts it; undefined where OpenRC does. */
  readonly unit?: string;
  readonly command: CommandLine;
  readonly environment: Environment;
}

/** Nothing starts K3s here, as far as could be seen. */
export interface NotStarted {
  readonly is: 'not-started';
  readonly consulted: readonly Where[];
}

const names = ['k3s', 'k3s-agent'];
const rootlessName = 'k3s-rootless.service';
const scripts = names.map((name) => ({ script: `/etc/init.d/${name}`, file: `/etc/rancher/k3s/${name}.env` }));
const wanted = [...new Set([configVariable, ...Object.values(variables)])];
const system: LoadOptions = { manager: 'system', as: rootAccount };

/** Files of variables beside a unit, by its name (k3s-io/k3s:install.sh); `k3s*` for whatever INSTALL_K3S_NAME says. */
export const variablesBeside = (unit: string): string[] => {
  const stem = unit.replace(/\.service$/, '');
  return [`/etc/systemd/system/${unit}.env`, `/etc/default/${stem}`, `/etc/sysconfig/${stem}`];
};

const byUnit = (): Touches => [
  searchUnits.of('system', rootAccount),
  // A script brings them in its first round.
  ...unasked(
    'the environment of a unit asks for them, once its name is known',
    variablesBeside('k3s*.service').map((path) => ({ do: 'read' as const, path })),
  ),
  ...names.flatMap((name) => [unitNamed(`${name}.service`, 'system'), environmentOfUnit.of(`${name}.service`, system)]),
];

const touches = (): Touches => [
  ...byUnit(),
  ...scripts.flatMap(({ script, file }) => [
    { do: 'read' as const, path: script },
    { do: 'read' as const, path: file, later: true as const, unasked: 'only where a script of OpenRC is there' },
  ]),
  { do: 'read', path: '/etc/environment', later: true, unasked: 'only where a script of OpenRC is there' },
];

/** What starts the K3s of the system: by install.sh a service of systemd or of OpenRC. A server is looked for before an agent. */
export const startOfK3s = source(touches, readStart);

function* readStart(): Asking<Start | NotStarted | Unknown> {
  const consulted: Where[] = [];
  const units = yield* unitNames();
  const found = yield* together(units.map((name) => startOfUnit(name, system)));
  for (const unit of found) {
    if (unit.is !== 'not-started') return unit;
    consulted.push(...unit.consulted);
  }
  for (const { script, file } of scripts) {
    const one = yield* startOfScript(script, file);
    if (one.is !== 'not-started') return one;
    consulted.push(...one.consulted);
  }
  return { is: 'not-started', consulted };
}

/** The names of all units that may start K3s: INSTALL_K3S_NAME makes `k3s-NAME.service`, and a unit of the site's own says k3s somewhere. */
function* unitNames(): Asking<string[]> {
  const search = yield* searchUnits('system', rootAccount);
  const others = [...new Set(search.dirs.flatMap((dir) => [...dir.entries]))].filter((n) => /^[^@]*k3s[^@]*\.service$/.test(n) && n !== rootlessName).sort();
  return [...new Set([...names.map((name) => `${name}.service`), ...others])];
}

/** A service that starts K3s. */
export interface K3sService {
  readonly name: string;
  readonly path: string;
  readonly role: CommandLine['role'];
  /** A script of OpenRC. */
  readonly script: boolean;
}

export interface K3sServices {
  readonly is: 'seen';
  readonly each: readonly K3sService[];
  readonly consulted: readonly Where[];
}

/** All services of the system that start K3s, whether they are enabled or not. */
export const servicesOfK3s = source(touches, readServices);

function* readServices(): Asking<K3sServices | Unknown> {
  const units = yield* unitNames();
  const starts = yield* together([...units.map((name) => startOfUnit(name, system)), ...scripts.map(({ script, file }) => startOfScript(script, file))]);
  const each: K3sService[] = [];
  for (const [at, start] of starts.entries()) {
    if (start.is === 'unknown') return start;
    const script = scripts[at - units.length]?.script;
    const name = units[at] ?? (script ?? '').replace(/^.*\//, '');
    if (start.is === 'started') each.push({ name, path: start.file, role: start.command.role, script: script !== undefined });
  }
  return { is: 'seen', each, consulted: starts.flatMap((s) => (s.is === 'not-started' ? s.consulted : [])) };
}

export interface K3sUnits {
  readonly names: readonly string[];
  /** Why there may be more. */
  readonly hidden?: Unknown;
}

/** Names of the units of the system that are K3s's: those that it is installed with, there or not, and whatever else starts it. */
export const unitsOfK3s = source(byUnit, readUnitNames);

function* readUnitNames(): Asking<K3sUnits> {
  const usual = names.map((name) => `${name}.service`);
  const others = (yield* unitNames()).filter((name) => !usual.includes(name));
  const starts = yield* together(others.map((name) => startOfUnit(name, system)));
  const hidden = starts.find((start): start is Unknown => start.is === 'unknown');
  return { names: [...usual, ...others.filter((_, at) => starts[at]?.is === 'started')], ...(hidden ? { hidden } : {}) };
}

/** What starts the rootless K3s of an account: a unit of its own manager. */
export const startOfRootlessK3s = source(
  (): Touches => [unitNamed(rootlessName, 'user'), environmentOfUnit.of(rootlessName, { manager: 'user', as: inQuestion })],
  readRootlessStart,
);

function* readRootlessStart(as: Account): Asking<Start | NotStarted | Unknown> {
  return yield* startOfUnit(rootlessName, { manager: 'user', as });
}

function* startOfUnit(name: string, options: LoadOptions): Asking<Start | NotStarted | Unknown> {
  const unit = yield* loadUnit(name, options);
  if (unit.is === 'unknown') return unit;
  // An image has no runtime directories, so nothing in them is missed.
  const unseen = unit.unseen.find((u) => u.why !== 'unsupported');
  if (unseen) return unseen;
  const path = unit.fragment?.path ?? name;
  if (!unit.exists || unit.masked) return { is: 'not-started', consulted: [{ path }] };
  const environment = yield* environmentOfUnit(name, options, wanted);
  const command = commandOf(unit, environment, options.as);
  return command ? { is: 'started', file: path, unit: name, command, environment } : { is: 'not-started', consulted: [{ path }] };
}

/** The last command that runs a server or an agent, with variables put in. */
function commandOf(unit: LoadedUnit, environment: Environment, as: Account): CommandLine | undefined {
  const expand = expander(unit.unit, unit.manager, as);
  const values = sureValues(environment);
  const lines = sinceReset(mergeSettings(unit, expand).counting('ExecStart'));
  const commands = lines.flatMap(({ value, where }) => execCommands(value, expand, values).map(({ words }) => commandLine(behindEnv(words), where)));
  return commands.findLast((c) => c !== undefined);
}

/** What env(1) in front of a command starts. */
const behindEnv = (words: readonly string[]): readonly string[] => (isEnv(words[0] ?? '') ? envCommand(words.slice(1)).command : words);

/** A script of install.sh: `command_args` holds the words, files of variables stand beside it. */
function* startOfScript(script: string, file: string): Asking<Start | NotStarted | Unknown> {
  const text = yield* read(script);
  if (text.is === 'absent') return { is: 'not-started', consulted: [{ path: script }] };
  if (text.is === 'blocked') return unknown(text, script);
  const args = assignmentsIn(text.value, script, new Set(['command_args']), 'shell').at(-1);
  const words = splitWords((args?.raw ?? '').replace(/\\\n/g, ' ').replace(/>>?[\s\S]*$/, '')).words;
  const command = args && commandLine(['k3s', ...words], args.where);
  if (!command) return { is: 'not-started', consulted: [{ path: script }] };
  const environment = new EnvironmentBuilder();
  for (const path of ['/etc/environment', file]) {
    const given = yield* read(path);
    // A shell reads them, which takes `export` before a name.
    if (given.is === 'got') environment.over(parseEnvironmentFile(given.value.replace(/^[ \t]*export[ \t]+/gm, ''), path));
    else if (given.is === 'blocked') environment.missed(unknown(given, path));
  }
  return { is: 'started', file: script, command, environment: environment.build() };
}
