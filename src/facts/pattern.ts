/** What may be asked: patterns of asks, printed by `plan` and enforced while a target is asked. */
import type { Account, AnyAnswer, Ask } from './ask.ts';
import { type FileSort, isOfPath, lineOf, wordsOf } from './asks.ts';
import { asksCluster } from './cluster.ts';
import { pathPattern } from './glob.ts';

/**
 * What a probe declares that it may ask, printed by `plan` and enforced while recording.
 * `~` is the home and `{uid}`, `{user}` the id and name of the account in question.
 * A path `{files}` stands for the files that the user named with --file, and for no other.
 * `*` matches within one path segment or one argument, `**` any number of segments.
 *
 * The patterns also make the script that asks everything at once (src/collect/script). What is rare, large
 * or cannot be named beforehand is `later`: left out there, and asked by name when a probe gets to it.
 * Of a wide pattern `first` names the part that is asked at once.
 */
export type Pattern = (
  | {
      readonly do: FileSort;
      readonly path: string;
      /** Of `{files}`: which these are, once it is known. Each stands for itself, but for a `~` in front. */
      readonly given?: readonly string[];
      /** For `/proc/*` and below: wanted of processes of this name only. */
      readonly process?: string;
      /** Paths within the pattern; the rest of it is for later. */
      readonly first?: readonly string[];
      /** For `DIR/*.TYPE`: at once also the names of which some such directory holds `NAME.d`. */
      readonly withDropIns?: true;
      /** Asked at once only where one path of each group is there; else a probe decides. */
      readonly ifThere?: readonly (readonly string[])[];
    }
  | {
      readonly do: FileSort;
      /**
       * Paths that something read before has named, in words: "what EnvironmentFile= names". No path can be promised, but
       * none is asked for whose last name does not stand in an answer that the source has seen, or one that stands on it.
       */
      readonly named: string;
      /** At once the paths, and all above them, that stand behind these keys in unit files; `below`: names stand for paths in these directories. */
      readonly namedIn?: { readonly files: readonly string[]; readonly keys: readonly string[]; readonly below?: readonly string[] };
    }
  | {
      readonly do: 'run';
      readonly argv: readonly string[];
      readonly asUser?: true;
      /** The one `*` in `argv` stands for each line that this command prints. */
      readonly from?: readonly string[];
      /** Asked at once only where one path of each group is there; else a probe decides. */
      readonly ifThere?: readonly (readonly string[])[];
    }
  | {
      readonly do: 'walk';
      readonly top: string;
      readonly names: readonly string[];
    }
  | { readonly do: 'packages'; readonly of: string }
  | { readonly do: 'get'; readonly socket: string; readonly path: string }
  /** A socket that something read before has named. */
  | { readonly do: 'get'; readonly named: string; readonly path: string }
  | { readonly do: 'env'; readonly name: string }
) & {
  readonly later?: true;
  /** Why none of the cases asks for it: for the law that demands that every promise is one that is kept. */
  readonly unasked?: string;
};

/** Patterns that none of the cases asks for, and why: see `unasked` of {@link Pattern}. */
export const unasked = (why: string, patterns: readonly Pattern[]): Pattern[] => patterns.map((pattern) => ({ ...pattern, unasked: why }));

/** A pattern that tells its paths. */
export type Told = Exclude<Pattern, { readonly named: string }>;

/** A pattern that tells paths of a file system. */
export type Paths = Extract<Told, { readonly do: FileSort }>;

export const isPath = (pattern: Pattern): pattern is Paths => isOfPath(pattern) && isTold(pattern);

export const isTold = (pattern: Pattern): pattern is Told => !('named' in pattern);

export const isNamed = (pattern: Pattern): pattern is Extract<Pattern, { readonly named: string }> => 'named' in pattern;

/** Whether the patterns, read for an account, allow an ask. Most asks are named outright, so those are looked up first. */
export function allowing(patterns: readonly Pattern[], as: Account): Matcher {
  const named = new Set<string>();
  const open: { readonly do: Pattern['do']; readonly start: string; readonly words: readonly string[]; allows?: Matcher }[] = [];
  for (const pattern of patterns) {
    if (isNamed(pattern)) continue;
    if (isGiven(pattern)) {
      for (const file of filesOf(pattern, as)) named.add(textOf(pattern.do, [file]));
      continue;
    }
    const words = wordsOf(pattern).map((word) => filledIn(word, as));
    if (words.some((word) => word.includes('*'))) open.push({ do: pattern.do, start: beforeStar(words[0] ?? ''), words });
    else named.add(textOf(pattern.do, words));
  }
  return (ask) => {
    const words = wordsOf(ask);
    const [first = ''] = words;
    if (named.has(textOf(ask.do, words))) return true;
    // Of most nothing is ever asked for: those are not taken apart.
    return open.some((p) => {
      if (p.do !== ask.do || !first.startsWith(p.start)) return false;
      p.allows ??= matching(p.do, p.words);
      return p.allows(ask);
    });
  };
}

