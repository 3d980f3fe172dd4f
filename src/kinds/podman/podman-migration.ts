/** Kind `podman-migration`: what an account loses or has to move with the next major release of Podman. */

import type { Account } from '../../facts/ask.ts';
import { type Asking, together } from '../../facts/ask.ts';
import { decode } from '../../facts/containers/containers-decode.ts';
import { dropInDirectories, layersFor, mainFiles } from '../../facts/containers/containers-layers.ts';
import { dependsOnVersion, podmanRelease, type Release, releaseOf, since } from '../../facts/containers/podman-release.ts';
import { type Fact, FactBuilder, type Unknown, type Where } from '../../facts/fact.ts';
import { type Disk, readDisk } from '../../facts/host/disk.ts';
import { defineKind } from '../../facts/kind.ts';
import { database } from '../../facts/podman/store.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const next = releaseOf('6.0') as Release;

export const podmanMigration = defineKind({
  name: 'podman-migration',
  noun: 'Podman',
  describe: "How an account's Podman is prepared for Podman 6: where it records containers, and settings that come from files which 6 no longer merges.",
  fields: {},
  shape: record({
    bolt: boolean('containers are recorded in BoltDB, which Podman 6 does not read'),
    lostSettings: list(string('TABLE.KEY'), 'settings in force that Podman 6 takes from no file: of several main files it reads only the first'),
  }),
  touches: () => [podmanRelease, database, readDisk.of(mainFiles('~'), dropInDirectories('~', '{uid}'))],
  *learn(_, as): Asking<Fact> {
    const [release, store, disk] = yield* together([
      podmanRelease(),
      database(as),
      readDisk(mainFiles(as.home), dropInDirectories(as.home, String(as.uid)), /\.conf/i),
    ]);
    const fact = new FactBuilder();
    const bolt = store.is === 'found' ? store.bolt : store.is === 'none' ? false : store;
    if (typeof bolt === 'boolean') fact.set('bolt', bolt, ...(store.is === 'unknown' ? [] : store.where));
    else fact.gap('bolt', bolt);
    const each = release.candidates.map((candidate) => lostWith(candidate, as, disk));
    const refused = each.find((e): e is Unknown => 'is' in e);
    const lost = each.filter((e): e is Lost => !('is' in e));
    const differs = new Set(lost.map((l) => JSON.stringify(l.keys))).size > 1;
    if (refused) fact.gap('lostSettings', refused);
    else if (differs)
      fact.gap('lostSettings', {
        is: 'unknown',
        why: 'ambiguous',
        said: dependsOnVersion('what is in force now', release.unknown),
        where: [],
      });
    else fact.set('lostSettings', lost[0]?.keys ?? [], ...(lost[0]?.where ?? []));
    return fact.build();
  },
});

interface Lost {
  readonly keys: readonly string[];
  readonly where: readonly Where[];
}

/** Settings that a release has from some file and Podman 6 from none (container-libs storage/pkg/configfile/parse.go). */
function lostWith(release: Release, as: Account, disk: Disk): Lost | Unknown {
  const where = mainFiles(as.home).map((path) => ({ path }));
  if (since(release, '6.0')) return { keys: [], where };
  const [now, then] = [release, next].map((r) => {
    const layers = layersFor(r, { as }, disk);
    return 'is' in layers ? layers : decode(r, layers);
  });
  for (const one of [now, then]) if (one && 'is' in one) return one;
  if (!now || !then || 'is' in now || 'is' in then) return { keys: [], where };
  const gone = [...now.values].filter(([key]) => !then.values.has(key) && !then.gaps.has(key));
  return { keys: gone.map(([key]) => key), where: gone.length > 0 ? gone.flatMap(([, v]) => v.where.slice(0, 1)) : where };
}
