/** Kind `k3s-state`: a directory below the data directory of K3s, and what lies in it. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, missing } from '../../facts/fact.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { type StateEntry, stateDirectory } from '../../facts/k3s/state-directory.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, mode, number, record, string } from '../../facts/shape.ts';

const entry = record({
  name: string('its name'),
  path: string('its path'),
  type: string('file, directory …, of what it leads to'),
  mode: mode('permission bits of what it leads to'),
  uid: number('owner of what it leads to'),
  size: number('bytes'),
});

export const k3sState = defineKind({
  name: 'k3s-state',
  noun: "K3s's data directory",
  absent: 'K3s keeps no {label} here',
  describe: 'A directory below the data directory of K3s, wherever that is: its permissions, and those of each thing in it. No content is read.',
  main: 'below',
  fields: {
    below: { type: 'string', required: true, describe: 'the path below the data directory: agent/pod-manifests' },
    flag: { type: 'string', describe: 'a flag of K3s that names another directory instead: etcd-snapshot-dir' },
    except: { type: 'strings', describe: 'names that are left out' },
  },
  shape: record({
    path: string('the directory'),
    mode: mode('its permission bits'),
    uid: number('its owner'),
    entries: list(entry, 'what lies in it, hidden names left out'),
  }),
  touches: ({ below }) => [k3sModel, stateDirectory.of(undefined, below)],
  *learn({ below, flag, except = [] }): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const [above, name] = placeOf(model, below, flag);
    const found = yield* stateDirectory(above, name);
    if (found.is === 'unknown') return found;
    if (found.is === 'absent') return missing({ path: found.path });
    const { path, own } = found;
    const entries = found.entries.filter(({ name }) => !name.startsWith('.') && !except.includes(name));
    const fact = new FactBuilder().consulted({ path }).set('path', path, { path }).set('mode', own.mode, { path }).set('uid', own.uid, { path });
    fact.set('entries', entries.map(jsonOf), { path });
    for (const [at, one] of entries.entries()) fact.at(['entries', String(at)], { path: one.path });
    return fact.build();
  },
});

/** The directory in which it lies, and its way from there. */
function placeOf({ dataDir, flags }: K3sModel, below: string, flag: string | undefined): readonly [string, string] {
  const named = (flag === undefined ? undefined : flags.one(flag)?.value)?.replace(/\/+$/, '');
  if (!named?.startsWith('/')) return [dataDir.value, below];
  const at = named.lastIndexOf('/');
  return [named.slice(0, at) || '/', named.slice(at + 1)];
}

const jsonOf = ({ name, path, end }: StateEntry): Json => ({
  name,
  path,
  ...(end ? { type: end.type, mode: end.mode, uid: end.uid, size: end.size } : {}),
});
