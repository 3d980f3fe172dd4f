/**
 * The flags of the K3s service: config.yaml, its drop-ins and the arguments of the unit,
 * merged as K3s does (k3s-io/k3s:pkg/configfilearg/parser.go).
 */

import { type Asking, together } from '../ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import { blockedAt, type Disk, readDisk } from '../host/disk.ts';
import { any, list, map, type Shape, string } from '../shape.ts';
import { source, type Touches } from '../source.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../systemd/load.ts';
import { placed, plain, type TextEntry } from '../text/node.ts';
import { parseYaml } from '../text/yaml.ts';
import { flagsOf, type K3sCommand, k3sCommand } from './k3s-command.ts';

const usual = '/etc/rancher/k3s/config.yaml';
const units = ['k3s.service', 'k3s-agent.service'];
/** Where a file that `--config` names may lie to be read: the printed plan must not promise "any file". */
const readable = /^\/etc\/rancher\/k3s\/[^/]+\.ya?ml$/;

export const k3sShape: Readonly<Record<string, Shape>> = {
  flags: map(any('as written: text, number, true or false, or a list'), 'the flags of K3s by their long names, from config.yaml, its drop-ins and the unit'),
  command: string('what the unit runs', ['server', 'agent']),
  duplicates: list(string('a key'), 'keys that one file sets twice'),
  units: list(string('a unit'), 'the K3s units that are installed'),
};

const touches: Touches = [
  readDisk.of([usual, '/etc/rancher/k3s/*.yaml', '/etc/rancher/k3s/*.yml'], [`${usual}.d`, '/etc/rancher/k3s/*.yaml.d', '/etc/rancher/k3s/*.yml.d']),
  ...units.flatMap((u) => unitNamed(u, 'system')),
];

/** `exists` is whether K3s has any configuration here: a file or a unit. */
export const k3sConfig = source(touches, readK3sConfig);

function* readK3sConfig(): Asking<Fact> {
  const loaded = (yield* together(units.map((name) => loadUnit(name, { manager: 'system', as: rootAccount })))) as (LoadedUnit | Unknown)[];
  const blocked = loaded.find((u) => u.is === 'unknown') ?? loaded.flatMap((u) => (u.is === 'loaded' ? u.unseen : [])).at(0);
  if (blocked) return blocked as Unknown;
  const installed = loaded.filter((u): u is LoadedUnit => u.is === 'loaded' && u.exists && !u.masked);
  const commands = installed.map((u) => k3sCommand(u)).filter((c) => c !== undefined);
  const moved = commands.find((c) => c.config !== undefined)?.config;
  if (moved && !readable.test(moved.path))
    return unknown(
      { is: 'blocked', why: 'unsupported', said: `${moved.where.path} moves the configuration there, outside the files that pretrip reads` },
      moved.path,
    );
  const main = moved?.path ?? usual;
  const disk = yield* readDisk([main], [`${main}.d`], /\.ya?ml$/i);
  const merger = new Merger();
  const refusal = readFiles(disk, main, merger);
  if (refusal) return refusal;
  for (const command of commands) merger.command(command);
  const fact = merger.fact();
  const [command] = commands;
  if (command) fact.set('command', command.word, command.where);
  fact.set(
    'units',
    installed.map((u) => u.unit.name),
    ...installed.map((u) => ({ path: u.fragment?.path ?? u.unit.name })),
  );
  fact.consulted({ path: main }, { path: `${main}.d` }, ...installed.map((u) => ({ path: u.fragment?.path ?? u.unit.name })));
  return fact.build(merger.layers.length > 0 || installed.length > 0);
}

function readFiles(disk: Disk, main: string, merger: Merger): Unknown | undefined {
  const directory = disk.directory(`${main}.d`);
  const refused = directory.stat.is === 'absent' ? undefined : blockedAt(directory.path, directory.names);
  if (refused) return refused;
  for (const file of [disk.file(main), ...directory.files.values()]) {
    if (file.stat.is === 'got' && file.stat.value.type === 'directory') continue;
    const blocked = blockedAt(file.path, file.text);
    if (blocked) return blocked;
    if (file.text.is !== 'got') continue;
    const parsed = parseYaml(file.text.value, { version: '1.1', first: true });
    if (parsed.is === 'broken')
      return unparsable(`${file.path} is not valid YAML (${parsed.problem.message}), so K3s does not start`, placed(file.path, parsed.problem));
    if (parsed.root.is !== 'map' && !(parsed.root.is === 'scalar' && parsed.root.type === 'null'))
      return unparsable(`${file.path} must hold keys and values, so K3s does not start`, placed(file.path, parsed.root.at));
    merger.file(file.path, parsed.root.is === 'map' ? parsed.root.entries : []);
  }
  return undefined;
}

interface Flag {
  value: Json;
  where: Where[];
  gap?: Unknown;
}

class Merger {
  readonly layers: string[] = [];
  readonly #flags = new Map<string, Flag>();
  readonly #duplicates: { name: string; where: Where }[] = [];

  file(path: string, entries: readonly TextEntry[]): void {
    this.layers.push(path);
    const seen = new Set<string>();
    for (const { key, value, at } of entries) {
      const where = placed(path, at);
      if (seen.has(key)) this.#duplicates.push({ name: key, where });
      seen.add(key);
      const name = key.replace(/\+$/, '');
      const before = this.#flags.get(name);
      if (name !== key && before) {
        this.#flags.set(name, {
          ...before,
          value: [...asList(before.value), ...asList(plain(value))],
          where: [{ ...where, said: 'appends (key+)' }, ...before.where],
        });
      } else this.#set(name, plain(value), where);
    }
  }

  /** Arguments stand behind what the files yield, so they win. */
  command(command: K3sCommand): void {
    for (const [name, { values, where }] of flagsOf(command)) {
      const before = this.#flags.get(name);
      const value = values.length === 1 ? (values[0] as Json) : values;
      this.#set(name, value, where);
      const flag = this.#flags.get(name);
      if (flag && before && Array.isArray(before.value))
        flag.gap = {
          is: 'unknown',
          why: 'ambiguous',
          said: `${name} is a list in ${before.where[0]?.path ?? 'a file'} and an argument of the unit too; whether the argument replaces or extends it depends on the K3s release`,
          where: [where, ...before.where],
        };
    }
  }

  fact(): FactBuilder {
    const fact = new FactBuilder().set('layers', this.layers, ...this.layers.map((path) => ({ path }))).set('flags', {});
    for (const [name, { value, where, gap }] of this.#flags) {
      fact.set(['flags', name], value, ...where);
      if (gap) fact.gap(['flags', name], gap);
    }
    fact.set(
      'duplicates',
      this.#duplicates.map((d) => d.name),
      ...this.#duplicates.map((d) => d.where),
    );
    return fact;
  }

  #set(name: string, value: Json, where: Where): void {
    const shadowed = (this.#flags.get(name)?.where ?? []).map((w) => ({
      ...w,
      said: `shadowed by ${where.path}${where.line === undefined ? '' : `:${where.line}`}`,
    }));
    this.#flags.set(name, { value, where: [where, ...shadowed] });
  }
}

/** parser.go: toSlice. */
const asList = (value: Json): readonly Json[] => (Array.isArray(value) ? value : value === null || value === '' ? [] : [value]);
