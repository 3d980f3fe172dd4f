/**
 * Sources: what several kinds learn from (a release, a merged configuration, the accounts of a host). A source carries
 * what it may ask and what it stands on; the plan, sharing, and the check that it asks nothing else all follow from that.
 */
import type { Account, Asking } from './ask.ts';
import { forAccount, type Ground, groundOf, inQuestion, type Touches } from './ground.ts';
import { holdShared } from './hold.ts';
import { withLater } from './later.ts';
import { asksAreHeld, knownOf } from './settle.ts';

export { aboutAccount, anyone, forAccount, forFiles, type Ground, groundOf, inQuestion, type Touches } from './ground.ts';
export { hold, watchAsks } from './hold.ts';

/** A probe that others share. */
export interface Source<A extends readonly unknown[], T> extends Ground {
  (...given: A): Asking<T>;
  /** The same, where it is only ever asked with these arguments; undefined stands for any. */
  of(...given: { readonly [K in keyof A]?: A[K] | undefined }): Ground;
}

/**
 * A source from what it touches and how it learns. Where what it touches follows from its arguments, `touches` is a
 * function of them; an argument not known before the scan arrives as `*`. `learn` must be a function of its arguments and
 * of answers alone: calls with equal arguments share one answer, which must not be changed.
 */
export function source<A extends readonly unknown[], T, B extends readonly unknown[]>(
  touches: Touches | ((...given: B) => Touches),
  learn: (...given: A) => Asking<T>,
): Source<A, T> {
  const origin = {};
  const { name } = learn;
  // It takes the first of the arguments, or all of them.
  const touched = (given: readonly unknown[]): Touches => (typeof touches === 'function' ? touches(...(given as B)) : touches);
  // Most touch the same whatever they are given: then what they stand on is one ground for all.
  const always = typeof touches === 'function' ? undefined : groundOf(origin, name, () => touches);
  let made: Map<string, Ground> | undefined;
  const groundFor = (given: readonly unknown[], key: string | undefined): Ground => {
    if (always) return always;
    made ??= new Map();
    const ground = (key === undefined ? undefined : made.get(key)) ?? groundOf(origin, name, () => touched(given));
    if (key !== undefined && made.size < mostGrounds) made.set(key, ground);
    return ground;
  };
  const ask = function* (...given: A): Asking<T> {
    const key = keyIn(given);
    if (asksAreHeld()) return yield* holdShared({ ground: () => groundFor(given, key), as: accountIn(given), learn: () => learn(...given), key, origin });
    const known = knownOf(origin);
    if (key !== undefined && known?.has(key)) return known.get(key) as T;
    const result = yield* learn(...given);
    if (key !== undefined) known?.set(key, result);
    return result;
  };
  const of = (...given: readonly unknown[]): Ground => {
    const all = Array.from({ length: Math.max(given.length, learn.length) }, (_, at) => given[at] ?? '*');
    const account = accountIn(given);
    const ground = groundFor(all, keyIn(all));
    return account && account !== inQuestion ? forAccount(ground, account) : ground;
  };
  Object.defineProperty(ask, 'name', { value: name });
  let ground: Ground | undefined;
  const whole = (): Ground => {
    ground ??= of();
    return ground;
  };
  return withLater(Object.assign(ask, { origin, of }), { own: () => whole().own, on: () => whole().on, touches: () => whole().touches });
}

/** What a source stands on is kept for so many arguments: names of files may be among them. */
const mostGrounds = 500;

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

const isAccount = (one: unknown): one is Account => typeof one === 'object' && one !== null && 'home' in one;

/** The account in question: an argument, or what options name as `as`. */
function accountIn(given: readonly unknown[]): Account | undefined {
  const named = given.map((one) => (typeof one === 'object' && one !== null && 'as' in one ? one.as : one));
  return named.find(isAccount);
}
