/** crio.conf as CRI-O has it in force: the main file, then the drop-ins (crio.conf.d(5); cri-o/cri-o:pkg/config/config.go). */

import type { Asking } from '../ask.ts';
import { assemble } from '../containers/assemble.ts';
import { mergeToml, type Source, shapeOfKeys } from '../containers/merge.ts';
import { type Fact, type Unknown, unknown } from '../fact.ts';
import { blockedAt, readDisk } from '../host/disk.ts';
import type { Shape } from '../shape.ts';
import { source, type Touches } from '../source.ts';
import { crioKeys } from './crio-keys.ts';

const main = '/etc/crio/crio.conf';
const directory = '/etc/crio/crio.conf.d';

export const crioShape: Readonly<Record<string, Shape>> = { crio: shapeOfKeys(crioKeys.crio as typeof crioKeys, 'crio.conf [crio]') };

const touches: Touches = [readDisk.of([main], [directory])];

/** CRI-O reads every file of the directory whatever its name, in byte order, and merges each into what came before. */
export const crioConf = source(touches, readCrioConf);

function* readCrioConf(): Asking<Fact> {
  const disk = yield* readDisk([main], [directory], /^/);
  const dropIns = disk.directory(directory);
  const sources: Source[] = [];
  for (const file of [disk.file(main), ...dropIns.files.values()]) {
    if (file.stat.is === 'got' && (file.stat.value.real?.is === 'got' ? file.stat.value.real.value.type : file.stat.value.type) === 'directory')
      return nested(file.path);
    const refused = blockedAt(file.path, file.text);
    if (refused) return refused;
    if (file.text.is === 'got') sources.push({ path: file.path, text: file.text.value });
  }
  if (dropIns.stat.is !== 'absent') {
    const refused = blockedAt(directory, dropIns.names);
    if (refused) return refused;
  }
  const merged = mergeToml(crioKeys, sources, 'CRI-O');
  if ('is' in merged) return merged;
  const fact = assemble(
    merged,
    sources.map((s) => s.path),
  ).consulted({ path: main }, { path: directory });
  for (const [key, { path, value, where }] of merged.settings) {
    if (key === 'crio.runtime.default_capabilities' && Array.isArray(value) && value.length === 0)
      fact.note(path, 'an empty list stands for the built-in list', ...where.slice(0, 1));
  }
  return fact.build(sources.length > 0);
}

const nested = (path: string): Unknown =>
  unknown({ is: 'blocked', why: 'unsupported', said: 'CRI-O reads the files in this directory too; pretrip does not' }, path);
