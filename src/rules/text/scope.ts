/** What the parts of a rule may refer to while it is read. */
import type { Json } from '../../facts/fact.ts';
import type { Kind } from '../../facts/kind.ts';
import type { RecordShape } from '../../facts/shape.ts';
import type { YamlNode } from './source.ts';

/** What values may refer to while a rule is read. Use is recorded, so that unused parameters are found. */
export interface Scope {
  readonly kinds: readonly Kind[];
  /** The parameters of the rule, and what each is when nobody sets it. */
  readonly params: ReadonlyMap<string, Json>;
  readonly usedParams: Set<string>;
  /** The kinds that sentences drew on as `{kind: field}`, and where: the rule must ask them. */
  readonly drawn?: { readonly kind: string; readonly at: YamlNode }[];
  /** The subject's shape under `forEach`. */
  readonly each?: RecordShape;
}
