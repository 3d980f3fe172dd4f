/** Kind `config`: a program's configuration as it has it in force, all layers merged in the program's own order. */
import type { Account, Asking } from '../ask.ts';
import type { Fact } from '../fact.ts';
import type { Kind, Pattern } from '../kind.ts';
import { list, type RecordShape, record, string, version } from '../shape.ts';
import { containersConf, containersShape, containersTouches } from './containers-conf.ts';
import { crioConf, crioShape, crioTouches } from './crio-conf.ts';
import { k3sConfig, k3sShape, k3sTouches } from './k3s-config.ts';
import { registriesConf, registriesShape, registriesTouches } from './registries-conf.ts';
import { storageConf, storageShape, storageTouches } from './storage-conf.ts';

interface Layered {
  readonly touches: readonly Pattern[];
  learn(as: Account): Asking<Fact>;
}

/** One row a configuration. A further one needs its shape below and nothing else. */
const files: Readonly<Record<string, Layered>> = {
  'containers.conf': { touches: containersTouches, learn: containersConf },
  'storage.conf': { touches: storageTouches, learn: storageConf },
  'registries.conf': { touches: registriesTouches, learn: registriesConf },
  'crio.conf': { touches: crioTouches, learn: crioConf },
  k3s: { touches: k3sTouches, learn: k3sConfig },
};

const shape: RecordShape = record({
  ...containersShape,
  ...storageShape,
  ...registriesShape,
  ...crioShape,
  ...k3sShape,
  version: version('the version of the program whose rules of merging were followed'),
  layers: list(string('a path'), 'the files that were applied, later ones winning'),
  misplaced: list(string('a key as it stands'), 'known keys that stand in the wrong table, where the program ignores them'),
  unknownKeys: list(string('a key as it stands'), 'keys that no release of the program knows'),
  unsupported: list(string('a key'), 'known keys that this version of the program does not read'),
});

export const config: Kind = {
  name: 'config',
  describe:
    'Layered configuration as the program has it in force for an account: every file it reads, merged in its own order, each value with the lines that set it.',
  main: 'file',
  fields: {
    file: {
      type: 'string',
      required: true,
      values: Object.keys(files),
      describe: 'which configuration; `k3s` is config.yaml, its drop-ins and the arguments of the unit',
    },
  },
  shape,
  touches: (q) => files[String(q.file)]?.touches ?? [],
  *learn(q, as): Asking<Fact> {
    const layered = files[String(q.file)];
    if (!layered) return { is: 'unknown', why: 'unsupported', said: `${String(q.file)} is no configuration that pretrip knows`, where: [] };
    return yield* layered.learn(as);
  },
};
