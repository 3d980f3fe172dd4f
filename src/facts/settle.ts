/** The two drivers that run probes. Nothing else resumes a probe. */
import type { AnyAnswer, Ask, Asking } from './ask.ts';

/** Runs a probe on answers that are already there. */
export function settle<T>(probe: Asking<T>, answer: (ask: Ask) => AnyAnswer): T {
  let step = probe.next();
  while (!step.done) step = probe.next(step.value.map(answer));
  return step.value;
}

/** Runs a probe on answers that arrive batch by batch. */
export async function settleAsync<T>(probe: Asking<T>, answer: (asks: readonly Ask[]) => Promise<readonly AnyAnswer[]>): Promise<T> {
  let step = probe.next();
  while (!step.done) step = probe.next(await answer(step.value));
  return step.value;
}
