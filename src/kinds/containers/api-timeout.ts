/** Kind `api-timeout`: after how many idle seconds an account's Podman API service stops. */
import type { Account, Asking } from '../../facts/ask.ts';
import { containersConf, containersVariables } from '../../facts/containers/containers-conf.ts';
import { gapOf, type Variable } from '../../facts/environment/environment.ts';
import { environmentOf } from '../../facts/environment/environment-of.ts';
import { type Fact, FactBuilder, type Unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { commandsNamed, commandsOf } from '../../facts/podman/socket-unit.ts';
import { number, record, string } from '../../facts/shape.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { managers } from '../../facts/systemd/paths.ts';

/** cmd/podman/system/service.go takes engine.service_timeout as the default of --time; before 4.0 it was this constant. */
const builtIn = 5;
const key = 'engine.service_timeout';
const serviceName = 'podman.service';

export const apiTimeout = defineKind({
  name: 'api-timeout',
  noun: "the API service's idle time-out",
  describe:
    "The idle time-out of an account's Podman API service: --time in its podman.service, else service_timeout of the containers.conf that the service finds, else 5.",
  fields: {},
  shape: record({
    seconds: number('seconds without a connection after which the service stops; 0 is never'),
    from: string('what decided it', ['unit', 'containers.conf', 'built-in']),
  }),
  touches: () => [containersConf, ...managers.flatMap((m) => [unitNamed(serviceName, m), commandsNamed(serviceName, m)])],
  *learn(_, as): Asking<Fact> {
    const unit = yield* loadUnit(serviceName, { manager: as.uid === 0 ? 'system' : 'user', as });
    if (unit.is === 'unknown') return unit;
    if (unit.unseen[0]) return unit.unseen[0];
    const service = yield* serviceOf(unit, as);
    const fact = new FactBuilder();
    if ('is' in service) return service;
    if (service.time)
      return fact.consulted(service.time.where).set('seconds', service.time.seconds, service.time.where).set('from', 'unit', service.time.where).build();
    return yield* configured(fact, as, service);
  },
});

interface Service {
  readonly time?: { readonly seconds: number; readonly where: Where };
  /** Those that decide which containers.conf it reads, and that are set. */
  readonly moves: ReadonlyMap<string, Variable>;
}

/**
 * What the merged unit runs. Several ExecStart lines of a non-oneshot service are an error; the last one stands for them.
 * Without a unit, its manager's environment is that of a service that may come.
 */
function* serviceOf(unit: LoadedUnit, as: Account): Asking<Service | Unknown> {
  const runs = unit.exists && !unit.masked;
  if (runs) {
    const { commands, unsure } = yield* commandsOf(unit, as, () => true);
    const started = commands.findLast((c) => c.key === 'ExecStart');
    if (unsure && started?.timeout === undefined) return unsure;
    if (started?.timeout !== undefined)
      return { moves: new Map(), time: { seconds: started.timeout, where: { ...started.where, said: `--time ${started.timeout}` } } };
  }
  const environment = yield* environmentOf({ unit: serviceName, manager: unit.manager, as }, containersVariables);
  // A file that cannot be read may name other configuration.
  const gap = containersVariables.map((name) => gapOf(environment, name)).find((g) => g);
  if (gap) return gap;
  return { moves: new Map([...environment.variables].filter(([name, { value }]) => containersVariables.includes(name) && value !== '')) };
}

function* configured(fact: FactBuilder, as: Account, { moves }: Service): Asking<Fact> {
  const config = yield* containersConf(as, new Map([...moves].map(([name, { value }]) => [name, value])));
  if (config.is === 'unknown') return config;
  fact.consulted(...config.consulted);
  const gap: Unknown | undefined = config.gaps.get(key) ?? config.gaps.get('engine');
  if (gap) return fact.gap('seconds', gap).gap('from', gap).build();
  const set = (config.value.engine as { service_timeout?: number } | undefined)?.service_timeout;
  const notes = config.notes.get(key) ?? [];
  const where = config.where.get(key) ?? [];
  const moved = [...moves].flatMap(([name, v]) => v.where.slice(0, 1).map((w) => ({ ...w, said: `sets ${name}=${v.value}` })));
  for (const { said, where: places } of notes) fact.note('seconds', said, ...places);
  // Where nothing is set, the near misses are what the reader has to look at.
  const places = set !== undefined ? [...where, ...moved] : notes.length > 0 ? [] : [...config.consulted, ...moved];
  fact.set('seconds', set ?? builtIn, ...places).set('from', set === undefined ? 'built-in' : 'containers.conf', ...places);
  if (places.length === 0) fact.at('seconds', ...notes.flatMap((n) => n.where));
  return fact.build();
}
