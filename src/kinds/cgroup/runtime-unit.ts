/** Kind `runtime-unit`: the installed service units of container runtimes, for forEach. */

import { type Account, type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Known, missing, type Subject, type Subjects, type Unknown } from '../../facts/fact.ts';
import { rootAccount, rootlessUse } from '../../facts/host/accounts.ts';
import { unitsOfK3s } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, string } from '../../facts/shape.ts';
import { anyone, forAccount, type Touches } from '../../facts/source.ts';
import { loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import type { Manager } from '../../facts/systemd/paths.ts';

/** Units of the system manager, and the one that users install for themselves (K3s documentation, rootless mode). */
const systemUnits = ['crio.service', 'podman.service'] as const;
const userUnits = ['k3s-rootless.service'] as const;

const shape = record({
  name: string('name of the unit'),
  of: string('what it runs', ['k3s', 'k3s-rootless', 'crio', 'podman']),
  manager: string('whose unit it is', ['system', 'user']),
  account: string('the account whose manager runs it'),
});

const touches: Touches = [
  unitsOfK3s,
  ...systemUnits.flatMap((name) => unitNamed(name, 'system')),
  forAccount(unitNamed('k3s-rootless.service', 'user'), anyone),
  rootlessUse,
];

export const runtimeUnit = defineKind({
  name: 'runtime-unit',
  describe: 'An installed service unit of K3s, CRI-O or Podman, of the system or of a rootless user.',
  main: 'name',
  fields: { name: { type: 'string', required: true, describe: 'name of a unit of the system' } },
  shape,
  touches: () => touches,
  *learn(query): Asking<Fact> {
    const found = yield* look(query.name, 'system', rootAccount);
    return found ? ('fact' in found ? found.fact : found) : missing({ path: '/etc/systemd/system' });
  },
  find: {
    shape,
    none: 'no service unit of K3s, CRI-O or Podman was found',
    touches: () => touches,
    *learn(as): Asking<Subjects> {
      const users = yield* rootlessUse(as);
      const accounts: Account[] =
        users.is === 'unknown' ? [] : users.each.filter((u) => u.rootless !== false).map(({ entry: { name, uid, gid, home } }) => ({ name, uid, gid, home }));
      const k3s = yield* unitsOfK3s();
      const system = yield* together([...k3s.names, ...systemUnits].map((name) => look(name, 'system', rootAccount)));
      const own = yield* together(accounts.flatMap((account) => userUnits.map((name) => look(name, 'user', account))));
      const found = [...system, ...own].filter((f) => f !== undefined);
      const each = found.filter((f): f is Subject => 'fact' in f);
      const hidden = found.find((f): f is Unknown => !('fact' in f)) ?? k3s.hidden ?? (users.is === 'unknown' ? users : users.elsewhere);
      const consulted = [
        { path: '/etc/systemd/system' },
        { path: '/usr/lib/systemd/system' },
        ...accounts.map((a) => ({ path: `${a.home}/.config/systemd/user` })),
      ];
      return { is: 'known', each, consulted, ...(hidden ? { incomplete: hidden } : {}) };
    },
  },
});

/** A subject, nothing when it is not installed, or why that could not be told. */
function* look(name: string, manager: Manager, as: Account): Asking<Subject | Unknown | undefined> {
  const loaded = yield* loadUnit(name, { manager, as });
  if (loaded.is === 'unknown') return loaded;
  if (!loaded.exists) return undefined;
  const where = { path: loaded.fragment?.path ?? '' };
  const of = /^(crio|podman|k3s-rootless)\.service$/.exec(name)?.[1] ?? 'k3s';
  const fact: Known = new FactBuilder()
    .consulted(where)
    .set('name', name, where)
    .set('of', of, where)
    .set('manager', manager, where)
    .set('account', as.name)
    .build();
  return { key: manager === 'system' ? `unit:${name}` : `unit:${as.name}:${name}`, as, fact };
}
