/** Kind `k3s-services`: the services of the system that start K3s, by systemd or OpenRC, which of them start at boot, and their limits. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { type K3sService, servicesOfK3s } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, mode, record, string } from '../../facts/shape.ts';
import { enablementOf } from '../../facts/systemd/enablement.ts';
import { loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { mergeSettings } from '../../facts/systemd/merge.ts';
import { expander } from '../../facts/systemd/specifiers.ts';

const names = ['k3s', 'k3s-agent'];
const runlevels = names.map((name) => `/etc/runlevels/default/${name}`);

export const k3sServices = defineKind({
  name: 'k3s-services',
  noun: 'the services of K3s',
  absent: 'no service here starts K3s',
  present: 'a service here starts K3s',
  describe:
    'The services that start a K3s server or agent, whatever they are called (INSTALL_K3S_NAME), with what they start, whether they start at boot, and the limits that the first of them gives to K3s.',
  fields: {},
  shape: record({
    units: list(
      record({
        name: string('k3s.service, or the name of the OpenRC script'),
        path: string('its file'),
        role: string('what it starts', ['server', 'agent']),
        enabled: boolean('it starts at boot'),
      }),
      'the services',
    ),
    starts: list(string('server or agent'), 'what they start, at boot or not'),
    atBoot: list(string('a service'), 'those that start at boot'),
    roles: list(string('server or agent'), 'what starts at boot'),
    unit: string('the one that counts: that of a server before that of an agent'),
    umask: mode('its UMask= in force; 0022 where nothing sets it (systemd.exec(5))'),
    core: string('its LimitCORE= in force: 0, infinity, or soft:hard'),
  }),
  touches: () => [
    servicesOfK3s,
    ...names.map((name) => unitNamed(`${name}.service`, 'system')),
    ...names.map((name) => enablementOf.of(`${name}.service`, { manager: 'system', as: rootAccount })),
    ...runlevels.map((path) => ({ do: 'stat' as const, path, unasked: 'only where a script of OpenRC is there' })),
  ],
  *learn(): Asking<Fact> {
    const found = yield* servicesOfK3s();
    if (found.is === 'unknown') return found;
    const fact = new FactBuilder().consulted(...found.consulted);
    const states = yield* together(found.each.map(startsAtBoot));
    const open = states.find((s): s is Unknown => typeof s !== 'boolean');
    fact.set(
      'units',
      found.each.map(({ name, path, role }) => ({ name, path, role })),
      ...found.each.map(({ path }) => ({ path })),
    );
    fact.set('starts', [...new Set(found.each.map(({ role }) => role))], ...found.each.map(({ path }) => ({ path })));
    for (const [at, state] of states.entries()) {
      const path = found.each[at]?.path ?? '';
      if (typeof state === 'boolean') fact.set(['units', String(at), 'enabled'], state, { path });
      else fact.gap(['units', String(at), 'enabled'], state);
    }
    const [counting] = found.each;
    if (counting) yield* limitsOf(fact, counting);
    if (open)
      return fact
        .gap('atBoot', open)
        .gap('roles', open)
        .build(found.each.length > 0);
    const starting = found.each.filter((_, at) => states[at] === true);
    const places: Where[] = (starting.length > 0 ? starting : found.each).map(({ path }) => ({ path }));
    fact.set(
      'atBoot',
      starting.map(({ name }) => name),
      ...places,
    );
    return fact.set('roles', [...new Set(starting.map(({ role }) => role))], ...places).build(found.each.length > 0);
  },
});

function* startsAtBoot({ name, script }: K3sService): Asking<boolean | Unknown> {
  if (script) {
    const path = `/etc/runlevels/default/${name}`;
    const link = yield* stat(path);
    return link.is === 'blocked' ? unknown(link, path) : link.is === 'got';
  }
  const found = yield* enablementOf(name, { manager: 'system', as: rootAccount });
  if ('is' in found) return found;
  return found.enabled ? true : (found.unseen.find((u) => u.why !== 'unsupported') ?? false);
}

/** What the unit of a service bounds; OpenRC has these in files of its own. */
function* limitsOf(fact: FactBuilder, { name, path, script }: K3sService): Asking<void> {
  const parts = ['unit', 'umask', 'core'];
  if (script) {
    const why: Unknown = { is: 'unknown', why: 'unsupported', said: `OpenRC starts K3s by ${path}, and its limits are not looked at`, where: [{ path }] };
    for (const part of parts) fact.gap(part, why);
    return;
  }
  fact.set('unit', name, { path });
  const loaded = yield* loadUnit(name, { manager: 'system', as: rootAccount });
  if (loaded.is === 'unknown') {
    fact.gap('umask', loaded).gap('core', loaded);
    return;
  }
  const settings = mergeSettings(loaded, expander(loaded.unit, 'system', rootAccount));
  for (const [part, key, usual] of [
    ['umask', 'UMask', 0o022],
    ['core', 'LimitCORE', undefined],
  ] as const) {
    const setting = settings.directives.get(key);
    const where = setting?.where ?? [{ path }];
    fact.set(part, setting?.value ?? usual, ...where).at(part, ...where);
  }
}
