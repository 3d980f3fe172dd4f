/**
 * What an unknown verdict says is missing decides it: some answers of a case's host are taken away, then exactly the
 * missing ones are given back, and so on until nothing is missing. The verdicts must be those of the whole host.
 */

import { isDeepStrictEqual } from 'node:util';
import { type Snapshot, snapshotOf } from '../../src/collect/snapshot/snapshot.ts';
import type { AnyAnswer, Ask } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { judgeSnapshot } from '../../src/scan.ts';
import type { Missing, Report } from '../../src/verdicts/report.ts';
import { fc } from '../property.ts';
import type { RuleTried, Tried } from './every-rule.ts';
import type { Form } from './form.ts';
import { answersTo, count, essence, whole } from './judging.ts';

/** More rounds than this decide nothing any more. */
const most = 40;

/** Cases, shares and answers are drawn; the complaint is about the smallest draw that breaks it. */
export function* missingDecides({ rule, tried }: RuleTried, form: Form): Generator<string> {
  const draws = fc.tuple(fc.integer({ min: 0, max: tried.length - 1 }), fc.infiniteStream(fc.nat(99)), fc.integer({ min: 1, max: 99 }));
  const found = fc.check(
    fc.property(draws, ([at, stream, share]) => {
      const complaint = complaintOf(rule, tried[at] as Tried, () => (stream.next().value as number) < share);
      if (complaint !== undefined) throw new Error(complaint);
    }),
    { numRuns: form === 'full' ? 60 : 12, seed: 7 },
  );
  if (found.failed) yield `${found.errorInstance instanceof Error ? `${found.errorInstance.message}; ` : ''}${fc.defaultReportMessage(found)}`;
}

/** `gone` tells of each ask in turn whether its answer is taken away. The first complaint, if there is one. */
function complaintOf(rule: Rule, tried: Tried, gone: () => boolean): string | undefined {
  const { inspection, asked: all } = whole(rule, tried);
  const asked = new Map(all);
  const wanted = essence(inspection.verdicts);
  const answer = answersTo(tried.host);
  // Of an image nobody ever asks what runs, below /proc and /sys either: that this is blocked tells that it is one.
  const cannotBeAsked = (ask: Ask): boolean => {
    const there = answer(ask);
    return there.is === 'blocked' && there.why === 'unsupported';
  };
  const own = (key: string, ask: Ask): boolean => tried.host.kind === 'image' && (/^(?:env|run|get) /.test(key) || cannotBeAsked(ask));
  const taken = new Set([...asked].flatMap(([key, ask]) => (!own(key, ask) && gone() ? [key] : [])));
  const given = (ask: Ask): AnyAnswer => (taken.has(keyOf(ask)) ? { is: 'blocked', why: 'not-recorded' } : answer(ask));
  for (let round = 0; round < most; round++) {
    const now = report(rule, tried, asked, given);
    const wrong = now.verdicts.find((v) => (v.missing === undefined) !== (v.outcome !== 'unknown'));
    if (wrong) return `${tried.trial.it}: ${wrong.outcome}, and ${wrong.missing ? 'something' : 'nothing'} is missing: ${wrong.message}`;
    const back = now.verdicts
      .flatMap((v) => v.missing ?? [])
      .map(asksOf)
      .filter((asks) => asks.some((a) => taken.has(keyOf(a))) || (asks.length > 0 && !asks.some((a) => asked.has(keyOf(a)))));
    if (back.length === 0) {
      const came = essence(now.verdicts);
      if (isDeepStrictEqual(came, wanted)) return undefined;
      return `${tried.trial.it}: ${JSON.stringify(came)} instead of ${JSON.stringify(wanted)}; still taken away: ${[...taken].join(', ')}`;
    }
    for (const ask of back.flat()) {
      taken.delete(keyOf(ask));
      // What the whole host was never asked is answered by it, too.
      asked.set(keyOf(ask), ask);
    }
  }
  return `${tried.trial.it}: not decided after ${most} rounds`;
}

/** A report on the answers that are left. */
function report(rule: Rule, { trial, host }: Tried, asked: ReadonlyMap<string, Ask>, given: (ask: Ask) => AnyAnswer): Report {
  const user = host.user ?? rootAccount;
  const header = {
    pretrip: 'snapshot/1',
    kind: 'local',
    name: 'h',
    takenAt: new Date((host.takenAt ?? 1_800_000_000) * 1000).toISOString(),
    user,
    tool: '0',
    ...(host.given ? { files: host.given } : {}),
    ...(host.accounts ? { accounts: host.accounts } : {}),
    running: host.kind !== 'image',
  } as const;
  const snapshot: Snapshot = snapshotOf(
    header,
    [...asked.values()].map((ask) => ({ ask, answer: given(ask) })),
  );
  const selection = { byName: true, wants: () => true, params: Object.entries(trial.params).map(([name, value]) => ({ rule: rule.id, name, value })) };
  count(1);
  return judgeSnapshot(snapshot, { pack: { rules: [rule], profiles: [], digest: `sha256:${'0'.repeat(64)}` }, selection }, { version: '0' }).report;
}

const isAsk = (m: Missing): boolean => m.do !== 'mend' && m.do !== 'look';

/** The asks that an entry may stand for: one of the account that inspects is put without its name. */
function asksOf(m: Missing): Ask[] {
  if (!isAsk(m)) return [];
  const { because: _because, privilege: _privilege, ...ask } = m as Extract<Missing, { privilege: string }>;
  return ask.do === 'run' ? [ask as Ask, { do: 'run', argv: ask.argv }] : [ask as Ask];
}
