/** Kind `k3s-service`: the service that starts K3s, whatever its name, and the limits that it gives to K3s. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { startOfK3s } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { mode, record, string } from '../../facts/shape.ts';
import { loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { mergeSettings } from '../../facts/systemd/merge.ts';
import { expander } from '../../facts/systemd/specifiers.ts';

export const k3sService = defineKind({
  name: 'k3s-service',
  noun: "K3s's service",
  absent: 'no service here starts K3s',
  describe: 'The service of the system that starts K3s: k3s.service, k3s-agent.service, or a name of its own (INSTALL_K3S_NAME).',
  fields: {},
  shape: record({
    unit: string('its name'),
    umask: mode('UMask= in force; 0022 where nothing sets it (systemd.exec(5))'),
    core: string('LimitCORE= in force: 0, infinity, or soft:hard'),
  }),
  touches: () => [startOfK3s, unitNamed('k3s.service', 'system'), unitNamed('k3s-agent.service', 'system')],
  *learn(): Asking<Fact> {
    const start = yield* startOfK3s();
    if (start.is === 'unknown') return start;
    if (start.is === 'not-started') return missing(...start.consulted);
    const fact = new FactBuilder().consulted(start.command.where);
    if (start.unit === undefined) return openRc(fact, start.command.where.path);
    fact.set('unit', start.unit, start.command.where);
    const loaded = yield* loadUnit(start.unit, { manager: 'system', as: rootAccount });
    if (loaded.is === 'unknown') return loaded;
    const settings = mergeSettings(loaded, expander(loaded.unit, 'system', rootAccount));
    for (const [name, key, usual] of [
      ['umask', 'UMask', 0o022],
      ['core', 'LimitCORE', undefined],
    ] as const) {
      const setting = settings.directives.get(key);
      const where = setting?.where ?? [start.command.where];
      fact.set(name, setting?.value ?? usual, ...where).at(name, ...where);
    }
    return fact.build();
  },
});

function openRc(fact: FactBuilder, path: string): Fact {
  const why: Unknown = { is: 'unknown', why: 'unsupported', said: `OpenRC starts K3s by ${path}, and its limits are not looked at`, where: [{ path }] };
  for (const name of ['unit', 'umask', 'core']) fact.gap(name, why);
  return fact.build();
}
