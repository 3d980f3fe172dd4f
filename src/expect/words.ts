/** Values in words, for sentences that a person reads. */
import type { Json } from '../facts/fact.ts';
import type { Shape } from '../facts/shape.ts';

const longest = 160;

/** A value as it stands in a sentence: lists in braces, modes in octal, text quoted only where it must be. */
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
  if (Array.isArray(value)) return `{${value.map((v: Json) => inFull(v, shape?.type === 'list' ? shape.of : undefined)).join(', ')}}`;
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}
