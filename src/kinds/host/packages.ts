/** Kind `packages`: what the package database of the distribution lists. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing } from '../../facts/fact.ts';
import { installedPackages } from '../../facts/host/installed.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, map, record, string } from '../../facts/shape.ts';

const one = record({
  name: string('its name'),
  version: string('its version, without epoch and release'),
  epoch: string('what stands before the colon'),
  release: string('what stands after the last hyphen'),
  arch: string('the architecture it is built for'),
});

export const packages = defineKind({
  name: 'packages',
  noun: 'the packages',
  describe: 'The installed packages by name, from the database of dpkg or rpm; some packages are there in several versions.',
  absent: 'no package database was found',
  fields: { names: { type: 'strings', describe: 'only these' } },
  main: 'names',
  shape: record({ each: map(list(one, 'its installed versions'), 'by name'), database: string('who keeps it', ['dpkg', 'rpm']) }),
  touches: () => [installedPackages],
  *learn({ names }): Asking<Fact> {
    const installed = yield* installedPackages();
    if (installed.is === 'unknown') return installed;
    if (installed.is === 'absent') return missing(...installed.consulted);
    const fact = new FactBuilder().consulted(...installed.consulted);
    const byName = Map.groupBy(
      installed.each.filter((p) => names === undefined || names.includes(p.name)),
      (p) => p.name,
    );
    fact.set('each', {});
    for (const [name, all] of byName)
      fact.set(
        ['each', name],
        all.map(({ database: _, ...p }) => ({ ...p })),
        ...installed.consulted,
      );
    return fact.set('database', installed.each[0]?.database, ...installed.consulted).build();
  },
});
