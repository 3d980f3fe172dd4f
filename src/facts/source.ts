/**
 * Sources: what several kinds learn from (a release, a merged configuration, the accounts of a host). A source carries
 * what it may ask and what it stands on; the plan, sharing on a recording, and the check that it asks nothing else all
 * follow from that.
 */
import { type Account, type AnyAnswer, type Ask, type Asking, accountKey } from './ask.ts';
import { keyOf } from './asks.ts';
import { withLater } from './later.ts';
import { allowing, follows, isGiven, isPath, type Matcher, mayFollow, type Pattern, withFiles } from './pattern.ts';
import { asksAreHeld, knownOf } from './settle.ts';

/** What may be touched: asks of its own, and sources that it stands on. */
export type Touches = readonly (Pattern | Ground)[];

/** Something that can be stood on. */
export interface Ground {
  /** Whose asks these are. */
  readonly origin: object;
  /** For messages. */
  readonly name: string;
  readonly own: readonly Pattern[];
  readonly on: readonly Ground[];
  /** All that may be asked, that of what it stands on included, with `~`, `{uid}` and `{user}` for the account in question. */
  readonly touches: readonly Pattern[];
}

/** A probe that others share. */
export interface Source<A extends readonly unknown[], T> extends Ground {
  (...given: A): Asking<T>;
  /** The same, where it is only ever asked with these arguments; undefined stands for any. */
  of(...given: { readonly [K in keyof A]?: A[K] | undefined }): Ground;
}

/** The account in question, whoever it is. */
export const inQuestion: Account = { name: '{user}', uid: -1, gid: -1, home: '~' };

/** Every account that is found on the way. */
export const anyone: Account = { name: '*', uid: -1, gid: -1, home: '/**' };

/**
 * A source from what it touches and how it learns. Where what it touches follows from its arguments, `touches` is a
 * function of them; an argument not known before the scan arrives as `*`. `learn` must be a function of its arguments and
 * of answers alone: on a recording, calls with equal arguments share one answer, which must not be changed.
 */
export function source<A extends readonly unknown[], T, B extends readonly unknown[]>(
  touches: Touches | ((...given: B) => Touches),
  learn: (...given: A) => Asking<T>,
): Source<A, T> {
  const origin = {};
  const { name } = learn;
  // It takes the first of the arguments, or all of them.
  const touched = (given: readonly unknown[]): Touches => (typeof touches === 'function' ? touches(...(given as B)) : touches);
  const ask = function* (...given: A): Asking<T> {
    const known = knownOf(origin);
    if (!known) return yield* hold(() => groundOf(origin, name, () => touched(given)), accountIn(given), learn(...given));
    const key = keyIn(given);
    if (key !== undefined && known.has(key)) return known.get(key) as T;
    const result = yield* learn(...given);
    if (key !== undefined) known.set(key, result);
    return result;
  };
  const of = (...given: readonly unknown[]): Ground => {
    const all = Array.from({ length: Math.max(given.length, learn.length) }, (_, at) => given[at] ?? '*');
    const account = accountIn(given);
    const ground = groundOf(origin, name, () => touched(all));
    return account && account !== inQuestion ? forAccount(ground, account) : ground;
  };
  Object.defineProperty(ask, 'name', { value: name });
  const ground = of();
  return withLater(Object.assign(ask, { origin, of }), { own: () => ground.own, on: () => ground.on, touches: () => ground.touches });
}

/** What tells calls apart: their arguments, one after the other. Undefined where one of them is no plain data. */
function keyIn(given: readonly unknown[]): string | undefined {
  let key = '';
  for (const one of given) {
    const part = typeof one === 'object' && one !== null ? keyOfObject(one) : typeof one === 'function' ? undefined : `${typeof one} ${String(one)}`;
    if (part === undefined) return undefined;
    key += `${part.length} ${part}`;
  }
  return key;
}

/** Arguments are not changed, and the same ones are given again and again: what each is in text is worked out once. */
const texts = new WeakMap<object, string | false>();

function keyOfObject(one: object): string | undefined {
  let text = texts.get(one);
  if (text === undefined) {
    text = isPlain(one) ? JSON.stringify(one, inFull) : false;
    texts.set(one, text);
  }
  return text === false ? undefined : text;
}

/** A map says nothing of itself in JSON. */
const inFull = (_: string, value: unknown): unknown => (value instanceof Map ? [...value] : value);

/** Text, numbers, and what is made of them alone: what can be told apart by its JSON. */
function isPlain(one: unknown): boolean {
  if (typeof one !== 'object' || one === null) return typeof one !== 'function';
  if (Array.isArray(one)) return one.every(isPlain);
  if (one instanceof Map) return [...one].every(isPlain);
  return Object.getPrototypeOf(one) === Object.prototype && Object.values(one).every(isPlain);
}

const isGround = (one: Pattern | Ground): one is Ground => 'origin' in one;
const isAccount = (one: unknown): one is Account => typeof one === 'object' && one !== null && 'home' in one;

/** The account in question: an argument, or what options name as `as`. */
function accountIn(given: readonly unknown[]): Account | undefined {
  const named = given.map((one) => (typeof one === 'object' && one !== null && 'as' in one ? one.as : one));
  return named.find(isAccount);
}

type Touched = Pick<Ground, 'own' | 'on' | 'touches'>;

