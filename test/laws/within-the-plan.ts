/** Law 5: asks stay within the printed plan, whoever inspects. */

import { thisAccount } from '../../src/collect/targets/local.ts';
import type { Account } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { matcher, mayFollow, withFiles } from '../../src/facts/pattern.ts';
import { kindsByName } from '../../src/kinds/kinds.ts';
import { plan } from '../../src/plan/plan.ts';
import type { RuleTried } from './every-rule.ts';
import { judge, whole } from './judging.ts';

const somebody: Account = { name: 'somebody', uid: 4321, gid: 4321, home: '/srv/somebody' };

export function* withinThePlanWhoeverInspects({ rule, tried }: RuleTried): Generator<string> {
  for (const t of tried) {
    for (const defect of judge(rule, { ...t, host: { ...t.host, user: somebody } }, undefined, undefined, true).defects) yield `${t.trial.it}: ${defect}`;
  }
}

export function* withinThePlan({ rule, tried }: RuleTried): Generator<string> {
  const printed = plan([rule], kindsByName, (r, name) => r.params[name]?.default ?? null);
  const patterns = printed.map((p) => p.pattern);
  for (const t of tried) {
    const { asked, unplanned } = whole(rule, t);
    for (const defect of unplanned) yield `${t.trial.it}: ${defect}`;
    if (Object.keys(t.trial.params).length > 0) continue;
    const accounts = [rootAccount, thisAccount(), ...(t.host.user ? [t.host.user] : []), ...accountsIn(t.host.files?.['/etc/passwd'])];
    const matchers = accounts.flatMap((as) => patterns.map((p) => matcher(withFiles(p, t.host.given ?? []), as)));
    for (const ask of asked.values())
      if (!matchers.some((matches) => matches(ask)) && !mayFollow(patterns, ask)) yield `${t.trial.it}: "${keyOf(ask)}" is in no printed pattern`;
  }
}

function accountsIn(passwd: unknown): Account[] {
  const text = typeof passwd === 'string' ? passwd : ((passwd as { content?: string } | undefined)?.content ?? '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home] = line.split(':');
    return name && home !== undefined ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [];
  });
}
