/** Law 1: with every answer denied, nothing passes. */
import type { RuleTried } from './every-rule.ts';
import type { Form } from './form.ts';
import { judge } from './judging.ts';

export function* noPassWithoutLooking({ rule, tried }: RuleTried, form: Form): Generator<string> {
  const done = new Set<string>();
  for (const t of tried) {
    // Of a case whose answers are all denied nothing is left but who inspects, and with which parameters.
    const left = JSON.stringify([t.trial.params, t.host.user]);
    if (form === 'short' && done.has(left)) continue;
    done.add(left);
    // What does not apply to an image, or to a running host, is no lack of looking.
    const running = { ...t, host: { ...t.host, kind: rule.running === false ? ('image' as const) : ('live' as const) } };
    const { verdicts, defects } = judge(rule, running, () => ({ is: 'blocked', why: 'denied' }));
    for (const defect of defects) yield `${t.trial.it}: ${defect}`;
    if (verdicts.length === 0) yield `${t.trial.it}: no verdict`;
    for (const v of verdicts) if (v.outcome !== 'unknown') yield `${t.trial.it}: ${v.outcome}: ${v.message}`;
  }
}
