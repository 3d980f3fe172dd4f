/** What a fact kind is: the one place that knows which asks teach one fact, and how the real program reads it. */
import type { Account, Asking } from './ask.ts';
import type { Fact, Subjects } from './fact.ts';
import type { RecordShape } from './shape.ts';

/**
 * What a probe declares that it may ask, printed by `plan` and enforced while recording.
 * `~` is the home and `{uid}`, `{user}` the id and name of the account in question.
 * `{files}` stands for the files that the user named with --file.
 * `*` matches within one path segment or one argument, `**` any number of segments.
 *
 * The patterns also make the script that asks everything at once (src/collect/script). What is rare, large
 * or cannot be named beforehand is `later`: left out there, and asked by name when a probe gets to it.
 * Of a wide pattern `first` names the part that is asked at once.
 */
export type Pattern = (
  | {
      readonly do: 'stat' | 'read' | 'list';
      readonly path: string;
      /** For `/proc/*` and below: wanted of processes of this name only. */
      readonly process?: string;
      /** Paths within the pattern; the rest of it is for later. */
      readonly first?: readonly string[];
      /** For `DIR/*.TYPE`: at once also the names of which some such directory holds `NAME.d`. */
      readonly withDropIns?: true;
      /** Of `/**`: at once the paths, and all above them, that stand behind these keys in unit files. */
      readonly namedIn?: { readonly files: readonly string[]; readonly keys: readonly string[] };
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
  | { readonly do: 'get'; readonly socket: string; readonly path: string }
  | { readonly do: 'env'; readonly name: string }
) & { readonly later?: true };

export interface QueryField {
  readonly type: 'string' | 'boolean' | 'number' | 'strings';
  readonly describe: string;
  readonly required?: true;
  readonly values?: readonly string[];
}

/** A query after parameters and `{ each: … }` are filled in. A field left out is absent. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface Kind {
  readonly name: string;
  /** What sentences call the thing when the query does not name it: "the API's Podman". Default: the name. */
  readonly noun?: string;
  /** One sentence for `rules show` and the generated reference. */
  readonly describe: string;
  /** The field that a scalar query fills (`file: /etc/passwd`); undefined for a kind that is queried with `true` alone. */
  readonly main?: string;
  readonly fields: Readonly<Record<string, QueryField>>;
  readonly shape: RecordShape;
  /** All that `learn` may ask for this query. A value not known before the scan (`{ each: … }`) arrives as `*`. */
  touches(query: Query): readonly Pattern[];
  learn(query: Query, as: Account): Asking<Fact>;
  /** For kinds that a rule can range over with `forEach`. */
  readonly find?: {
    readonly shape: RecordShape;
    touches(): readonly Pattern[];
    /** `as` is the audited account. */
    learn(as: Account): Asking<Subjects>;
  };
}
