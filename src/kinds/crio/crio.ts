/** Kind `crio`: CRI-O's configuration as the daemon has it: files, its unit, and the defaults of its release. */
import type { Asking } from '../../facts/ask.ts';
import { crioShape } from '../../facts/crio/crio-conf.ts';
import { type CrioSettings, crioSettings } from '../../facts/crio/crio-settings.ts';
import { type Fact, missing } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, map, number, record, string, version } from '../../facts/shape.ts';

export const crio = defineKind({
  name: 'crio',
  noun: 'CRI-O',
  absent: 'CRI-O is not installed',
  describe:
    'The configuration that CRI-O has in force: crio.conf, its drop-ins, flags and variables of crio.service, and for what nothing sets the defaults of the installed release.',
  fields: {},
  shape: record({
    ...crioShape,
    version: version('the installed CRI-O'),
    minor: number('34 of 1.34'),
    layers: list(string('a path'), 'the files that were applied, later ones winning'),
    unknownKeys: list(string('a key as it stands'), 'keys that no release of CRI-O knows'),
    capabilities: list(string('a name without CAP_'), 'what containers get of capabilities when nothing else is said'),
    enforcing: boolean('SELinux denies on this host'),
    monitors: map(string('a slice, or pod'), 'the cgroup of the monitor of each runtime; empty where the runtime decides'),
  }),
  touches: () => [crioSettings],
  *learn(): Asking<Fact> {
    const found: CrioSettings = yield* crioSettings();
    if (found.is === 'absent') return missing(...found.consulted);
    return found.is === 'unknown' ? found : found.fact;
  },
});
