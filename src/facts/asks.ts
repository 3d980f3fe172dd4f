/**
 * The sorts of ask, one row each: everything that may be asked of a target, and all of it read-only. Types, names,
 * checks, wording and schema follow from the rows. How a sort is answered stands with each target, and the compiler
 * names what is missing there.
 */
import { type Answer, isAnswer, isContent, isOutput, isResponse, isStat } from './answer.ts';
import { type Fields, guardOf, type RecordOf } from './fields.ts';
import { isPackages } from './packages.ts';
import { isRecord, isText, isTexts } from './untrusted.ts';
import { isWalk } from './walk.ts';

/** How an ask is told apart and told of. */
interface Wording<A> {
  /** Its words: a plan allows an ask word by word. */
  words(ask: A): readonly string[];
  /** What tells it from others of its sort. */
  key(ask: A): string;
  /** The place that evidence names for it; see `Where` in fact.ts. */
  place(ask: A): string;
  /** In plans and records, after the name of its sort. */
  line(ask: A): string;
  /** In a sentence, after the name of its sort. */
  said(ask: A): string;
}

interface SortOfAsk<F extends Fields, V, From extends 'disk' | 'host'> extends Wording<RecordOf<F>> {
  /** What a question of this sort says besides `do`. */
  readonly fields: F;
  /** Who can tell: a file system that lies there as well (`disk`), or only a host that runs. */
  readonly from: From;
  /** Whether a value from outside is one that this sort is answered with. */
  readonly isValue: (value: unknown) => value is V;
}

const row = <const F extends Fields, V, const From extends 'disk' | 'host'>(sort: SortOfAsk<F, V, From>): SortOfAsk<F, V, From> => sort;

const ofPath = ({ path }: { readonly path: string }): string => path;
const pathRow = <V>(isValue: (value: unknown) => value is V) =>
  row({ fields: { path: 'path' }, from: 'disk', isValue, words: ({ path }) => [path], key: ofPath, place: ofPath, line: ofPath, said: ofPath });

export const asks = {
  /** lstat of a path, plus what a symbolic link finally leads to. Never opens the file. */
  stat: pathRow(isStat),
  /** The content of a regular file (links are followed inside the target). */
  read: pathRow(isContent),
  /** The entry names of a directory (links are followed), sorted by bytes. */
  list: pathRow(isTexts),
  /** Inodes of a few classes below a directory, and with these names; other file systems are left out. See walk.ts. */
  walk: row({
    fields: { top: 'path', names: 'words' },
    from: 'disk',
    isValue: isWalk,
    words: ({ top, names }) => [top, ...names],
    key: ({ top, names }) => `${top} ${JSON.stringify(names)}`,
    place: ({ top }) => top,
    line: ({ top }) => `${top}, contents included, file capabilities by getcap`,
    said: ({ top }) => top,
  }),
  /** The installed packages of one database. */
  packages: row({
    fields: { of: 'text' },
    from: 'disk',
    isValue: isPackages,
    words: ({ of }) => [of],
    key: ({ of }) => of,
    place: ({ of }) => packagesPlace(of),
    line: ({ of }) => of,
    said: ({ of }) => `of ${of}`,
  }),
  /** A program's output. Never a shell string. With `user`, run as that account with its own session environment. */
  run: row({
    fields: { argv: 'words', user: 'account?' },
    from: 'host',
    isValue: isOutput,
    words: ({ argv }) => argv,
    key: ({ argv, user }) => `${user ? `${user.name}@` : ''}${JSON.stringify(argv)}`,
    place: ({ argv }) => commandPlace(argv),
    line: ({ argv, user }) => `${user ? `as ${user.name}: ` : ''}${argvText(argv)}`,
    said: ({ argv }) => argvText(argv),
  }),
  /** An HTTP GET over a local socket: who answers there? */
  get: row({
    fields: { socket: 'path', path: 'text' },
    from: 'host',
    isValue: isResponse,
    words: ({ socket, path }) => [socket, path],
    key: ({ socket, path }) => `${socket} ${path}`,
    place: ({ socket }) => socketPlace(socket),
    line: ({ socket, path }) => `${socket} ${path}`,
    said: ({ socket, path }) => `${path} from ${socket}`,
  }),
  /** One variable of the environment that the inspection was started from. */
  env: row({
    fields: { name: 'text' },
    from: 'host',
    isValue: isText,
    words: ({ name }) => [name],
    key: ({ name }) => name,
    place: ({ name }) => envPlace(name),
    line: ({ name }) => name,
    said: ({ name }) => name,
  }),
} as const;

