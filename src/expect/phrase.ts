/**
 * Sentences with values in them. A slot in braces stands for a value: `{seconds}` a field of the fact in question,
 * `{podman-version: version}` one of another fact that the rule asks about, `{each.name}` a field of the subject,
 * `{param.ids}` a parameter; `{subject}`, `{who}`, `{label}`, `{value}`, `{note}` and `{*}` see {@link slotWords}.
 */
import { type Json, splitPath } from '../facts/fact.ts';
import type { Shape } from '../facts/shape.ts';

/** The slots that are no fields, and what each stands for. */
export const slotWords = {
  subject: 'the name of what is judged: an account, a unit, a file',
  who: 'the account in question',
  label: 'what the fact is about: its main query value, or the noun of its kind',
  value: 'the value that was judged',
  lacking: 'what the value was to hold (contains) and does not',
  note: 'what is worth telling about that value: a shadowed file, a key in the wrong table',
  '*': 'what the star of the judged path stood for',
} as const;

export type SlotWord = keyof typeof slotWords;

export type Slot =
  | { readonly is: 'word'; readonly word: SlotWord }
  | { readonly is: 'each' | 'param'; readonly name: string }
  | { readonly is: 'field'; readonly kind?: string; readonly path: readonly string[] };

/** Text and slots in turn. */
export type Phrase = readonly (string | Slot)[];

/** The slots of a text; a slot that cannot be read comes back as the text between its braces. */
export function phraseOf(text: string): { readonly phrase: Phrase; readonly wrong: readonly string[] } {
  const wrong: string[] = [];
  const phrase = text.split(/(\{[^{}]*\})/).flatMap((part): (string | Slot)[] => {
    if (!part.startsWith('{')) {
      if (/[{}]/.test(part)) wrong.push(part);
      return part === '' ? [] : [part];
    }
    const slot = slotOf(part.slice(1, -1).trim());
    if (slot) return [slot];
    wrong.push(part);
    return [part];
  });
  return { phrase, wrong };
}

function slotOf(inner: string): Slot | undefined {
  if (Object.hasOwn(slotWords, inner)) return { is: 'word', word: inner as SlotWord };
  const reference = /^(each|param)\.(.+)$/.exec(inner);
  if (reference) return { is: reference[1] as 'each' | 'param', name: reference[2] as string };
  const [, kind, field] = /^(?:([a-z][a-z0-9-]*): )?(.+)$/.exec(inner) ?? [];
  const path = field === undefined ? undefined : splitPath(field);
  return path ? { is: 'field', path, ...(kind === undefined ? {} : { kind }) } : undefined;
}

/** Texts are few and said often. */
const read = new Map<string, Phrase>();

/** The sentence with its slots filled in; undefined when a slot has no value. `inside`: it does not open a sentence. */
export function fillPhrase(text: string, textOf: (slot: Slot) => string | undefined, inside = false): string | undefined {
  const phrase = read.get(text) ?? phraseOf(text).phrase;
  read.set(text, phrase);
  const filled: string[] = [];
  for (const part of phrase) {
    const value = typeof part === 'string' ? part : textOf(part);
    if (value === undefined) return undefined;
    filled.push(value);
  }
  return typeof phrase[0] === 'string' && !inside ? capital(filled.join('')) : filled.join('');
}

/** A plain word opens a sentence with a capital; the names and paths of the host stay as they are. */
const capital = (text: string): string => (/^[a-z]+(?=[\s,:;'’])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text);

const mostListed = 4;

/** `a, b and c`; of many the first four and how many more. */
export function listed(items: readonly string[]): string {
  const shown = items.length > mostListed + 1 ? [...items.slice(0, mostListed), `${items.length - mostListed} more`] : items;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

const longest = 120;

/** A value as a sentence has it; undefined for what says nothing: unset, empty, a record. */
export function valueText(value: Json | undefined, shape?: Shape): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number') return shape?.type === 'mode' ? value.toString(8).padStart(4, '0') : String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return cut(value);
  const of = shape?.type === 'list' || shape?.type === 'map' ? shape.of : undefined;
  const items = Array.isArray(value) ? value.flatMap((v: Json) => valueText(v, of) ?? []) : shape?.type === 'map' ? Object.keys(value) : [];
  return items.length > 0 ? listed(items) : undefined;
}

/** In one line, and with its middle left out where it is long: beginning and end tell most. */
function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 41)}…${line.slice(-40)}`;
}

/** A clause with a full stop. */
export const asSentence = (clause: string): string => (/[.!?…]$/.test(clause) ? clause : `${clause}.`);
