/** Kind `datastore-media`: on what sort of disk a K3s server keeps the state of the cluster. */
import { type Asking, run } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, missing, unknown } from '../../facts/fact.ts';
import { disksBeneath } from '../../facts/host/block-disks.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const virtArgv = ['systemd-detect-virt'];

export const datastoreMedia = defineKind({
  name: 'datastore-media',
  noun: 'the datastore',
  absent: 'no K3s server keeps the state of a cluster here',
  describe: 'The disks beneath the database of a K3s server. Absent on agents, and where a database elsewhere keeps the state. Of a running host.',
  fields: {},
  shape: record({
    path: string('where the database lies'),
    etcd: boolean('it is embedded etcd, which writes every change to disk before it goes on'),
    cards: list(string('a disk'), 'SD cards and eMMC beneath it'),
    rotating: list(string('a disk'), 'disks beneath it that say of themselves that they turn'),
    virtual: boolean('the host is a virtual machine, whose disks say so whatever they are; of rotating ones only'),
  }),
  touches: () => [k3sModel, disksBeneath, { do: 'run', argv: virtArgv }],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const kept = model.datastore;
    if (!kept) return missing(model.where);
    if (kept.is === 'unknown') return kept;
    if (kept.is === 'external') return missing(...kept.where);
    const path = `${model.dataDir.value}/server/db`;
    const fact = new FactBuilder().consulted(...kept.where).set('path', path, model.dataDir.where ?? model.where);
    fact.set('etcd', kept.is === 'etcd', ...kept.where);
    // SQLite writes little, and is what is advised for such disks.
    if (kept.is !== 'etcd')
      return fact
        .set('cards', [], ...kept.where)
        .set('rotating', [], ...kept.where)
        .set('virtual', false, ...kept.where)
        .build();
    const moved = model.dataDir.value !== usualDataDir;
    const disks = yield* moved ? disksBeneath(model.dataDir.value, '/server/db') : disksBeneath(path, '');
    if ('is' in disks) return fact.gap('cards', disks).gap('rotating', disks).gap('virtual', disks).build();
    const where = disks.map(({ at }) => at);
    fact.set(
      'cards',
      disks.filter(({ media }) => media === 'sd' || media === 'emmc').map(({ name }) => name),
      ...where,
    );
    const rotating = disks.filter(({ media }) => media === 'rotating').map(({ name }) => name);
    fact.set('rotating', rotating, ...where);
    if (rotating.length === 0) return fact.set('virtual', false, ...where).build();
    return (yield* setVirtual(fact)).build();
  },
});

/** It prints `none` and ends with 1 on hardware (systemd-detect-virt(1)). */
function* setVirtual(fact: FactBuilder): Asking<FactBuilder> {
  const answer = yield* run(virtArgv);
  const place = { path: commandPlace(virtArgv) };
  if (answer.is === 'blocked') return fact.gap('virtual', unknown(answer, place.path));
  const said = answer.is === 'got' ? answer.value.stdout.trim() : '';
  if (said === '')
    return fact.gap('virtual', {
      is: 'unknown',
      why: 'failed',
      said: 'systemd-detect-virt, which tells hardware from a virtual machine, does not answer',
      where: [place],
    });
  return fact.set('virtual', said !== 'none', place);
}
