/** Law 3: taking any answer away moves a verdict only to unknown. */
import { keyOf } from '../../src/facts/asks.ts';
import type { RuleTried } from './every-rule.ts';
import type { Form } from './form.ts';
import { essence, judge, whole } from './judging.ts';
import { takenAway, type Way } from './taken-away.ts';

export function* monotone(subject: RuleTried, form: Form, way: Way): Generator<string> {
  for (const gone of takenAway(subject, form)) {
    if (gone.way !== way) continue;
    const before = essence(whole(subject.rule, gone.tried).inspection.verdicts);
    const { verdicts } = judge(subject.rule, gone.tried, (ask, answer) => (keyOf(ask) === gone.key ? { is: 'blocked', why: gone.way } : answer));
    const after = essence(verdicts);
    const open = verdicts.some((v) => v.outcome === 'unknown' && (v.subject === undefined || v.subject === '(others)'));
    for (const [on, from, to] of moved(before, after, open))
      yield `${gone.tried.trial.it}: without "${gone.key}" (${gone.way}) the verdict on "${on}" went from ${from} to ${to}: ${verdicts.map((v) => v.message).join(' | ')}`;
  }
}

/** Verdicts that moved otherwise than to unknown: subject, from, to. `open`: there may be subjects that were not found. */
function* moved(before: Record<string, string>, after: Record<string, string>, open: boolean): Generator<readonly [string, string, string]> {
  for (const [subject, outcome] of Object.entries(before)) {
    const now = after[subject];
    // "None of them" may become "perhaps this one" for each that was found.
    const nobody = subject === '' && outcome.startsWith('not-applicable') && Object.keys(after).length > 0;
    if (now === undefined ? !open && !nobody : now !== outcome && !now.startsWith('unknown')) yield [subject, outcome, now ?? 'nothing'];
  }
  for (const [subject, outcome] of Object.entries(after)) {
    if (before[subject] === undefined && !outcome.startsWith('unknown')) yield [subject, 'nothing', outcome];
  }
}
