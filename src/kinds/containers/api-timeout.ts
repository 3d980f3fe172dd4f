/** Kind `api-timeout`: after how many idle seconds an account's Podman API service stops. */
import type { Account, Asking } from '../../facts/ask.ts';
import { containersConf, containersTouches, containersVariables } from '../../facts/containers/containers-conf.ts';
import { environmentTouches, unitVariables } from '../../facts/environment/unit-variables.ts';
import { type Fact, FactBuilder, type Unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { commandsOf } from '../../facts/podman/socket-unit.ts';
import { number, record, string } from '../../facts/shape.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { mergeSettings } from '../../facts/systemd/merge.ts';
import { expander } from '../../facts/systemd/specifiers.ts';

/** cmd/podman/system/service.go takes engine.service_timeout as the default of --time; before 4.0 it was this constant. */
const builtIn = 5;
const key = 'engine.service_timeout';

export const apiTimeout = defineKind({
  name: 'api-timeout',
  noun: "the API service's idle time-out",
  describe: "The idle time-out of an account's Podman API service: --time in its podman.service, else service_timeout of containers.conf, else 5.",
  fields: {},
  shape: record({
    seconds: number('seconds without a connection after which the service stops; 0 is never'),
    from: string('what decided it', ['unit', 'containers.conf', 'built-in']),
  }),
  touches: () => [...containersTouches, unitNamed('podman.service', 'system'), unitNamed('podman.service', 'user'), ...environmentTouches],
  *learn(_, as): Asking<Fact> {
    const unit = yield* loadUnit('podman.service', { manager: as.uid === 0 ? 'system' : 'user', as });
    if (unit.is === 'unknown') return unit;
    if (unit.unseen[0]) return unit.unseen[0];
    const service = unit.masked ? { variables: new Map<string, string>() } : yield* serviceOf(unit, as);
    const fact = new FactBuilder();
    if ('is' in service) return service;
    if (service.time)
      return fact.consulted(service.time.where).set('seconds', service.time.seconds, service.time.where).set('from', 'unit', service.time.where).build();
    return yield* configured(fact, as, service);
  },
});

interface Service {
  readonly time?: { readonly seconds: number; readonly where: Where };
  readonly variables: ReadonlyMap<string, string>;
}

/** What the merged unit runs. Several ExecStart lines of a non-oneshot service are an error; the last one stands for them. */
function* serviceOf(unit: LoadedUnit, as: Account): Asking<Service | Unknown> {
  const expand = expander(unit.unit, unit.manager, as);
  const { commands, unsure } = yield* commandsOf(unit, as, () => true);
  const environment = yield* unitVariables(mergeSettings(unit, expand), expand, true, as);
  const started = commands.findLast((c) => c.key === 'ExecStart');
  if (unsure && started?.timeout === undefined) return unsure;
  if (started?.timeout !== undefined)
    return { variables: new Map(), time: { seconds: started.timeout, where: { ...started.where, said: `--time ${started.timeout}` } } };
  // A file that cannot be read may name other configuration.
  if (environment.unseen) return environment.unseen;
  const named = [...environment.variables].filter(([name]) => containersVariables.includes(name));
  const written = unit.assignments.find((a) => a.key.startsWith('Exec') && containersVariables.some((name) => a.value.includes(`${name}=`)));
  if (written) return { is: 'unknown', why: 'ambiguous', said: 'the command itself sets which containers.conf is read', where: [written.where] };
  return { variables: new Map(named.map(([name, v]) => [name, v.value])) };
}

function* configured(fact: FactBuilder, as: Account, service: Service): Asking<Fact> {
  const config = yield* containersConf(as, service.variables);
  if (config.is === 'unknown') return config;
  fact.consulted(...config.consulted);
  const gap: Unknown | undefined = config.gaps.get(key) ?? config.gaps.get('engine');
  if (gap) return fact.gap('seconds', gap).gap('from', gap).build();
  const set = (config.value.engine as { service_timeout?: number } | undefined)?.service_timeout;
  const notes = config.notes.get(key) ?? [];
  const where = config.where.get(key) ?? [];
  for (const { said, where: places } of notes) fact.note('seconds', said, ...places);
  // Where nothing is set, the near misses are what the reader has to look at.
  const places = set !== undefined ? where : notes.length > 0 ? [] : config.consulted;
  fact.set('seconds', set ?? builtIn, ...places).set('from', set === undefined ? 'built-in' : 'containers.conf', ...places);
  if (places.length === 0) fact.at('seconds', ...notes.flatMap((n) => n.where));
  return fact.build();
}
