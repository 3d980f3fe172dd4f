/**
 * What an unknown verdict says is missing decides it: some answers of a case's host are taken away, then exactly the
 * missing ones are given back, and so on until nothing is missing. The verdicts must be those of the whole host.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Snapshot, snapshotOf } from '../../src/collect/snapshot/snapshot.ts';
import type { AnyAnswer, Ask } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { judgeSnapshot } from '../../src/scan.ts';
import { answersOf } from '../../src/try.ts';
import type { Missing, Report } from '../../src/verdicts/report.ts';
import { essence, everyRule, judge, type Tried } from './every-rule.ts';

/** A report on the answers that are left. */
function report(rule: (typeof everyRule)[number]['rule'], { trial, host }: Tried, asked: ReadonlyMap<string, Ask>, given: (ask: Ask) => AnyAnswer): Report {
  const user = host.user ?? rootAccount;
  const header = {
    pretrip: 'snapshot/1',
    kind: 'local',
    name: 'h',
    takenAt: new Date((host.takenAt ?? 1_800_000_000) * 1000).toISOString(),
    user,
    tool: '0',
    ...(host.given ? { files: host.given } : {}),
  } as const;
  const snapshot: Snapshot = snapshotOf(
    header,
    [...asked.values()].map((ask) => ({ ask, answer: given(ask) })),
  );
  const selection = { byName: true, wants: () => true, params: Object.entries(trial.params).map(([name, value]) => ({ rule: rule.id, name, value })) };
  return judgeSnapshot(snapshot, { pack: { rules: [rule], profiles: [], digest: `sha256:${'0'.repeat(64)}` }, selection }, { version: '0' }).report;
}

const isAsk = (m: Missing): boolean => m.do !== 'mend' && m.do !== 'look';

/** The asks that an entry may stand for: one of the account that inspects is put without its name. */
function asksOf(m: Missing): Ask[] {
  if (!isAsk(m)) return [];
  const { because: _because, privilege: _privilege, ...ask } = m as Extract<Missing, { privilege: string }>;
  return ask.do === 'run' ? [ask as Ask, { do: 'run', argv: ask.argv }] : [ask as Ask];
}

describe.each(everyRule)('$rule.id', ({ rule, tried }) => {
  test('what is missing decides', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: tried.length - 1 }), fc.infiniteStream(fc.nat(99)), fc.integer({ min: 1, max: 99 }), (at, stream, share) => {
        const t = tried[at] as Tried;
        const whole = answersOf(t.host);
        const asked = new Map<string, Ask>();
        const wanted = essence(judge(rule, t, undefined, asked).verdicts);
        // Of an image nobody ever asks what runs: that this is blocked tells that it is one.
        const own = (key: string): boolean => key.startsWith('env PRETRIP_') || (t.host.kind === 'image' && /^(?:env|run|get) /.test(key));
        const taken = new Set([...asked.keys()].filter((key) => !own(key) && (stream.next().value as number) < share));
        const given = (ask: Ask): AnyAnswer => (taken.has(keyOf(ask)) ? { is: 'blocked', why: 'not-recorded' } : whole(ask));
        for (let round = 0; ; round++) {
          expect(round, 'rounds').toBeLessThan(40);
          const now = report(rule, t, asked, given);
          for (const v of now.verdicts) expect(v.missing === undefined, v.message).toBe(v.outcome !== 'unknown');
          const missing = now.verdicts.flatMap((v) => v.missing ?? []);
          const back = missing
            .map(asksOf)
            .filter((asks) => asks.some((a) => taken.has(keyOf(a))) || (asks.length > 0 && !asks.some((a) => asked.has(keyOf(a)))));
          if (back.length === 0) {
            expect(essence(now.verdicts), `${t.trial.it}: still taken away: ${[...taken].join(', ')}`).toEqual(wanted);
            return;
          }
          for (const ask of back.flat()) {
            taken.delete(keyOf(ask));
            // What the whole host was never asked is answered by it, too.
            asked.set(keyOf(ask), ask);
          }
        }
      }),
      { numRuns: 12, seed: 7 },
    );
  });
});
