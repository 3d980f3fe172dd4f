/** Kinds `user` and `engine`: accounts, and the container engines that act for them. */
import { type Account, type Asking, together } from '../ask.ts';
import { type Fact, FactBuilder, type Json, type Known, missing, type Subject, type Subjects, type Unknown } from '../fact.ts';
import type { Kind } from '../kind.ts';
import { boolean, list, number, record, string } from '../shape.ts';
import { type RootlessUse, rootAccount, rootlessTouches, rootlessUse } from './accounts.ts';
import { type SubIds, subIds, subIdTouches } from './subids.ts';

const ids = record(
  {
    count: number('how many ids in all'),
    ranges: list(record({ start: number('first id'), count: number('how many') }), 'the ranges, in file order'),
    broken: list(string('why Podman refuses the range'), 'ranges that stop every rootless command'),
  },
  'subordinate ids of the account',
);

const shape = record({
  name: string('login name'),
  uid: number('user id'),
  gid: number('primary group id'),
  home: string('home directory'),
  shell: string('login shell'),
  rootless: boolean('runs containers without root: an ordinary account that may linger, owns container files, or inspects'),
  linger: boolean('its services start at boot and outlive its sessions (loginctl enable-linger)'),
  k3sRootless: boolean('has a k3s-rootless unit or K3s data in its home'),
  subuid: ids,
  subgid: ids,
});

function* describe(use: RootlessUse): Asking<Known> {
  const { entry } = use;
  const [uids, gids] = yield* together([subIds('subuid', entry), subIds('subgid', entry)]);
  const fact = new FactBuilder().consulted(...use.where);
  for (const field of ['name', 'uid', 'gid', 'home', 'shell'] as const) fact.set(field, entry[field], entry.at);
  for (const field of ['linger', 'rootless', 'k3sRootless'] as const) {
    const value = use[field];
    if (typeof value === 'boolean') fact.set(field, value, ...use.where);
    else fact.gap(field, value);
  }
  if (typeof use.linger === 'boolean') fact.at('linger', { path: `/var/lib/systemd/linger/${entry.name}` });
  setIds(fact, 'subuid', uids);
  setIds(fact, 'subgid', gids);
  return fact.build();
}

function setIds(fact: FactBuilder, name: string, found: SubIds | Unknown | undefined): void {
  if (!found) return;
  if (found.is === 'unknown') {
    fact.gap(name, found);
    return;
  }
  const where = found.ranges.length > 0 ? found.ranges.map((r) => ({ ...r.at, said: `${r.start} to ${r.start + r.count - 1}` })) : found.consulted;
  fact.set(
    name,
    { count: found.count, ranges: found.ranges.map((r) => ({ start: r.start, count: r.count })), broken: found.broken.map((b) => b.said ?? '') } satisfies Json,
    ...where,
  );
  if (found.broken.length > 0) fact.at([name, 'broken'], ...found.broken);
}

const subjectOf = (use: RootlessUse, fact: Known): Subject => ({ key: `user:${use.entry.name}`, as: accountOf(use), fact });

const accountOf = ({ entry: { name, uid, gid, home } }: RootlessUse): Account => ({ name, uid, gid, home });

export const user: Kind = {
  name: 'user',
  describe: 'An account: its ids, home, subordinate ids, lingering, and whether it runs containers without root.',
  main: 'name',
  fields: { name: { type: 'string', required: true, describe: 'login name' } },
  shape,
  touches: () => [...rootlessTouches, ...subIdTouches],
  // Under forEach `as` is the subject, not who inspects, so nobody counts for inspecting here.
  *learn(query): Asking<Fact> {
    const uses = yield* rootlessUse(rootAccount);
    if (uses.is === 'unknown') return uses;
    const use = uses.each.find((u) => u.entry.name === query.name);
    return use ? yield* describe(use) : missing(...uses.consulted);
  },
  find: {
    shape,
    touches: () => [...rootlessTouches, ...subIdTouches],
    *learn(as): Asking<Subjects> {
      const uses = yield* rootlessUse(as);
      if (uses.is === 'unknown') return uses;
      const facts = yield* together(uses.each.map(describe));
      const each = uses.each.map((use, at) => subjectOf(use, facts[at] as Known));
      return { is: 'known', each, consulted: uses.consulted, ...(uses.elsewhere ? { incomplete: uses.elsewhere } : {}) };
    },
  },
};

const engineShape = record({ rootful: boolean('acts as root'), name: string('login name'), uid: number('user id'), home: string('home directory') });

/** Podman has no daemon: one engine for root, and one for each account that runs containers without root. */
export const engine: Kind = {
  name: 'engine',
  describe: 'The container engines of a host, for forEach: the host itself (root), then one for each rootless user.',
  main: 'account',
  fields: { account: { type: 'string', required: true, describe: 'login name' } },
  shape: engineShape,
  touches: () => rootlessTouches,
  *learn(query): Asking<Fact> {
    const found = yield* engines(rootAccount);
    if (found.is === 'unknown') return found;
    return found.each.find((s) => s.as?.name === query.account)?.fact ?? missing(...found.consulted);
  },
  find: { shape: engineShape, touches: () => rootlessTouches, learn: engines },
};

function* engines(as: Account): Asking<Subjects> {
  const host: Subject = { key: '', as: rootAccount, fact: engineFact(rootAccount, true) };
  const uses = yield* rootlessUse(as);
  if (uses.is === 'unknown') return { is: 'known', each: [host], incomplete: uses, consulted: uses.where };
  const blocked = uses.each.map((u) => u.rootless).find((r) => typeof r === 'object') ?? uses.elsewhere;
  const each = [
    host,
    ...uses.each.filter((u) => u.rootless === true).map((u) => ({ key: `user:${u.entry.name}`, as: accountOf(u), fact: engineFact(u.entry, false) })),
  ];
  return { is: 'known', each, consulted: uses.consulted, ...(blocked ? { incomplete: blocked } : {}) };
}

function engineFact(account: Account, rootful: boolean): Known {
  const fact = new FactBuilder().set('rootful', rootful);
  for (const field of ['name', 'uid', 'home'] as const) fact.set(field, account[field]);
  return fact.build();
}
