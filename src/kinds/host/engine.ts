/** Kind `engine`: the container engines that act for accounts. */
import type { Account, Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Known, missing, type Subject, type Subjects } from '../../facts/fact.ts';
import { accountOf, rootAccount, rootlessUse } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, number, record, string } from '../../facts/shape.ts';

const engineShape = record({ rootful: boolean('acts as root'), name: string('login name'), uid: number('user id'), home: string('home directory') });

/** Podman has no daemon: one engine for root, and one for each account that runs containers without root. */
export const engine = defineKind({
  name: 'engine',
  describe: 'The container engines of a host, for forEach: the host itself (root), then one for each rootless user.',
  main: 'account',
  fields: { account: { type: 'string', required: true, describe: 'login name' } },
  shape: engineShape,
  touches: () => [rootlessUse],
  *learn(query): Asking<Fact> {
    if (query.account === rootAccount.name) return engineFact(rootAccount, true);
    const uses = yield* rootlessUse(rootAccount);
    if (uses.is === 'unknown') return missing(...uses.where);
    const use = uses.each.find((u) => u.rootless === true && u.entry.name === query.account);
    return use ? engineFact(use.entry, false) : missing(...uses.consulted);
  },
  find: { shape: engineShape, touches: () => [rootlessUse], learn: engines },
});

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