const textOf = (sort: Ask['do'], words: readonly string[]): string => [sort, ...words].join('\0');
const beforeStar = (word: string): string => word.split('*', 1)[0] ?? '';

/**
 * Whether an ask follows from what was seen: a pattern allows paths that are named, and the last name of this one stands in
 * an answer or is that of the account. What lies within two
 * steps of the root lies above nearly every path, and may be looked at.
 */
export function follows(patterns: readonly Pattern[], as: Account, ask: Ask, seen: Iterable<AnyAnswer>): boolean {
  if (!mayFollow(patterns, ask)) return false;
  const path = ask.do === 'get' ? ask.socket : 'path' in ask ? ask.path : '';
  const last = JSON.stringify(path.replace(/\/+$/, '').replace(/^.*\//, '')).slice(1, -1);
  if (last === as.name || last === String(as.uid) || as.home.endsWith(`/${last}`)) return true;
  if (ask.do === 'stat' && /^\/[^/]*(?:\/[^/]+)?$/.test(path)) return true;
  for (const answer of seen) if (JSON.stringify(answer).includes(last)) return true;
  return false;
}

/** Whether some pattern allows such an ask of what is named. */
export const mayFollow = (patterns: readonly Pattern[], ask: Ask): boolean =>
  patterns.some((p) => isNamed(p) && p.do === ask.do && (p.do !== 'get' || (ask.do === 'get' && p.path === ask.path)));

/** Whether an ask is allowed. */
export type Matcher = (ask: Ask) => boolean;

/** A test for asks of one sort: each of their words against a pattern word without placeholders. */
function matching(sort: Ask['do'], patterns: readonly string[]): Matcher {
  const each = patterns.map(wordPattern);
  return (ask) => {
    if (ask.do !== sort) return false;
    const words = wordsOf(ask);
    return words.length === each.length && each.every((matches, at) => matches(words[at] ?? ''));
  };
}

/** Whether a pattern, read for an account, allows an ask. */
export const matcher = (pattern: Pattern, as: Account): Matcher => allowing([pattern], as);

/** What stands for the files that the user named. */
export const givenFile = '{files}';

/** Whether a pattern stands for the files that the user named. */
export const isGiven = (pattern: Pattern): pattern is Paths => isPath(pattern) && pattern.path === givenFile;

/** A pattern where it is known which files the user named. */
export const withFiles = (pattern: Pattern, given: readonly string[]): Pattern => (isGiven(pattern) ? { ...pattern, given } : pattern);

const filesOf = (pattern: Paths, as: Account): string[] => (pattern.given ?? []).map((file) => homed(file, as));

const homed = (path: string, as: Account): string => (path === '~' || path.startsWith('~/') ? as.home + path.slice(1) : path);

/** A pattern word for one account; stars stay. */
export function filledIn(word: string, as: Account): string {
  const text = homed(word, as);
  return text.includes('{') ? text.replaceAll('{uid}', as.uid < 0 ? '*' : String(as.uid)).replaceAll('{user}', as.name) : text;
}

/** Matches text against a pattern word: `~`, `{uid}`, `{user}`, `*` (no slash) and `**`. */
export function glob(pattern: string, as: Account): (text: string) => boolean {
  return wordPattern(filledIn(pattern, as));
}

const wordPattern = (word: string): ((text: string) => boolean) => (word.includes('*') ? pathPattern(word) : (text) => text === word);

/** One line: `read /etc/passwd`, `run podman --version`, `get /run/podman/podman.sock /_ping`, `env DOCKER_HOST`. */
export function describePattern(pattern: Pattern): string {
  if (isNamed(pattern)) return pattern.do === 'get' ? `get  <${pattern.named}> ${pattern.path}` : `${pattern.do} <${pattern.named}>`;
  const who = 'asUser' in pattern && pattern.asUser ? '{user}@ ' : '';
  const process = 'process' in pattern && pattern.process !== undefined ? ` (process ${pattern.process})` : '';
  const cluster = asksCluster(pattern) ? ' (with --kubectl)' : '';
  return `${pattern.do.padEnd(4)} ${who}${lineOf(pattern)}${process}${cluster}`;
}
