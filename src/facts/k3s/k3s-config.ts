/**
 * The flags of K3s as its files and its command give them, in the model's own order: of the service that starts it, or,
 * where nothing does yet, of the files alone.
 */
import type { Asking } from '../ask.ts';
import { EnvironmentBuilder } from '../environment/environment.ts';
import { type Fact, FactBuilder, type Json, type Unknown, type Where } from '../fact.ts';
import { repeated } from '../grouped.ts';
import { any, list, map, type Shape, string } from '../shape.ts';
import { source } from '../source.ts';
import { placed } from '../text/node.ts';
import { ChosenFlags } from './chosen-flags.ts';
import { type CommandLine, commandArguments } from './command-arguments.ts';
import { type ConfigFile, configArguments } from './config-arguments.ts';
import { configFiles } from './config-files.ts';
import { isBooleanFlag, isListFlag, variables } from './flag-table.ts';
import type { Placed } from './given.ts';
import { goBool } from './go.ts';
import { withoutSecret } from './secret-flags.ts';
import { servicesOfK3s, startOfK3s } from './started-by.ts';

export const k3sShape: Readonly<Record<string, Shape>> = {
  flags: map(any('text, true or false, or a list'), 'the flags of K3s by their long names, from config.yaml, its drop-ins, the unit and its variables'),
  command: string('what the unit runs', ['server', 'agent']),
  duplicates: list(string('a key'), 'keys that one file sets twice'),
  units: list(string('a unit'), 'the K3s units that are installed'),
};

/** What K3s is given by its files and, where something starts it, by command and environment. */
export interface GivenFlags {
  readonly is: 'given';
  readonly flags: ChosenFlags;
  readonly files: readonly ConfigFile[];
  /** Undefined where nothing starts K3s. */
  readonly command?: CommandLine;
  readonly consulted: readonly Where[];
}

/** The flags, whether something starts K3s here or its files alone are there. */
export const givenFlags = source([startOfK3s, configFiles], readGivenFlags);

function* readGivenFlags(): Asking<GivenFlags | Unknown> {
  const start = yield* startOfK3s();
  if (start.is === 'unknown') return start;
  const started = start.is === 'started';
  // Without a command the usual files are read, as `k3s server` would.
  const command: CommandLine = started ? start.command : { role: 'server', program: 'k3s', words: [], where: { path: 'k3s' } };
  const environment = started ? start.environment : new EnvironmentBuilder().build();
  const found = yield* configFiles(command, environment);
  if (found.is === 'unknown') return found;
  const flags = new ChosenFlags([...configArguments(found.files), ...commandArguments(command)], environment);
  const consulted = [...found.consulted, ...(started ? [start.command.where] : start.consulted)];
  return { is: 'given', flags, files: found.files, consulted, ...(started ? { command } : {}) };
}

/** `exists` is whether K3s has any configuration here: a file or a unit. */
export const k3sConfig = source([givenFlags, servicesOfK3s], readK3sConfig);

function* readK3sConfig(): Asking<Fact> {
  const given = yield* givenFlags();
  if (given.is === 'unknown') return given;
  const services = yield* servicesOfK3s();
  if (services.is === 'unknown') return services;
  const { files, flags, command, consulted } = given;
  const fact = new FactBuilder().consulted(...consulted).set('flags', {}, ...consulted);
  fact.set(
    'layers',
    files.map(({ path }) => path),
    ...files.map(({ path }) => ({ path })),
  );
  for (const name of flags.names()) putFlag(fact, flags, name);
  for (const name of Object.keys(variables)) {
    const gap = flags.gap(name);
    if (gap) fact.gap(['flags', name], gap);
  }
  const twice = files.flatMap(({ path, entries }) => repeated(entries, ({ key }) => key).map(({ key, at }) => ({ key, where: placed(path, at) })));
  fact.set(
    'duplicates',
    twice.map(({ key }) => key),
    ...twice.map(({ where }) => where),
  );
  if (command) fact.set('command', command.role, command.where);
  const units = services.each.filter(({ script }) => !script);
  fact.set(
    'units',
    units.map(({ name }) => name),
    ...units.map(({ path }) => ({ path })),
  );
  return fact.build(files.length > 0 || services.each.length > 0);
}

function putFlag(fact: FactBuilder, flags: ChosenFlags, name: string): void {
  const one = flags.one(name);
  if (!one) return;
  const all = flags.all(name);
  const lost = (beaten: readonly Placed[]): Where[] => beaten.map(({ where }) => ({ ...where, said: 'not in force' }));
  if (isListFlag(name) && all.length > 0) {
    const values = all.map(({ value }) => withoutSecret(name, value));
    fact.set(['flags', name], values, ...all.map(({ where }) => where).reverse(), ...lost(all.at(-1)?.beaten ?? []));
    return;
  }
  const truth = isBooleanFlag(name) ? goBool(one.value) : undefined;
  const value: Json = truth ?? withoutSecret(name, one.value);
  fact.set(['flags', name], value, one.where, ...lost(one.beaten));
}
