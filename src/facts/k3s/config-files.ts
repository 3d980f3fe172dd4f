/** The configuration files of K3s: which ones it reads, and what stands in them. */
import { type Answer, type Asking, list, type Stat } from '../ask.ts';
import { type Environment, gapOf } from '../environment/environment.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { blockedAt, type Disk, type DiskFile, readDisk } from '../host/disk.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { placed } from '../text/node.ts';
import { parseYaml } from '../text/yaml.ts';
import { type CommandLine, configNamed } from './command-arguments.ts';
import { type ConfigFile, isConfigDropIn } from './config-arguments.ts';
import { configVariable } from './flag-table.ts';

const usualConfig = '/etc/rancher/k3s/config.yaml';

/** A file or directory of the configuration as it was found. */
export interface FoundFile {
  readonly path: string;
  readonly stat: Answer<Stat>;
  /** Its keys, or why they are not known; undefined where there is nothing to read. */
  readonly content: ConfigFile | Unknown | undefined;
}

/** What lies where K3s looks for its configuration. */
export interface ConfigPlaces {
  readonly is: 'found';
  /** The path of the main file; undefined where K3s is told to read none. */
  readonly main?: string;
  /** The main file, then the drop-ins in the order in which they are read. */
  readonly files: readonly FoundFile[];
  readonly directory: { readonly path: string; readonly stat: Answer<Stat>; readonly refused?: Unknown } | undefined;
  readonly consulted: readonly Where[];
}

export interface ConfigFiles {
  readonly is: 'read';
  readonly main?: string;
  readonly files: readonly ConfigFile[];
  readonly consulted: readonly Where[];
}

/** Files that the plan can promise; of others the directory is listed first. */
const foreseen = /^\/etc\/rancher\/k3s\/[^/]+\.ya?ml$/;
const elsewhere = { named: 'the configuration that the command of K3s names', later: true, unasked: 'only where --config leads elsewhere' } as const;

const touches: Touches = [
  readDisk.of(
    [usualConfig, '/etc/rancher/k3s/*.yaml', '/etc/rancher/k3s/*.yml'],
    [`${usualConfig}.d`, '/etc/rancher/k3s/*.yaml.d', '/etc/rancher/k3s/*.yml.d'],
  ),
  ...(['stat', 'read', 'list'] as const).map((does): Pattern => ({ do: does, ...elsewhere })),
];

/** The files that this command reads, each by itself, whatever is wrong with the others. */
export const configPlaces = source(touches, findConfigFiles);

function* findConfigFiles(command: CommandLine, environment: Environment): Asking<ConfigPlaces | Unknown> {
  const gap = gapOf(environment, configVariable);
  if (gap) return gap;
  const variable = environment.variables.get(configVariable);
  const named = variable && variable.value !== '' ? variable.value : configNamed(command);
  const where = variable && variable.value !== '' ? variable.where : [command.where];
  if (named === '') return { is: 'found', files: [], directory: undefined, consulted: where };
  const main = named ?? usualConfig;
  if (!main.startsWith('/')) return unseen(main, where);
  const disk = yield* diskOf(main);
  if ('is' in disk) return disk;
  const { path, stat, names, files } = disk.directory(`${main}.d`);
  const refused = stat.is === 'absent' ? undefined : blockedAt(path, names);
  const dropIns = [...files].filter(([name]) => isConfigDropIn(name)).map(([, file]) => file);
  return {
    is: 'found',
    main,
    files: [disk.file(main), ...dropIns].map((file) => ({ path: file.path, stat: file.stat, content: parsedFile(file, file.path === main) })),
    directory: { path, stat, ...(refused ? { refused } : {}) },
    consulted: [{ path: main }, { path }],
  };
}

/** The files that this command reads, the main one first; a file that is not there is no mistake. */
export const configFiles = source([configPlaces], readConfigFiles);

function* readConfigFiles(command: CommandLine, environment: Environment): Asking<ConfigFiles | Unknown> {
  const found = yield* configPlaces(command, environment);
  if (found.is === 'unknown') return found;
  if (found.directory?.refused) return found.directory.refused;
  const files: ConfigFile[] = [];
  for (const { content } of found.files) {
    if (content && 'is' in content) return content;
    if (content) files.push(content);
  }
  return { is: 'read', ...(found.main === undefined ? {} : { main: found.main }), files, consulted: found.consulted };
}

/** A file and its drop-ins. Where no plan can name them, what is asked for stands in the list of the directory above. */
function* diskOf(main: string): Asking<Disk | Unknown> {
  const wanted = /\.ya?ml$/i;
  if (foreseen.test(main)) return yield* readDisk([main], [`${main}.d`], wanted);
  const above = main.slice(0, main.lastIndexOf('/')) || '/';
  const names = yield* list(above);
  if (names.is === 'blocked') return unknown(names, above);
  const there = (path: string): string[] => (names.is === 'got' && names.value.includes(path.slice(path.lastIndexOf('/') + 1)) ? [path] : []);
  return yield* readDisk(there(main), there(`${main}.d`), wanted);
}

/** An address that K3s fetches at its start, or a path that depends on where it is started. */
const unseen = (named: string, where: readonly Where[]): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: `K3s reads its configuration from ${named}, which is no path of a file on this host`,
  where,
});

/** The keys of one file. A directory among the drop-ins is passed over; as the main file it stops K3s. */
function parsedFile(file: DiskFile, main: boolean): ConfigFile | Unknown | undefined {
  if (file.stat.is === 'got' && file.stat.value.type === 'directory')
    return main ? unparsable(`${file.path} is a directory, so K3s does not start`, { path: file.path }) : undefined;
  const blocked = blockedAt(file.path, file.text);
  if (blocked) return blocked;
  if (file.text.is !== 'got') return undefined;
  const parsed = parseYaml(file.text.value, { version: '1.1', first: true });
  if (parsed.is === 'broken')
    return unparsable(`${file.path} is not valid YAML (${parsed.problem.message}), so K3s does not start`, placed(file.path, parsed.problem));
  if (parsed.root.is === 'map') return { path: file.path, entries: parsed.root.entries };
  const empty = parsed.root.is === 'scalar' && parsed.root.type === 'null';
  return empty
    ? { path: file.path, entries: [] }
    : unparsable(`${file.path} must hold keys and values, so K3s does not start`, placed(file.path, parsed.root.at));
}
