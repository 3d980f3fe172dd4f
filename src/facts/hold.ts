/**
 * Where a target is asked, asks are held against what was promised: each one by every probe and source that it passes on
 * its way up. What a source learns is shared there as on a recording; what it asked for that is held against the promises
 * of all who take it up.
 */
import { type Account, type AnyAnswer, type Ask, type Asking, accountKey } from './ask.ts';
import { keyOf } from './asks.ts';
import { anyone, type Ground } from './ground.ts';
import { allowing, follows, isGiven, isPath, type Matcher, mayFollow, type Pattern } from './pattern.ts';
import { asksAreHeld, frameNow, knownOf, mayStopWaiting, somethingIsLearnt, withFrame } from './settle.ts';

/** A probe asked for what neither it nor anything it stands on has promised: a defect in pretrip, never the target's fault. */
class OutsideThePlan extends Error {}

/** By whom an ask was let through last. `open`: its path was promised in words, and no answer that names it was seen there. */
interface Voucher {
  readonly by: Ground;
  readonly open: boolean;
}

const vouched = new WeakMap<Ask, Voucher>();

/** The ask as somebody let it through. */
function vouching(ask: Ask, voucher: Voucher): Ask {
  const copy = { ...ask };
  vouched.set(copy, voucher);
  return copy;
}

/** Who has put an ask of its own, for the law that demands that promises are kept. */
export type Witness = (by: Ground, ask: Ask, as: Account | undefined) => void;
let witness: Witness | undefined;

/** Has every ask of its own that a source makes told, while asks are held. */
export function watchAsks<T>(told: Witness, during: () => T): T {
  witness = told;
  try {
    return during();
  } finally {
    witness = undefined;
  }
}

/** What a held probe asked for: itself, and what it took up of what sources had learnt. */
interface Asked {
  readonly by: Ground;
  readonly account: Account;
  readonly answers: AnyAnswer[];
  /** Let through and settled; those that are still open stand in `open`, also those of what it took up. */
  readonly closed: Ask[];
  readonly open: Ask[];
  readonly took: Set<Asked>;
}

/** A probe that is held, and the one that it runs in. `outermost`: nobody further up can have seen what names a path. */
interface Frame extends Asked {
  readonly outermost: boolean;
  readonly above: Frame | undefined;
}

/**
 * Runs a probe and holds its asks against what it promised: an ask of its own against its own patterns, one that a source
 * below let through against what it said it would ask that source. `as` is the account in question. A recording may be
 * asked anything, so nothing is held there.
 *
 * What names a path may be an argument: then the answer that it stands in was seen further up, at last by the outermost probe.
 */
export function* hold<T>(ground: () => Ground, as: Account | undefined, probe: Asking<T>, outermost = false): Asking<T> {
  if (!asksAreHeld()) return yield* probe;
  return yield* holdIn(frameFor(ground(), as, outermost), as, probe);
}

const frameFor = (by: Ground, as: Account | undefined, outermost: boolean): Frame => ({
  by,
  account: as ?? anyone,
  answers: [],
  closed: [],
  open: [],
  took: new Set(),
  outermost,
  above: frameNow() as Frame | undefined,
});

function* holdIn<T>(frame: Frame, as: Account | undefined, probe: Asking<T>): Asking<T> {
  let step = withFrame(frame, () => probe.next());
  while (!step.done) {
    const passed = step.value.map((ask) => {
      if (!vouched.has(ask)) witness?.(frame.by, ask, as);
      return pass(frame, ask);
    });
    const answers = yield passed;
    frame.answers.push(...answers);
    step = withFrame(frame, () => probe.next(answers));
  }
  return step.value;
}

/** Lets an ask through, or ends the probe. */
function pass(frame: Frame, ask: Ask): Ask {
  const { by, closed, open, outermost } = frame;
  const way = letThrough(frame, ask);
  if (!way || (way.open && outermost)) {
    const voucher = vouched.get(ask);
    throw new OutsideThePlan(`${by.name} asks outside its plan: ${keyOf(ask)}${voucher ? ` (through ${voucher.by.name})` : ''}`);
  }
  const copy = vouching(ask, { by, open: way.open });
  (way.open ? open : closed).push(copy);
  return copy;
}

/** Whether a ground lets an ask through, and whether it is still open what has named its path. */
function letThrough(frame: Frame, ask: Ask): { readonly open: boolean } | undefined {
  const { by, account } = frame;
  const voucher = vouched.get(ask);
  const below = by.on.filter((g) => g.origin === voucher?.by.origin);
  if (below.some((g) => allowed(g.touches, account)(ask))) return { open: false };
  const named = below.find((g) => mayFollow(g.touches, ask));
  if (named) return { open: voucher?.open === true && !follows(named.touches, account, ask, seenBy(frame)) };
  if (allowed(by.own, account)(ask)) return { open: false };
  return mayFollow(by.own, ask) ? { open: !follows(by.own, account, ask, seenBy(frame)) } : undefined;
}

/** All answers that a probe has seen, also to what it took up. */
function* seenBy(asked: Asked, told = new Set<Asked>()): Generator<AnyAnswer> {
  told.add(asked);
  yield* asked.answers;
  for (const took of asked.took) if (!told.has(took)) yield* seenBy(took, told);
}