/** The place of what a program printed. */
export const commandPlace = (argv: readonly string[]): string => `command:${argv.join(' ')}`;
/** The command that a place stands for; undefined where it stands for something else. */
export const commandAt = (place: string): string | undefined => (place.startsWith('command:') ? place.slice('command:'.length) : undefined);
/** The place of what answered at a socket. */
export const socketPlace = (socket: string): string => `socket:${socket}`;
/** The place of a variable of the inspection's own environment. */
export const envPlace = (name: string): string => `env:${name}`;

/** The place of a list of packages. */
export const packagesPlace = (database: string): string => `packages:${database}`;

/** Arguments on one line, for people: a word that could be misread stands in quotes. */
const argvText = (argv: readonly string[]): string => argv.map((w) => (/^[\w@%+=:,./*~{}-]+$/.test(w) ? w : JSON.stringify(w))).join(' ');

export type Sort = keyof typeof asks;
type Rows = typeof asks;

/** The asks of these sorts. */
export type AskOf<S extends Sort> = { [K in S]: { readonly do: K } & RecordOf<Rows[K]['fields']> }[S];

/** Everything that may be asked of a target. */
export type Ask = AskOf<Sort>;

/** The value type that each sort is answered with. */
export type AnswerOf = { [S in Sort]: Rows[S]['isValue'] extends (value: unknown) => value is infer V ? V : never };

export type AnyAnswer = Answer<AnswerOf[Sort]>;

/** Sorts that ask about one path of a file system, and name nothing else. */
export type FileSort = {
  [S in Sort]: Rows[S]['fields'] extends { readonly path: 'path' } ? (keyof Rows[S]['fields'] extends 'path' ? S : never) : never;
}[Sort];

export const sorts = Object.keys(asks) as readonly Sort[];

/** The wording for an ask or a pattern: the compiler does not see that `asks[ask.do]` belongs to it. */
const wording = (ask: Ask): Wording<Ask> => asks[ask.do] as unknown as Wording<Ask>;

/** The identity of an ask: equal asks have equal keys, and keys sort asks in a stable order. */
export const keyOf = (ask: Ask): string => `${ask.do} ${wording(ask).key(ask)}`;

/** The place that evidence names for what an ask taught. */
export const placeOf = (ask: Ask): string => wording(ask).place(ask);

/** The words of an ask or of a pattern, in the order in which a plan compares them. */
export const wordsOf = (ask: Ask): readonly string[] => wording(ask).words(ask);

/** What is asked, on one line: `/etc/passwd`, `as driver: podman info`, `/run/podman/podman.sock /_ping`. */
export const lineOf = (ask: Ask): string => wording(ask).line(ask);

/** An ask in a sentence: `read /etc/sudoers`, `get /_ping from /run/podman/podman.sock`. */
export const saidOf = (ask: Ask): string => `${ask.do} ${wording(ask).said(ask)}`;

const isSort = (value: unknown): value is Sort => isText(value) && Object.hasOwn(asks, value);

export const isFileSort = (value: unknown): value is FileSort => isSort(value) && Object.keys(asks[value].fields).join() === 'path';

/** Whether an ask, or the asks of a pattern, are about one path of a file system. */
export const isOfPath = <A extends { readonly do: Sort }>(ask: A): ask is Extract<A, { readonly do: FileSort }> => isFileSort(ask.do);

/** Whether a file system answers, be its host running or not. */
export const isOfDisk = (ask: { readonly do: Sort }): boolean => asks[ask.do].from === 'disk';

const guards = Object.fromEntries(sorts.map((sort) => [sort, guardOf(asks[sort].fields)]));

/** Whether a value from outside is an ask. */
export const isAsk = (value: unknown): value is Ask => isRecord(value) && isSort(value.do) && guards[value.do]?.(value) === true;

/** Whether a value from outside answers an ask of this sort. */
export const isAnswerTo = (sort: Sort, value: unknown): value is AnyAnswer => isAnswer(value, asks[sort].isValue);

/** The ask alone, without what else stands beside its fields. */
export function bareAsk(ask: Ask): Ask {
  const fields = Object.keys(asks[ask.do].fields);
  return Object.fromEntries(Object.entries(ask).filter(([key, value]) => key === 'do' || (fields.includes(key) && value !== undefined))) as unknown as Ask;
}
