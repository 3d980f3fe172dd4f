import { describe, expect, test } from 'vitest';
import { replay } from '../../src/collect/record.ts';
import { readSnapshot, writeSnapshot } from '../../src/collect/snapshot/snapshot.ts';
import { thisAccount } from '../../src/collect/targets/local.ts';
import type { AnyAnswer, Ask } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { matcher, mayFollow } from '../../src/facts/pattern.ts';
import { settle } from '../../src/facts/settle.ts';
import { inspect } from '../../src/inspect.ts';
import { kindsByName } from '../../src/kinds/kinds.ts';
import { plan } from '../../src/plan/plan.ts';
import { lookerOf, scan } from '../../src/scan.ts';
import { answersOf, lookerAt } from '../../src/try.ts';
import { essence, everyRule, judge, problems } from './every-rule.ts';

const denied: AnyAnswer = { is: 'blocked', why: 'denied' };

test('the shipped rules hold no mistakes', () => {
  expect(problems).toEqual([]);
  expect(everyRule.length).toBeGreaterThan(80);
});

describe.each(everyRule)('$rule.id', ({ rule, tried }) => {
  test('its cases show at least a pass and a fail', () => {
    const outcomes = new Set(tried.flatMap((t) => Object.values(t.trial.gives)));
    expect([...outcomes]).toContain('fail');
    expect([...outcomes]).toContain('unknown');
    expect([...outcomes]).toContain('pass');
  });

  test('law 1: with every answer denied, nothing passes', () => {
    for (const t of tried) {
      const { verdicts, defects } = judge(rule, t, () => denied);
      expect(defects).toEqual([]);
      expect(verdicts.length).toBeGreaterThan(0);
      for (const v of verdicts) expect(v.outcome, `${t.trial.it}: ${v.message}`).toBe('unknown');
    }
  });

  test('law 2: live equals recorded', async () => {
    for (const t of tried) {
      const selection = { byName: true, wants: () => true, params: Object.entries(t.trial.params).map(([name, value]) => ({ rule: rule.id, name, value })) };
      const order = { pack: { rules: [rule], profiles: [], digest: '' }, selection };
      const { audited, given } = lookerAt(t.host);
      const answer = answersOf(t.host);
      const host = { kind: 'local', name: 'h', user: audited, target: { answer: async (asks: readonly Ask[]) => asks.map(answer) } };
      const takenAt = new Date((given.now ?? 0) * 1000).toISOString();
      const { snapshot } = await scan(host, order, { takenAt, files: given.files, tool: { version: '0' } });
      const filed = readSnapshot(Buffer.from(writeSnapshot(snapshot)), 'filed');
      expect(filed.truncated).toBe(false);
      expect(settle(inspect(order, lookerOf(filed)), replay(filed)).verdicts).toEqual(judge(rule, t).verdicts);
    }
  });

  test.each(['not-recorded', 'denied'] as const)('law 3: taking any answer away (%s) moves a verdict only to unknown', (why) => {
    const wrong: string[] = [];
    for (const t of tried) {
      const asked = new Map<string, Ask>();
      const before = essence(judge(rule, t, undefined, asked).verdicts);
      for (const key of asked.keys()) {
        const { verdicts } = judge(rule, t, (ask, a) => (keyOf(ask) === key ? { is: 'blocked', why } : a));
        const after = essence(verdicts);
        const tell = (subject: string, from: string, to: string): void =>
          void wrong.push(
            `${t.trial.it}: without "${key}" the verdict on "${subject}" went from ${from} to ${to}: ${verdicts.map((v) => v.message).join(' | ')}`,
          );
        const open = verdicts.some((v) => v.outcome === 'unknown' && (v.subject === undefined || v.subject === '(others)'));
        for (const [subject, outcome] of Object.entries(before)) {
          const now = after[subject];
          // "None of them" may become "perhaps this one" for each that was found.
          const nobody = subject === '' && outcome.startsWith('not-applicable') && Object.keys(after).length > 0;
          if (now === undefined ? !open && !nobody : now !== outcome && !now.startsWith('unknown')) tell(subject, outcome, now ?? 'nothing');
        }
        for (const [subject, outcome] of Object.entries(after)) {
          if (before[subject] === undefined && !outcome.startsWith('unknown')) tell(subject, 'nothing', outcome);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('law 5: asks stay within the plan whoever inspects', () => {
    const somebody = { name: 'somebody', uid: 4321, gid: 4321, home: '/srv/somebody' };
    for (const t of tried) expect(judge(rule, { ...t, host: { ...t.host, user: somebody } }, undefined, undefined, true).defects).toEqual([]);
  });

  test('law 5: asks stay within the printed plan', () => {
    const printed = plan([rule], kindsByName, (r, name) => r.params[name]?.default ?? null);
    for (const t of tried) {
      const asked = new Map<string, Ask>();
      const { defects } = judge(rule, t, undefined, asked, true);
      expect(defects).toEqual([]);
      if (Object.keys(t.trial.params).length > 0) continue;
      const accounts = [rootAccount, thisAccount(), ...(t.host.user ? [t.host.user] : []), ...accountsIn(t.host.files?.['/etc/passwd'])];
      for (const ask of asked.values()) {
        expect(
          accounts.some((as) => printed.some((p) => matcher(p.pattern, as)(ask) || mayFollow([p.pattern], ask))),
          `"${keyOf(ask)}" is in no printed pattern`,
        ).toBe(true);
      }
    }
  });
});

function accountsIn(passwd: unknown): { name: string; uid: number; gid: number; home: string }[] {
  const text = typeof passwd === 'string' ? passwd : ((passwd as { content?: string } | undefined)?.content ?? '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home] = line.split(':');
    return name && home !== undefined ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [];
  });
}