/** A ground whose touches are worked out when somebody wants to know: most runs never do. */
class LaterGround implements Ground {
  readonly origin: object;
  readonly name: string;
  readonly #work: () => Touched;
  #touched: Touched | undefined;
  constructor(origin: object, name: string, work: () => Touched) {
    this.origin = origin;
    this.name = name;
    this.#work = work;
  }
  get #known(): Touched {
    this.#touched ??= this.#work();
    return this.#touched;
  }
  get own(): readonly Pattern[] {
    return this.#known.own;
  }
  get on(): readonly Ground[] {
    return this.#known.on;
  }
  get touches(): readonly Pattern[] {
    return this.#known.touches;
  }
}

/** What something touches, sorted into its own asks and what it stands on. */
export const groundOf = (origin: object, name: string, touches: () => Touches): Ground => new LaterGround(origin, name, () => sorted(touches()));

function sorted(touches: Touches): Touched {
  const own = touches.filter((t) => !isGround(t)) as readonly Pattern[];
  const on = touches.filter(isGround);
  return { own, on, touches: [...new Set([...own, ...on.flatMap((g) => g.touches)])] };
}

/** The same touches about one account, whoever the account in question is. */
export const aboutAccount = (touches: Touches, account: Account): Touches =>
  touches.map((t) => (isGround(t) ? forAccount(t, account) : patternFor(t, account)));

/** The same asks about one account, whoever the account in question is. */
export function forAccount(ground: Ground, { name, uid, home }: Account): Ground {
  const account = { name, uid, gid: uid, home };
  const moved = (patterns: readonly Pattern[]): Pattern[] => patterns.map((p) => patternFor(p, account));
  return new LaterGround(ground.origin, ground.name, () => ({
    own: moved(ground.own),
    on: ground.on.map((g) => forAccount(g, account)),
    touches: moved(ground.touches),
  }));
}

function patternFor(pattern: Pattern, { name, uid, home }: Account): Pattern {
  if (!isPath(pattern)) return pattern;
  const id = uid < 0 ? '*' : String(uid);
  const filled = (text: string): string =>
    text
      .replace(/^~(?=\/|$)/, home)
      .replaceAll('{uid}', id)
      .replaceAll('{user}', name);
  return { ...pattern, path: filled(pattern.path), ...(pattern.first ? { first: pattern.first.map(filled) } : {}) };
}

/** The same asks where it is known which files the user named. */
export function forFiles(ground: Ground, files: readonly string[]): Ground {
  if (!ground.touches.some(isGiven)) return ground;
  const told = (patterns: readonly Pattern[]): Pattern[] => patterns.map((p) => withFiles(p, files));
  return { origin: ground.origin, name: ground.name, own: told(ground.own), on: ground.on.map((g) => forFiles(g, files)), touches: told(ground.touches) };
}

/** A probe asked for what neither it nor anything it stands on has promised: a defect in pretrip, never the target's fault. */
class OutsideThePlan extends Error {}

/** By whom an ask was let through last. `open`: its path was promised in words, and no answer that names it was seen there. */
const vouched = new WeakMap<Ask, { readonly by: Ground; readonly open: boolean }>();

const through = (ask: Ask): string => {
  const voucher = vouched.get(ask);
  return voucher ? ` (through ${voucher.by.name})` : '';
};

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

/**
 * Runs a probe and holds its asks against what it promised: an ask of its own against its own patterns, one that a source
 * below let through against what it said it would ask that source. `as` is the account in question. A recording may be
 * asked anything, so nothing is held there.
 *
 * What names a path may be an argument: then the answer that it stands in was seen further up, at last by the outermost probe.
 */
export function* hold<T>(ground: () => Ground, as: Account | undefined, probe: Asking<T>, outermost = false): Asking<T> {
  if (!asksAreHeld()) return yield* probe;
  const by = ground();
  const account = as ?? anyone;
  const seen: AnyAnswer[] = [];
  let step = probe.next();
  while (!step.done) {
    const passed = step.value.map((ask) => {
      if (!vouched.has(ask)) witness?.(by, ask, as);
      const way = letThrough(by, account, ask, seen);
      if (!way || (way.open && outermost)) throw new OutsideThePlan(`${by.name} asks outside its plan: ${keyOf(ask)}${through(ask)}`);
      const copy = { ...ask };
      vouched.set(copy, { by, open: way.open });
      return copy;
    });
    const answers = yield passed;
    seen.push(...answers);
    step = probe.next(answers);
  }
  return step.value;
}

/** Whether a ground lets an ask through, and whether it is still open what has named its path. */
function letThrough(by: Ground, account: Account, ask: Ask, seen: readonly AnyAnswer[]): { readonly open: boolean } | undefined {
  const voucher = vouched.get(ask);
  const below = by.on.filter((g) => g.origin === voucher?.by.origin);
  if (below.some((g) => allowed(g.touches, account)(ask))) return { open: false };
  const named = below.find((g) => mayFollow(g.touches, ask));
  if (named) return { open: voucher?.open === true && !follows(named.touches, account, ask, seen) };
  if (allowed(by.own, account)(ask)) return { open: false };
  return mayFollow(by.own, ask) ? { open: !follows(by.own, account, ask, seen) } : undefined;
}

const matchers = new WeakMap<readonly Pattern[], Map<string, Matcher>>();

/** {@link allowing}, once for each list of patterns and account. */
function allowed(patterns: readonly Pattern[], as: Account): Matcher {
  const known = matchers.get(patterns) ?? new Map<string, Matcher>();
  matchers.set(patterns, known);
  const key = accountKey(as);
  const made = known.get(key) ?? allowing(patterns, as);
  known.set(key, made);
  return made;
}
