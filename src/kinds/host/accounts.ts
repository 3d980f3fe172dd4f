/** Kind `accounts`: whether anybody here runs containers or K3s without root. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown } from '../../facts/fact.ts';
import type { RootlessUse } from '../../facts/host/accounts.ts';
import { meantAccounts } from '../../facts/host/meant-accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, says, string } from '../../facts/shape.ts';

export const accounts = defineKind({
  name: 'accounts',
  noun: 'the accounts',
  describe: 'All accounts together: does any of them run containers, or K3s, without root?',
  fields: {},
  shape: record({
    anyRootless: says(boolean('an account runs containers without root'), {
      yes: 'accounts without root run containers here, and {who} does not',
      no: 'no account runs containers without root here',
    }),
    anyK3sRootless: boolean('an account has a k3s-rootless unit or K3s data in its home'),
    rootless: list(string('login name'), 'the accounts that run containers without root'),
  }),
  touches: () => [meantAccounts],
  *learn(_query, as, { accounts: names = [] }): Asking<Fact> {
    const uses = yield* meantAccounts(as, names);
    if (uses.is === 'unknown') return uses;
    const fact = new FactBuilder().consulted(...uses.consulted);
    setAny(fact, 'anyRootless', uses.each, (u) => u.rootless, uses.elsewhere);
    setAny(fact, 'anyK3sRootless', uses.each, (u) => u.k3sRootless, uses.elsewhere);
    const undecided = uses.each.map((u) => u.rootless).find((r) => typeof r === 'object') ?? uses.elsewhere;
    if (undecided) fact.gap('rootless', undecided);
    else
      fact.set(
        'rootless',
        uses.each.filter((u) => u.rootless === true).map((u) => u.entry.name),
        ...uses.consulted,
      );
    return fact.build();
  },
});

/** One yes decides; without one, an account that could not be seen leaves it open. */
function setAny(fact: FactBuilder, field: string, each: readonly RootlessUse[], of: (u: RootlessUse) => RootlessUse['rootless'], elsewhere?: Unknown): void {
  const yes = each.find((u) => of(u) === true);
  const open = each.map(of).find((r) => typeof r === 'object') ?? elsewhere;
  if (yes) fact.set(field, true, ...yes.where);
  else if (open) fact.gap(field, open);
  else fact.set(field, false);
}
