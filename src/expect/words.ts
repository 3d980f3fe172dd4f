/** Values in words, for sentences that a person reads. */
import type { Json } from '../facts/fact.ts';
import type { Shape } from '../facts/shape.ts';

const longest = 160;

/** A value as it stands in a sentence: lists as `a, b and c`, modes in octal, text quoted only where it must be. */
export function inWords(value: Json | undefined, shape?: Shape): string {
  const text = inFull(value, shape);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** The same, however long: for who wants to see all that a rule goes by. */
export function inFull(value: Json | undefined, shape?: Shape): string {
  if (value === undefined) return 'unset';
  if (value === null) return 'null';
  if (typeof value === 'number' && shape?.type === 'mode') return value.toString(8).padStart(4, '0');
  if (typeof value === 'string') return value === '' || /^\s|\s$|[,{}]/.test(value) ? JSON.stringify(value) : value;
  if (Array.isArray(value) && value.length === 0) return 'empty';
  if (Array.isArray(value)) return listInFull(value.map((v: Json) => part(v, shape?.type === 'list' ? shape.of : undefined)));
  if (typeof value === 'object') return fieldsInFull(value as Readonly<Record<string, Json>>, shape);
  return String(value);
}

const listInFull = (items: readonly string[]): string => (items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`);

/** What has parts of its own, within a list or a record, stands in parentheses. */
const part = (value: Json, shape: Shape | undefined): string => {
  const text = inFull(value, shape);
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0 ? `(${text})` : text;
};

/** `path /etc/x, mode 0644`. */
function fieldsInFull(value: Readonly<Record<string, Json>>, shape: Shape | undefined): string {
  const fields = Object.entries(value).map(([name, v]) => {
    const of = shape?.type === 'record' ? shape.fields[name] : shape?.type === 'map' ? shape.of : undefined;
    return `${name} ${part(v, of)}`;
  });
  return fields.length === 0 ? 'empty' : fields.join(', ');
}
