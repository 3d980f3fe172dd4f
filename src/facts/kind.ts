/** What a fact kind is: the one place that knows which asks teach one fact, and how the real program reads it. */
import type { Account, Asking } from './ask.ts';
import type { Fact, Subjects } from './fact.ts';
import type { RecordShape } from './shape.ts';
import { type Ground, groundOf, type Touches } from './source.ts';

export interface QueryField {
  readonly type: 'string' | 'boolean' | 'number' | 'strings';
  readonly describe: string;
  readonly required?: true;
  readonly values?: readonly string[];
}

type Fields = Readonly<Record<string, QueryField>>;

/** A query after parameters and `{ each: … }` are filled in. A field left out is absent. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[]>>;

interface ValueOf {
  string: string;
  boolean: boolean;
  number: number;
  strings: readonly string[];
}

/** The query that fields describe: those that are required are there, of the type that is declared. */
export type QueryOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends { readonly required: true } ? K : never]: ValueOf[F[K]['type']];
} & { readonly [K in keyof F as F[K] extends { readonly required: true } ? never : K]?: ValueOf[F[K]['type']] };

/** What the inspection itself knows, and no target can tell. */
export interface Given {
  /** When the target was looked at, in Unix seconds. Absent: the recording does not tell. */
  readonly now?: number;
  /** Paths named with --file; `~` is the home of the account in question. */
  readonly files: readonly string[];
  /** Names given with --account: whose containers it is about. None: of those that show that they run any. */
  readonly accounts?: readonly string[];
  /** False: no running host answers. */
  readonly running?: boolean;
}

export const nothingGiven: Given = { files: [] };

interface Kindly<Q> {
  readonly name: string;
  /** What sentences call the thing when the query does not name it: "the API's Podman". Default: the name. */
  readonly noun?: string;
  /** How a sentence says that it is not there, or is; `{label}` is what the query names. Default: "{label} does not exist", "{label} is there". */
  readonly absent?: string;
  readonly present?: string;
  /** One sentence for `rules show` and the generated reference. */
  readonly describe: string;
  /** The field that a scalar query fills (`file: /etc/passwd`); undefined for a kind that is queried with `true` alone. */
  readonly main?: string;
  readonly fields: Fields;
  readonly shape: RecordShape;
  /** What `learn` may ask itself, and the sources it stands on. A value not known before the scan (`{ each: … }`) arrives as `*`. */
  touches(query: Q): Touches;
  /** `as` is the account in question. */
  learn(query: Q, as: Account, given: Given): Asking<Fact>;
  /** For kinds that a rule can range over with `forEach`. */
  readonly find?: {
    readonly shape: RecordShape;
    /** How a sentence says that none is here: "no k3d config file was found". */
    readonly none?: string;
    /** Its subjects are accounts, or what an account has: where none is found, it may be that nobody has named one. */
    readonly ofAccounts?: true;
    touches(): Touches;
    /** `as` is the audited account. */
    learn(as: Account, given: Given): Asking<Subjects>;
  };
}

/** A kind for whoever does not know its query's type: rule text was checked against `fields` when it was read. */
export interface Kind extends Omit<Kindly<Query>, 'learn' | 'find'> {
  learn(query: Query, as: Account, given?: Given): Asking<Fact>;
  readonly find?: Omit<NonNullable<Kindly<Query>['find']>, 'learn'> & { learn(as: Account, given?: Given): Asking<Subjects> };
}

/** Defines a kind. Its functions get the query as `fields` describe it. */
export function defineKind<const F extends Fields>(kind: Kindly<QueryOf<F>> & { readonly fields: F }): Kind {
  const { find } = kind;
  // What arrives was checked against `fields`, where the rule was read.
  const typed = (query: Query): QueryOf<F> => query as QueryOf<F>;
  return {
    ...kind,
    touches: (query) => kind.touches(typed(query)),
    learn: (query, as, given = nothingGiven) => kind.learn(typed(query), as, given),
    ...(find ? { find: { ...find, learn: (as, given = nothingGiven) => find.learn(as, given) } } : {}),
  } as Kind;
}

const grounds = new WeakMap<Kind, Map<string, Ground>>();

/** What a question to a kind stands on: the same ground for equal questions, which patterns are compared by. */
export function groundOfQuery(kind: Kind, query: Query): Ground {
  const known = grounds.get(kind) ?? new Map<string, Ground>();
  grounds.set(kind, known);
  const key = JSON.stringify(query);
  const ground = known.get(key) ?? groundOf(kind, kind.name, () => kind.touches(query));
  known.set(key, ground);
  return ground;
}

/** What finding the subjects of a kind stands on. */
export const groundOfFind = (kind: Kind): Ground => groundOf(kind, `the subjects of ${kind.name}`, () => kind.find?.touches() ?? []);
