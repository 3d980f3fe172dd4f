/** Kind `crio-storage`: whether CRI-O and root's Podman keep their images and containers in the same place. */

import type { Asking } from '../../facts/ask.ts';
import { storageConf } from '../../facts/containers/storage-conf.ts';
import { crioConf } from '../../facts/crio/crio-conf.ts';
import { type Fact, FactBuilder, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, string } from '../../facts/shape.ts';
import { aboutAccount } from '../../facts/source.ts';

export const crioStorage = defineKind({
  name: 'crio-storage',
  noun: "CRI-O's storage",
  describe: "Whether CRI-O's storage is that of root's Podman.",
  fields: {},
  shape: record({
    relation: string('shared: the same directories and driver; separate: other directories; mixed: some are shared, which neither program expects', [
      'shared',
      'separate',
      'mixed',
    ]),
    crioRoot: string("CRI-O's graph root"),
    podmanRoot: string("root Podman's graph root"),
    crioRunRoot: string("CRI-O's run root"),
    podmanRunRoot: string("root Podman's run root"),
    crioDriver: string("CRI-O's storage driver"),
    podmanDriver: string("root Podman's storage driver"),
  }),
  touches: () => [crioConf, ...aboutAccount([storageConf], rootAccount)],
  *learn(): Asking<Fact> {
    const crio = yield* crioConf();
    if (crio.is === 'unknown') return crio;
    const podman = yield* storageConf(rootAccount);
    if (podman.is === 'unknown') return podman;
    const gap = ['storage', 'graphRoot', 'runRoot'].map((field) => podman.gaps.get(field)).find((g) => g !== undefined);
    if (gap) return gap;
    const own = (crio.value.crio ?? {}) as { root?: string; runroot?: string; storage_driver?: string };
    const storage = (podman.value.storage ?? {}) as { driver?: string };
    const of = (fact: typeof crio, key: string): readonly Where[] => fact.where.get(key)?.slice(0, 1) ?? [];
    // What crio.conf leaves out comes from storage.conf (cri-o/cri-o:pkg/config/config.go: inherits storage configurations).
    const pairs = [
      [
        'root',
        tidy(own.root || String(podman.value.graphRoot)),
        tidy(String(podman.value.graphRoot)),
        [...of(crio, 'crio.root'), ...of(podman, 'storage.graphroot')],
      ],
      [
        'runroot',
        tidy(own.runroot || String(podman.value.runRoot)),
        tidy(String(podman.value.runRoot)),
        [...of(crio, 'crio.runroot'), ...of(podman, 'storage.runroot')],
      ],
      ['driver', own.storage_driver || storage.driver || '', storage.driver ?? '', [...of(crio, 'crio.storage_driver'), ...of(podman, 'storage.driver')]],
    ] as const;
    const fact = new FactBuilder().consulted(...crio.consulted, ...podman.consulted);
    const fields = [
      ['crioRoot', 'podmanRoot'],
      ['crioRunRoot', 'podmanRunRoot'],
      ['crioDriver', 'podmanDriver'],
    ] as const;
    for (const [at, [, mine, theirs, where]] of pairs.entries())
      fact.set(fields[at]?.[0] ?? '', mine || undefined, ...where).set(fields[at]?.[1] ?? '', theirs || undefined, ...where);
    // A driver that only one of them names is found by the other one in the store.
    const [root, run, driver] = pairs.map(([key, mine, theirs]) => mine === theirs || (key === 'driver' && (mine === '' || theirs === '')));
    const places = pairs.flatMap(([, , , where]) => where);
    fact.set('relation', root && run && driver ? 'shared' : !root && !run ? 'separate' : 'mixed', ...(places.length > 0 ? places : fact.build().consulted));
    return fact.build();
  },
});

const tidy = (path: string): string => path.replace(/\/+$/, '').replace(/^\/var\/run\//, '/run/');
