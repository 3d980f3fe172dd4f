/** Work grows no faster than the number of accounts, also where a target is asked and all asks are held. */
import { expect, test } from 'vitest';
import { hostNamed } from '../../src/cli/hosts.ts';
import type { HostSpec } from '../../src/collect/composed/composed.ts';
import type { AnyAnswer, Ask } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import { rootAccount, rootlessUse } from '../../src/facts/host/accounts.ts';
import { settle } from '../../src/facts/settle.ts';
import { inspect } from '../../src/inspect.ts';
import { answersOf, lookerAt } from '../../src/try.ts';
import { pack } from '../laws/every-rule.ts';
import { withAccounts } from './accounts.ts';
import { counted } from './counted.ts';

const order = { pack, selection: { byName: true, wants: () => true, params: [] } };

interface Work {
  readonly asks: number;
  readonly comparisons: number;
  readonly verdicts: string;
}

function workWith(accounts: number, held: boolean): Work {
  const host = withAccounts(hostNamed('k3d-rootless-healthy') ?? {}, accounts);
  const answers = answersOf(host);
  // A target is asked the same once.
  const known = new Map<string, AnyAnswer>();
  let asks = 0;
  const answer = (ask: Ask): AnyAnswer => {
    asks++;
    const found = known.get(keyOf(ask)) ?? answers(ask);
    known.set(keyOf(ask), found);
    return found;
  };
  let verdicts = '';
  const comparisons = counted(() => {
    const { verdicts: all, defects } = settle(inspect(order, lookerAt(host)), answer, held);
    expect(defects).toEqual([]);
    verdicts = JSON.stringify(all);
  });
  return { asks, comparisons, verdicts };
}

test('twice the accounts are at most twice the work, and asks are held without being repeated', () => {
  const [few, many] = [workWith(6, true), workWith(12, true)];
  expect(many.asks).toBeLessThan(2.1 * few.asks);
  expect(many.comparisons).toBeLessThan(2.3 * few.comparisons);
  const free = workWith(12, false);
  expect(many.asks).toBeLessThanOrEqual(1.1 * free.asks);
  expect(many.verdicts).toBe(free.verdicts);
}, 60_000);

const usesOn = (host: HostSpec): { readonly rootless: readonly string[]; readonly elsewhere: string } => {
  const uses = settle(rootlessUse(rootAccount), answersOf(host));
  if (uses.is === 'unknown') throw new Error(uses.said);
  return { rootless: uses.each.filter((u) => u.rootless === true).map((u) => u.entry.name), elsewhere: uses.elsewhere?.said ?? '' };
};

test('of more accounts with containers than one inspection looks at, the rest is told, not passed over', () => {
  const { rootless, elsewhere } = usesOn(withAccounts(hostNamed('k3d-rootless-healthy') ?? {}, 70));
  expect(rootless).toHaveLength(64);
  expect(elsewhere).toMatch(/^70 accounts .* --account$/);
});

test('of accounts with one home, the first has what lies there, and others what is theirs', () => {
  const host = hostNamed('k3d-rootless-healthy') ?? {};
  const lines = Array.from({ length: 20 }, (_, n) => `guest${n}:x:${2000 + n}:${2000 + n}::/home/driver:/bin/bash\n`).join('');
  const shared = { ...host, files: { ...host.files, '/etc/passwd': `${host.files?.['/etc/passwd']}${lines}` } };
  expect(usesOn(shared)).toEqual({ rootless: ['driver'], elsewhere: '' });
});