/** What a source is learning, or has learnt, from a target. */
interface Call {
  readonly asked: Frame;
  learnt?: { readonly result: unknown };
}

/** A source with its arguments. `key` tells those of one `origin` apart; undefined: it is not shared. */
interface Shared<T> {
  readonly ground: () => Ground;
  readonly as: Account | undefined;
  readonly learn: () => Asking<T>;
  readonly key: string | undefined;
  readonly origin: object;
}

/**
 * Runs a source and holds its asks, once for each key: who wants the same while it is being learnt waits, and asks nothing
 * meanwhile.
 */
export function* holdShared<T>({ ground, as, learn, key, origin }: Shared<T>): Asking<T> {
  const calls = key === undefined ? undefined : (knownOf(origin) as Map<string, Call> | undefined);
  if (key === undefined || !calls) return yield* hold(ground, as, learn());
  for (let call = calls.get(key); call; call = calls.get(key)) {
    if (call.learnt) {
      takeUp(call.asked);
      return call.learnt.result as T;
    }
    if (mayStopWaiting()) break;
    yield [];
  }
  const call: Call = { asked: frameFor(ground(), as, false) };
  calls.set(key, call);
  try {
    const result = yield* holdIn(call.asked, as, learn());
    call.learnt = { result };
    return result;
  } finally {
    // Whoever waits for what ended without a result runs it anew, and ends in the same way.
    if (!call.learnt && calls.get(key) === call) calls.delete(key);
    somethingIsLearnt();
  }
}

/** Holds all that was asked for a shared result against the promises of those who want it, from the innermost probe up. */
function takeUp(call: Asked): void {
  let via = call;
  let open: readonly Ask[] = call.open;
  for (let frame = frameNow() as Frame | undefined; frame && !frame.took.has(call); frame = frame.above) {
    const holder: Frame = frame;
    const before = holder.open.length;
    if (!letsAllThrough(holder, via, call)) for (const ask of closedIn(call)) pass(holder, vouching(ask, { by: via.by, open: false }));
    holder.took.add(call);
    for (const ask of open) pass(holder, vouching(ask, { by: via.by, open: true }));
    open = holder.open.slice(before);
    via = holder;
  }
}

/** Whether what comes through `via` is allowed here by the very patterns by which it was let through there, or else by others. */
const letsAllThrough = ({ by, account }: Frame, via: Asked, call: Asked): boolean =>
  by.on.some(
    (g) =>
      g.origin === via.by.origin &&
      ((g.touches === via.by.touches && keyFor(g.touches, account) === keyFor(g.touches, via.account)) || covers(g.touches, account, call)),
  );

const covered = new WeakMap<Asked, Map<readonly Pattern[], Map<string, boolean>>>();

/** Whether patterns, read for an account, allow all that was asked, what was taken up included. */
function covers(patterns: readonly Pattern[], account: Account, asked: Asked): boolean {
  const lists = covered.get(asked) ?? new Map<readonly Pattern[], Map<string, boolean>>();
  covered.set(asked, lists);
  const known = lists.get(patterns) ?? new Map<string, boolean>();
  lists.set(patterns, known);
  const key = keyFor(patterns, account);
  const before = known.get(key);
  if (before !== undefined) return before;
  const allows = allowed(patterns, account);
  const all = asked.closed.every((ask) => allows(ask) || mayFollow(patterns, ask)) && [...asked.took].every((took) => covers(patterns, account, took));
  known.set(key, all);
  return all;
}

/** Every settled ask, what was taken up included. */
function* closedIn(asked: Asked, told = new Set<Asked>()): Generator<Ask> {
  told.add(asked);
  yield* asked.closed;
  for (const took of asked.took) if (!told.has(took)) yield* closedIn(took, told);
}

const matchers = new WeakMap<readonly Pattern[], Map<string, Matcher>>();

/** {@link allowing}, once for each list of patterns and account. */
function allowed(patterns: readonly Pattern[], as: Account): Matcher {
  const known = matchers.get(patterns) ?? new Map<string, Matcher>();
  matchers.set(patterns, known);
  const key = keyFor(patterns, as);
  const made = known.get(key) ?? allowing(patterns, as);
  known.set(key, made);
  return made;
}

const ofAccounts = new WeakMap<readonly Pattern[] | Pattern, boolean>();

/** Tells accounts apart for patterns that depend on them. */
function keyFor(patterns: readonly Pattern[], as: Account): string {
  const known = ofAccounts.get(patterns) ?? patterns.some(isOfAccount);
  ofAccounts.set(patterns, known);
  return known ? accountKey(as) : '';
}

/** Whether a home or an account stands in any text of a value. */
function namesAccount(value: unknown): boolean {
  if (typeof value === 'string') return /~|\{(?:uid|user)\}/.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(namesAccount);
}

/** Whether a pattern means something else for each account. */
function isOfAccount(pattern: Pattern): boolean {
  const known = ofAccounts.get(pattern) ?? ((isPath(pattern) && isGiven(pattern)) || namesAccount(pattern));
  ofAccounts.set(pattern, known);
  return known;
}
