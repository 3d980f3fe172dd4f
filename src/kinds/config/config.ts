/** Kind `config`: a program's configuration as it has it in force, all layers merged in the program's own order. */
import type { Asking } from '../../facts/ask.ts';
import { layeredFiles } from '../../facts/config/layered.ts';
import { containersShape } from '../../facts/containers/containers-conf.ts';
import { registriesShape } from '../../facts/containers/registries-conf.ts';
import { storageShape } from '../../facts/containers/storage-conf.ts';
import { crioShape } from '../../facts/crio/crio-conf.ts';
import type { Fact } from '../../facts/fact.ts';
import { k3sShape } from '../../facts/k3s/k3s-config.ts';
import { defineKind } from '../../facts/kind.ts';
import { any, list, type RecordShape, record, string, version } from '../../facts/shape.ts';

const shape: RecordShape = record({
  ...containersShape,
  ...storageShape,
  ...registriesShape,
  ...crioShape,
  ...k3sShape,
  version: version('the version of the program whose rules of merging were followed'),
  layers: list(string('a path'), 'the files that were applied, later ones winning'),
  ignored: list(string('a path'), 'files of containers.conf that lie there and that this version of the program does not apply'),
  misplaced: list(string('a key as it stands'), 'known keys that stand in the wrong table, where the program ignores them'),
  strays: list(
    record({
      key: string('as it stands'),
      to: string('the key that is read instead; unset where several tables have one of this name'),
      value: any('what it is set to'),
    }),
    'the same of containers.conf, each with what it takes to move it',
  ),
  unknownKeys: list(string('a key as it stands'), 'keys that no release of the program knows'),
  unsupported: list(string('a key'), 'known keys that this version of the program does not read'),
  unstartable: list(string('a key, and what is wrong'), 'values of containers.conf with which commands work and each container, or each pull, fails'),
});

export const config = defineKind({
  name: 'config',
  describe:
    'Layered configuration as the program has it in force for an account: every file it reads, merged in its own order, each value with the lines that set it.',
  main: 'file',
  fields: {
    file: {
      type: 'string',
      required: true,
      values: Object.keys(layeredFiles),
      describe: 'which configuration; `k3s` is config.yaml, its drop-ins and the arguments of the unit',
    },
  },
  shape,
  touches: (q) => layeredFiles[q.file]?.touches ?? [],
  *learn(q, as): Asking<Fact> {
    const layered = layeredFiles[q.file];
    if (!layered) return { is: 'unknown', why: 'unsupported', said: `${q.file} is no configuration that pretrip knows`, where: [] };
    return yield* layered.learn(as);
  },
});
