/** The two drivers that run probes (see ask.ts; A is an ask, R an answer). Nothing else resumes a probe. */

type Probe<A, R, T> = Generator<readonly A[], T, readonly R[]>;

/** The recording that probes are being settled on: what one of them learnt, the others need not learn again. */
interface Recording {
  readonly answer: (ask: never) => unknown;
  /** Results of shared probes by name. */
  readonly known: Map<string, unknown>;
}

let current: Recording | undefined;

/** Runs a probe on answers that are already there. */
export function settle<A, R, T>(probe: Probe<A, R, T>, answer: (ask: A) => R): T {
  const outer = current;
  current = outer?.answer === answer ? outer : { answer, known: new Map() };
  try {
    let step = probe.next();
    while (!step.done) step = probe.next(step.value.map(answer));
    return step.value;
  } finally {
    current = outer;
  }
}

/** The results of probes where answers are already there; undefined where a target has to be asked. */
export function settledNow<A, R, T>(probes: readonly Probe<A, R, T>[]): T[] | undefined {
  const answer = current?.answer as ((ask: A) => R) | undefined;
  return answer && probes.map((p) => settle(p, answer));
}

/**
 * A probe that many others start with. On a recording it runs once for each `name`, which must hold all that it depends
 * on; its result must not be changed. A target is asked each time: what was asked there before is not asked again anyway.
 */
export function* shared<A, R, T>(name: string, probe: () => Probe<A, R, T>): Probe<A, R, T> {
  const known = current?.known;
  if (!known) return yield* probe();
  if (known.has(name)) return known.get(name) as T;
  const result = yield* probe();
  known.set(name, result);
  return result;
}

/** Runs a probe with its asks changed. What it learns is its own: others put other asks. */
export function* asking<A, R, T>(probe: Probe<A, R, T>, change: (ask: A) => A): Probe<A, R, T> {
  const answer = current?.answer as ((ask: A) => R) | undefined;
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
