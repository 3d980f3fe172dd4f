/**
 * crio.conf as CRI-O has it in force: the main file, the drop-ins, and what its unit sets by flags and variables
 * (crio.conf.d(5); cri-o/cri-o:pkg/config/config.go, internal/criocli/criocli.go).
 */

import type { Asking } from '../ask.ts';
import { assemble } from '../containers/assemble.ts';
import { keyText } from '../containers/key-text.ts';
import { type Merged, mergeToml, putSetting, type Source, shapeOfKeys } from '../containers/merge.ts';
import { type Fact, type FactBuilder, type Known, type Unknown, unknown, type Where } from '../fact.ts';
import { blockedAt, type Disk, type DiskFile, readDisk } from '../host/disk.ts';
import { list, type Shape, string } from '../shape.ts';
import { source, type Touches } from '../source.ts';
import { crioKeys } from './crio-keys.ts';
import { type CrioStart, crioStart, type GivenPath } from './crio-start.ts';

const usualMain = '/etc/crio/crio.conf';
const usualDirectory = '/etc/crio/crio.conf.d';
/** Where files that the unit names may lie to be read: the printed plan must not promise "any file". */
const readable = /^\/etc\/crio\/[^/]+$/;
const emptied = 'crio.runtime.default_capabilities';
const joined = 'crio.storage_option';

export const crioShape: Readonly<Record<string, Shape>> = {
  crio: shapeOfKeys(crioKeys.crio as typeof crioKeys, 'crio.conf [crio]'),
  repeated: list(string('a key'), 'keys of crio.conf that two drop-ins set, of which the later one counts'),
};

const touches: Touches = [crioStart, readDisk.of([usualMain, '/etc/crio/*'], [usualDirectory, '/etc/crio/*'])];

/**
 * What is set: by files, CRI-O reading every file of the directory whatever its name, in byte order, each over what came
 * before; then by the unit. `exists` is whether anything is. Defaults are none of it.
 */
export const crioConf = source(touches, readCrioConf);

function* readCrioConf(): Asking<Fact> {
  const start = yield* crioStart();
  if (start.is === 'unknown') return start;
  if (start.refused) return start.refused;
  const main = start.config?.value ?? usualMain;
  const directory = start.configDir?.value ?? usualDirectory;
  const elsewhere = movedAway(start.config, main) ?? movedAway(start.configDir, directory);
  if (elsewhere) return elsewhere;
  const disk: Disk = yield* readDisk(main === '' ? [] : [main], [directory], /^/);
  const sources = sourcesIn(disk, main, directory, start);
  if ('is' in sources) return sources;
  const merged = mergeToml(crioKeys, sources, 'CRI-O');
  return 'is' in merged ? merged : factOf(merged, sources, start, [{ path: main || usualMain }, { path: directory }]);
}

function movedAway(given: GivenPath | undefined, path: string): Unknown | undefined {
  if (!given || path === '' || readable.test(path)) return undefined;
  return { is: 'unknown', why: 'unsupported', said: `crio.service moves the configuration to ${path}, which pretrip does not read`, where: given.where };
}

function sourcesIn(disk: Disk, main: string, directory: string, { config }: CrioStart): readonly Source[] | Unknown {
  const dropIns = disk.directory(directory);
  const sources: Source[] = [];
  const files = [...(main === '' ? [] : [disk.file(main)]), ...dropIns.files.values()];
  for (const file of files) {
    if (typeOf(file) === 'directory')
      return file.path === main
        ? fails(`${main} is a directory, so CRI-O fails`, main)
        : unknown({ is: 'blocked', why: 'unsupported', said: 'CRI-O reads the files in this directory too; pretrip does not' }, file.path);
    const refused = blockedAt(file.path, file.text);
    if (refused) return refused;
    if (file.text.is === 'got') sources.push({ path: file.path, text: file.text.value });
    // A main file that is missing is passed over, unless the unit names it.
    else if (file.path !== main || config) return fails(`${file.path} leads nowhere, so CRI-O fails`, file.path);
  }
  return (dropIns.stat.is !== 'absent' ? blockedAt(directory, dropIns.names) : undefined) ?? sources;
}

const typeOf = ({ stat }: DiskFile): string | undefined =>
  stat.is !== 'got' ? undefined : stat.value.real?.is === 'got' ? stat.value.real.value.type : stat.value.type;

const fails = (said: string, path: string): Unknown => ({ is: 'unknown', why: 'unparsable', said, where: [{ path }] });

function factOf(merged: Merged, sources: readonly Source[], start: CrioStart, consulted: readonly Where[]): Known {
  joinOptions(merged, sources);
  const repeated = [...merged.settings.values()].flatMap(({ path, where }) => {
    const files = new Set(where.filter((w) => w.path.startsWith(`${consulted[1]?.path}/`)).map((w) => w.path));
    return files.size > 1 ? [{ name: keyText(path), where }] : [];
  });
  for (const { path, value, where } of start.keys) putSetting(merged, path, value, ...where);
  const fact: FactBuilder = assemble(
    merged,
    sources.map((s) => s.path),
  ).consulted(...consulted);
  fact.set(
    'repeated',
    repeated.map((r) => r.name),
    ...repeated.flatMap((r) => r.where),
  );
  for (const [at, { where }] of repeated.entries()) fact.at(['repeated', String(at)], ...where);
  for (const { path, why } of start.gaps) fact.gap(path, why);
  const capabilities = merged.settings.get(emptied);
  if (Array.isArray(capabilities?.value) && capabilities.value.length === 0)
    fact.note(capabilities.path, 'an empty list gives containers no capability by default', ...capabilities.where.slice(0, 1));
  return fact.build(sources.length > 0 || start.keys.length > 0);
}

/** Of storage options each file adds its own to those before it; one that is there twice counts where it stands last. */
function joinOptions(merged: Merged, sources: readonly Source[]): void {
  const found = merged.settings.get(joined);
  if (!found || found.where.length < 2) return;
  const all = sources.flatMap((one) => {
    const own = mergeToml(crioKeys, [one], 'CRI-O');
    const value = 'is' in own ? undefined : own.settings.get(joined)?.value;
    return Array.isArray(value) ? value.map(String) : [];
  });
  const last = all.filter((option, at) => all.lastIndexOf(option) === at);
  merged.settings.set(joined, { ...found, value: last });
}
