/** The configuration files of K3s: which ones it reads, and what stands in them. */
import type { Asking } from '../ask.ts';
import { type Environment, gapOf } from '../environment/environment.ts';
import { type Unknown, unparsable, type Where } from '../fact.ts';
import { blockedAt, type DiskFile, readDisk } from '../host/disk.ts';
import { source, type Touches } from '../source.ts';
import { placed } from '../text/node.ts';
import { parseYaml } from '../text/yaml.ts';
import { type CommandLine, configNamed } from './command-arguments.ts';
import { type ConfigFile, isConfigDropIn } from './config-arguments.ts';
import { configVariable } from './flag-table.ts';

const usualConfig = '/etc/rancher/k3s/config.yaml';

export interface ConfigFiles {
  readonly is: 'read';
  readonly files: readonly ConfigFile[];
  readonly consulted: readonly Where[];
}

/** Where a file that is named elsewhere may lie to be read: the plan must not promise any file. */
const readable = /^\/etc\/rancher\/k3s\/[^/]+\.ya?ml$/;

const touches: Touches = [
  readDisk.of(
    [usualConfig, '/etc/rancher/k3s/*.yaml', '/etc/rancher/k3s/*.yml'],
    [`${usualConfig}.d`, '/etc/rancher/k3s/*.yaml.d', '/etc/rancher/k3s/*.yml.d'],
  ),
];

/** The files that this command reads, the main one first; a file that is not there is no mistake. */
export const configFiles = source(touches, readConfigFiles);

function* readConfigFiles(command: CommandLine, environment: Environment): Asking<ConfigFiles | Unknown> {
  const gap = gapOf(environment, configVariable);
  if (gap) return gap;
  const variable = environment.variables.get(configVariable);
  const named = variable && variable.value !== '' ? variable.value : configNamed(command);
  const where = variable && variable.value !== '' ? variable.where : [command.where];
  if (named === '') return { is: 'read', files: [], consulted: where };
  const main = named ?? usualConfig;
  if (named !== undefined && !readable.test(named)) return elsewhere(named, where);
  const disk = yield* readDisk([main], [`${main}.d`], /\.ya?ml$/i);
  const directory = disk.directory(`${main}.d`);
  const refused = directory.stat.is === 'absent' ? undefined : blockedAt(directory.path, directory.names);
  if (refused) return refused;
  const dropIns = [...directory.files].filter(([name]) => isConfigDropIn(name)).map(([, file]) => file);
  const files: ConfigFile[] = [];
  for (const file of [disk.file(main), ...dropIns]) {
    const parsed = parsedFile(file, file.path === main);
    if (parsed && 'is' in parsed) return parsed;
    if (parsed) files.push(parsed);
  }
  return { is: 'read', files, consulted: [{ path: main }, { path: `${main}.d` }] };
}

const elsewhere = (named: string, where: readonly Where[]): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: `K3s is told to read its configuration from ${named}, outside the files that pretrip reads`,
  where,
});

/** The keys of one file. A directory among the drop-ins is passed over; as the main file it stops K3s. */
function parsedFile(file: DiskFile, main: boolean): ConfigFile | Unknown | undefined {
  if (file.stat.is === 'got' && file.stat.value.type === 'directory')
    return main ? unparsable(`${file.path} is a directory, so K3s does not start`, { path: file.path }) : undefined;
  const blocked = blockedAt(file.path, file.text);
  if (blocked) return blocked;
  if (file.text.is !== 'got') return undefined;
  const parsed = parseYaml(file.text.value, { version: '1.1' });
  if (parsed.is === 'broken')
    return unparsable(`${file.path} is not valid YAML (${parsed.problem.message}), so K3s does not start`, placed(file.path, parsed.problem));
  if (parsed.root.is === 'map') return { path: file.path, entries: parsed.root.entries };
  const empty = parsed.root.is === 'scalar' && parsed.root.type === 'null';
  return empty
    ? { path: file.path, entries: [] }
    : unparsable(`${file.path} must hold keys and values, so K3s does not start`, placed(file.path, parsed.root.at));
}
