/** The drivers that run probes (see ask.ts; A is an ask, R an answer). Nothing else resumes a probe. */

type Probe<A, R, T> = Generator<readonly A[], T, readonly R[]>;

/** What probes are being run on: what one of them learnt, the others need not learn again. */
interface Run {
  /** Undefined where a target is asked. */
  readonly answer?: ((ask: never) => unknown) | undefined;
  /** What sources learnt: by source, then by arguments. */
  readonly known: Map<object, Map<string, unknown>>;
  /** Whether asks are held against what was promised, as they are where a target is asked. */
  readonly held: boolean;
  readonly pace: Pace;
  /** Who holds the asks of what is running just now; see hold.ts. */
  frame?: object | undefined;
}

/** How a run gets on. `idle`: nobody asks anything, and no source has learnt anything since: all wait for each other. */
interface Pace {
  learnt: number;
  idle: boolean;
}

const newRun = (held: boolean, answer?: Run['answer'], pace: Pace = { learnt: 0, idle: false }): Run => ({ answer, known: new Map(), held, pace });

let current: Run | undefined;

/** Takes a step while this run is the current one. */
function within<T>(run: Run | undefined, step: () => T): T {
  const outer = current;
  current = run;
  try {
    return step();
  } finally {
    current = outer;
  }
}

/** Notes how many are asked next: who waits for a source that nobody runs any more may then run it itself. Returns how much was learnt so far. */
function watched(pace: Pace, asks: number, before: number): number {
  pace.idle = asks === 0 && pace.learnt === before;
  return pace.learnt;
}

/**
 * Runs a probe on answers that are already there. `held`: every ask is held against the promise of the source that makes
 * it, as on a target.
 */
export function settle<A, R, T>(probe: Probe<A, R, T>, answer: (ask: A) => R, held = current?.held ?? false): T {
  if (current?.answer === answer && current.held === held) return runOn(probe, answer, current.pace);
  const run = newRun(held, answer);
  return within(run, () => runOn(probe, answer, run.pace));
}

/** Runs probes on the same answers, one after the other: what one of them learnt, the others need not learn again. */
export function settlingOn<A, R>(answer: (ask: A) => R): <T>(probe: Probe<A, R, T>) => T {
  const run = newRun(false, answer);
  return (probe) => within(run, () => runOn(probe, answer, run.pace));
}

function runOn<A, R, T>(probe: Probe<A, R, T>, answer: (ask: A) => R, pace: Pace): T {
  let step = probe.next();
  let learnt = 0;
  while (!step.done) {
    const answers = step.value.map(answer);
    learnt = watched(pace, answers.length, learnt);
    step = probe.next(answers);
  }
  return step.value;
}

/** The results of probes where answers are already there; undefined where a target has to be asked, or asks are held. */
export function settledNow<A, R, T>(probes: readonly Probe<A, R, T>[]): T[] | undefined {
  if (!current || current.held) return undefined;
  const answer = current.answer as (ask: A) => R;
  return probes.map((p) => settle(p, answer));
}

/**
 * Runs probes on answers that are already there when their results are wanted: what they learn, and what they take up of
 * others, is that of the run that goes on now. Undefined where a target has to be asked, or asks are held.
 */
export function settlingLater(): (<A, R, T>(probe: Probe<A, R, T>) => T) | undefined {
  const run = current;
  if (!run || run.held) return undefined;
  return <A, R, T>(probe: Probe<A, R, T>) => within(run, () => runOn(probe, run.answer as (ask: A) => R, run.pace));
}

/** Whether asks are held against what was promised: always where a target is asked. */
export const asksAreHeld = (): boolean => current === undefined || current.held;

/** What a source learnt in this run before; undefined where there is no run. */
export function knownOf(source: object): Map<string, unknown> | undefined {
  if (!current) return undefined;
  const known = current.known.get(source) ?? new Map<string, unknown>();
  current.known.set(source, known);
  return known;
}

/** Who holds the asks of what is running just now. */
export const frameNow = (): object | undefined => current?.frame;

/** Takes a step whose asks are held by this frame. */
export function withFrame<T>(frame: object, step: () => T): T {
  const run = current;
  if (!run) return step();
  const outer = run.frame;
  run.frame = frame;
  try {
    return step();
  } finally {
    run.frame = outer;
  }
}

/** A source has ended: somebody may have waited for it. */
export function somethingIsLearnt(): void {
  if (current) current.pace.learnt++;
}

/** Whether all wait for each other, as they do for what a crash has ended. One of them is told so, and goes on. */
export function mayStopWaiting(): boolean {
  const idle = current?.pace.idle ?? true;
  if (current) current.pace.idle = false;
  return idle;
}

/** Runs a probe with its asks changed. What it learns is its own: others put other asks. */
export function* asking<A, R, T>(probe: Probe<A, R, T>, change: (ask: A) => A): Probe<A, R, T> {
  const answer = current?.held ? undefined : (current?.answer as ((ask: A) => R) | undefined);
  if (answer) return settle(probe, (ask) => answer(change(ask)));
  const inner = current && newRun(true, undefined, current.pace);
  let step = within(inner, () => probe.next());
  while (!step.done) {
    const answers = yield step.value.map(change);
    step = within(inner, () => probe.next(answers));
  }
  return step.value;
}

/** Runs a probe on answers that arrive batch by batch. Where it asks nothing, nobody is asked. */
export async function settleAsync<A, R, T>(probe: Probe<A, R, T>, answer: (asks: readonly A[]) => Promise<readonly R[]>): Promise<T> {
  const run = newRun(true);
  let learnt = 0;
  let step = within(run, () => probe.next());
  while (!step.done) {
    const answers = step.value.length > 0 ? await answer(step.value) : [];
    learnt = watched(run.pace, answers.length, learnt);
    step = within(run, () => probe.next(answers));
  }
  return step.value;
}
