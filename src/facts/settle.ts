/** The drivers that run probes (see ask.ts; A is an ask, R an answer). Nothing else resumes a probe. */

type Probe<A, R, T> = Generator<readonly A[], T, readonly R[]>;

/** The recording that probes are being settled on: what one of them learnt, the others need not learn again. */
interface Recording {
  readonly answer: (ask: never) => unknown;
  /** What sources learnt: by source, then by arguments. */
  readonly known: Map<object, Map<string, unknown>>;
  /** Whether asks are held against what was promised, as they are where a target is asked. */
  readonly held: boolean;
}

let current: Recording | undefined;

/**
 * Runs a probe on answers that are already there. `held`: every ask is held against the promise of the source that makes
 * it, and nothing is shared, as on a target.
 */
export function settle<A, R, T>(probe: Probe<A, R, T>, answer: (ask: A) => R, held = current?.held ?? false): T {
  const outer = current;
  current = outer?.answer === answer && outer.held === held ? outer : { answer, known: new Map(), held };
  try {
    let step = probe.next();
    while (!step.done) step = probe.next(step.value.map(answer));
    return step.value;
  } finally {
    current = outer;
  }
}

/** The results of probes where answers are already there; undefined where a target has to be asked, or asks are held. */
export function settledNow<A, R, T>(probes: readonly Probe<A, R, T>[]): T[] | undefined {
  if (!current || current.held) return undefined;
  const answer = current.answer as (ask: A) => R;
  return probes.map((p) => settle(p, answer));
}

/** Whether asks are held against what was promised: always where a target is asked. */
export const asksAreHeld = (): boolean => current === undefined || current.held;

/** What a source learnt on this recording before; undefined where asks are held or a target is asked. */
export function knownOf(source: object): Map<string, unknown> | undefined {
  if (!current || current.held) return undefined;
  const known = current.known.get(source) ?? new Map<string, unknown>();
  current.known.set(source, known);
  return known;
}

/** Runs a probe with its asks changed. What it learns is its own: others put other asks. */
export function* asking<A, R, T>(probe: Probe<A, R, T>, change: (ask: A) => A): Probe<A, R, T> {
  const answer = current?.held ? undefined : (current?.answer as ((ask: A) => R) | undefined);
  if (answer) return settle(probe, (ask) => answer(change(ask)));
  let step = probe.next();
  while (!step.done) step = probe.next(yield step.value.map(change));
  return step.value;
}

/** Runs a probe on answers that arrive batch by batch. */
export async function settleAsync<A, R, T>(probe: Probe<A, R, T>, answer: (asks: readonly A[]) => Promise<readonly R[]>): Promise<T> {
  let step = probe.next();
  while (!step.done) step = probe.next(await answer(step.value));
  return step.value;
}
