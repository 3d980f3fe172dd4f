/** Shapes: what a fact may hold. Paths, operators and editor completion are checked against them. */

/**
 * What a sentence says of a field: `yes` and `no` of a boolean, otherwise `is` of a value and `unset` of none. Clauses with
 * slots (src/expect/phrase.ts): "the store is on {value}", "{who} may not linger".
 */
export interface Says {
  readonly yes?: string;
  readonly no?: string;
  readonly is?: string;
  readonly unset?: string;
}

type Told = { readonly describe: string; readonly says?: Says };

export type Shape =
  | ({ readonly type: 'string'; readonly values?: readonly string[] } & Told)
  | ({ readonly type: 'number' | 'boolean' | 'version' | 'any' } & Told)
  /** Permission bits, written in rules as a quoted octal string: "0600". */
  | ({ readonly type: 'mode' } & Told)
  | ({ readonly type: 'list'; readonly of: Shape } & Told)
  | ({ readonly type: 'record'; readonly fields: Readonly<Record<string, Shape>> } & Told)
  /** A record with free keys. */
  | ({ readonly type: 'map'; readonly of: Shape } & Told);

export type RecordShape = Extract<Shape, { type: 'record' }>;

export const string = (describe: string, values?: readonly string[]): Shape => (values ? { type: 'string', describe, values } : { type: 'string', describe });
export const number = (describe: string): Shape => ({ type: 'number', describe });
export const boolean = (describe: string): Shape => ({ type: 'boolean', describe });
/** A version string such as `5.4.2+ds1`; operators compare it by its numeric parts. */
export const version = (describe: string): Shape => ({ type: 'version', describe });
export const mode = (describe: string): Shape => ({ type: 'mode', describe });
/** A value of any type (a document's content). */
export const any = (describe: string): Shape => ({ type: 'any', describe });
export const list = (of: Shape, describe: string): Shape => ({ type: 'list', of, describe });
export const record = (fields: Readonly<Record<string, Shape>>, describe = ''): RecordShape => ({ type: 'record', fields, describe });
export const map = (of: Shape, describe: string): Shape => ({ type: 'map', of, describe });

/** The shape with what a sentence says of it. */
export const says = <S extends Shape>(shape: S, words: Says): S => ({ ...shape, says: words });

/**
 * The shape at a path (segments; `*` stands for every element of a list or map),
 * or undefined with the names that would have been right there.
 */
export function shapeAt(shape: Shape, path: readonly string[]): { shape: Shape } | { shape?: never; at: number; names: readonly string[] } {
  let here = shape;
  for (const [at, segment] of path.entries()) {
    if (here.type === 'any') return { shape: here };
    if (here.type === 'record') {
      const next = Object.hasOwn(here.fields, segment) ? here.fields[segment] : undefined;
      if (!next) return { at, names: Object.keys(here.fields) };
      here = next;
    } else if (here.type === 'map') here = here.of;
    else if (here.type === 'list' && (segment === '*' || /^\d+$/.test(segment))) here = here.of;
    else return { at, names: here.type === 'list' ? ['*'] : [] };
  }
  return { shape: here };
}
