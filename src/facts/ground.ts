/** Grounds: what a probe, or a source that others share, may ask, and what it stands on. */
import type { Account } from './ask.ts';
import { isGiven, isPath, type Pattern, withFiles } from './pattern.ts';

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

/** The account in question, whoever it is. */
export const inQuestion: Account = { name: '{user}', uid: -1, gid: -1, home: '~' };

/** Every account that is found on the way. */
export const anyone: Account = { name: '*', uid: -1, gid: -1, home: '/**' };

const isGround = (one: Pattern | Ground): one is Ground => 'origin' in one;

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
