/** Kind `user`: accounts, their subordinate ids, and which of them run containers without root. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Known, missing, type Subject, type Subjects, type Unknown } from '../../facts/fact.ts';
import { accountOf, type RootlessUse, rootAccount } from '../../facts/host/accounts.ts';
import { meantAccounts } from '../../facts/host/meant-accounts.ts';
import { type SubIds, subIds } from '../../facts/host/subids.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, number, record, string } from '../../facts/shape.ts';

const ids = record(
  {
    count: number('how many ids in all'),
    ranges: list(record({ start: number('first id'), count: number('how many') }), 'the ranges, in file order'),
    broken: list(string('why Podman refuses the range'), 'ranges that stop every rootless command'),
    free: number('the first id of a range of 65536 that no other account has; unset where a service gives them'),
  },
  'subordinate ids of the account',
);

const shape = record({
  name: string('login name'),
  uid: number('user id'),
  gid: number('primary group id'),
  home: string('home directory'),
  shell: string('login shell'),
  rootless: boolean(
    'runs containers without root, or will: named with --account or, where none is, an account that may linger, owns container files or units, runs them now, or inspects, also through sudo',
  ),
  linger: boolean('its services start at boot and outlive its sessions (loginctl enable-linger)'),
  k3sRootless: boolean('has a k3s-rootless unit or K3s data in its home'),
  subuid: ids,
  subgid: ids,
});

const idlers = new WeakMap<RootlessUse, Known>();

/** Nobody wants to know the ranges of those who run no containers: there may be thousands of them. */
function describeIdle(use: RootlessUse): Known {
  const fact = idlers.get(use) ?? factOf(use).build();
  idlers.set(use, fact);
  return fact;
}

const isIdle = ({ rootless, k3sRootless }: RootlessUse): boolean => rootless === false && k3sRootless === false;

function* describe(use: RootlessUse): Asking<Known> {
  if (isIdle(use)) return describeIdle(use);
  const [uids, gids] = yield* together([subIds('subuid', use.entry), subIds('subgid', use.entry)]);
  const fact = factOf(use);
  setIds(fact, 'subuid', uids);
  setIds(fact, 'subgid', gids);
  return fact.build();
}

function factOf(use: RootlessUse): FactBuilder {
  const { entry } = use;
  const fact = new FactBuilder().consulted(...use.where);
  for (const field of ['name', 'uid', 'gid', 'home', 'shell'] as const) fact.set(field, entry[field], entry.at);
  for (const field of ['linger', 'rootless', 'k3sRootless'] as const) {
    const value = use[field];
    if (typeof value === 'boolean') fact.set(field, value, ...use.where);
    else fact.gap(field, value);
  }
  if (typeof use.linger === 'boolean') fact.at('linger', { path: `/var/lib/systemd/linger/${entry.name}` });
  return fact;
}

function setIds(fact: FactBuilder, name: string, found: SubIds | Unknown): void {
  if (found.is === 'unknown') {
    fact.gap(name, found);
    return;
  }
  const where = found.ranges.length > 0 ? found.ranges.map((r) => ({ ...r.at, said: `${r.start} to ${r.start + r.count - 1}` })) : found.consulted;
  fact.set(
    name,
    {
      count: found.count,
      ranges: found.ranges.map((r) => ({ start: r.start, count: r.count })),
      broken: found.broken.map((b) => b.said ?? ''),
      ...(found.free === undefined ? {} : { free: found.free }),
    } satisfies Json,
    ...where,
  );
  if (found.broken.length > 0) fact.at([name, 'broken'], ...found.broken);
}

const subjectOf = (use: RootlessUse, fact: Known): Subject => ({ key: `user:${use.entry.name}`, as: accountOf(use), fact });

export const user = defineKind({
  name: 'user',
  describe: 'An account: its ids, home, subordinate ids, lingering, and whether it runs containers without root.',
  main: 'name',
  fields: { name: { type: 'string', required: true, describe: 'login name' } },
  shape,
  touches: () => [meantAccounts, subIds],
  // Under forEach `as` is the subject, not who inspects, so nobody counts for inspecting here.
  *learn(query, _as, { accounts = [] }): Asking<Fact> {
    const uses = yield* meantAccounts(rootAccount, accounts);
    if (uses.is === 'unknown') return uses;
    const use = uses.each.find((u) => u.entry.name === query.name);
    return use ? yield* describe(use) : missing(...uses.consulted);
  },
  find: {
    none: 'no account of this host runs containers without root',
    shape,
    ofAccounts: true,
    touches: () => [meantAccounts, subIds],
    *learn(as, { accounts = [] }): Asking<Subjects> {
      const uses = yield* meantAccounts(as, accounts);
      if (uses.is === 'unknown') return uses;
      const facts = yield* together(uses.each.map(describe));
      const each = uses.each.map((use, at) => subjectOf(use, facts[at] as Known));
      return {
        is: 'known',
        each,
        consulted: uses.consulted,
        ...(uses.elsewhere ? { incomplete: uses.elsewhere, hidden: [{ of: 'others', why: uses.elsewhere }] } : {}),
      };
    },
  },
});
