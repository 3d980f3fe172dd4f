/** Kind `engine`: the container engines that act for accounts. */
import type { Account, Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Hidden, type Known, missing, type Subject, type Subjects } from '../../facts/fact.ts';
import { accountOf, rootAccount } from '../../facts/host/accounts.ts';
import { meantAccounts } from '../../facts/host/meant-accounts.ts';
import { defineKind, type Given } from '../../facts/kind.ts';
import { boolean, number, record, string } from '../../facts/shape.ts';

const engineShape = record({ rootful: boolean('acts as root'), name: string('login name'), uid: number('user id'), home: string('home directory') });

/** Podman has no daemon: one engine for root, and one for each account that runs containers without root. */
export const engine = defineKind({
  name: 'engine',
  describe: 'The container engines of a host, for forEach: the host itself (root), then one for each rootless user.',
  main: 'account',
  fields: { account: { type: 'string', required: true, describe: 'login name' } },
  shape: engineShape,
  touches: () => [meantAccounts],
  *learn(query, _as, { accounts = [] }): Asking<Fact> {
    if (query.account === rootAccount.name) return engineFact(rootAccount, true);
    const uses = yield* meantAccounts(rootAccount, accounts);
    if (uses.is === 'unknown') return missing(...uses.where);
    const use = uses.each.find((u) => u.rootless === true && u.entry.name === query.account);
    return use ? engineFact(use.entry, false) : missing(...uses.consulted);
  },
  find: {
    none: 'neither root nor any account uses Podman here',
    shape: engineShape,
    ofAccounts: true,
    touches: () => [meantAccounts],
    learn: engines,
  },
});

function* engines(as: Account, { accounts = [] }: Given): Asking<Subjects> {
  const host: Subject = { key: '', as: rootAccount, roots: true, fact: engineFact(rootAccount, true) };
  const uses = yield* meantAccounts(as, accounts);
  if (uses.is === 'unknown') return { is: 'known', each: [host], incomplete: uses, hidden: [{ of: 'others', why: uses }], consulted: uses.where };
  const hidden: Hidden[] = [
    ...uses.each.flatMap(({ entry, rootless }) => (typeof rootless === 'object' ? [{ of: entry.uid, why: rootless }] : [])),
    ...(uses.elsewhere ? [{ of: 'others' as const, why: uses.elsewhere }] : []),
  ];
  const each = [
    host,
    ...uses.each.filter((u) => u.rootless === true).map((u) => ({ key: `user:${u.entry.name}`, as: accountOf(u), fact: engineFact(u.entry, false) })),
  ];
  return { is: 'known', each, consulted: uses.consulted, ...(hidden[0] ? { incomplete: hidden[0].why, hidden } : {}) };
}

function engineFact(account: Account, rootful: boolean): Known {
  const fact = new FactBuilder().set('rootful', rootful);
  for (const field of ['name', 'uid', 'home'] as const) fact.set(field, account[field]);
  return fact.build();
}
