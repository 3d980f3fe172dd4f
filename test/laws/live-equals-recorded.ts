/** Law 2: a host judged live gives the verdicts of its recording, written and read back. */
import { isDeepStrictEqual } from 'node:util';
import { replay } from '../../src/collect/record.ts';
import { readSnapshot, writeSnapshot } from '../../src/collect/snapshot/snapshot.ts';
import type { Ask } from '../../src/facts/ask.ts';
import { settle } from '../../src/facts/settle.ts';
import { inspect } from '../../src/inspect.ts';
import { collect, lookerOf } from '../../src/scan.ts';
import { lookerAt } from '../../src/try.ts';
import type { RuleTried } from './every-rule.ts';
import { answersTo, count, whole } from './judging.ts';

export async function* liveEqualsRecorded({ rule, tried }: RuleTried): AsyncGenerator<string> {
  for (const t of tried) {
    const selection = { byName: true, wants: () => true, params: Object.entries(t.trial.params).map(([name, value]) => ({ rule: rule.id, name, value })) };
    const order = { pack: { rules: [rule], profiles: [], digest: '' }, selection };
    const { audited, given } = lookerAt(t.host);
    const answer = answersTo(t.host);
    const running = given.running !== false;
    const host = { kind: 'local', name: 'h', user: audited, running, target: { answer: async (asks: readonly Ask[]) => asks.map(answer) } };
    const takenAt = new Date((given.now ?? 0) * 1000).toISOString();
    count(2);
    const snapshot = await collect(host, [order], { takenAt, files: given.files, accounts: given.accounts ?? [], tool: { version: '0' } });
    const filed = readSnapshot(Buffer.from(writeSnapshot(snapshot)), 'filed');
    if (filed.truncated) yield `${t.trial.it}: the recording is cut off`;
    const recorded = settle(inspect(order, lookerOf(filed)), replay(filed)).verdicts;
    const live = whole(rule, t).inspection.verdicts;
    if (!isDeepStrictEqual(recorded, live)) yield `${t.trial.it}: recorded ${JSON.stringify(recorded)}, live ${JSON.stringify(live)}`;
  }
}
