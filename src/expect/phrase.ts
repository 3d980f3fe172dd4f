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

export type Slot = (
  | { readonly is: 'word'; readonly word: SlotWord }
  | { readonly is: 'each' | 'param'; readonly name: string }
  | { readonly is: 'field'; readonly kind?: string; readonly path: readonly string[] }
) &
  Form;

/** How a value is put into a sentence: as it is, in another unit, or only as the word that goes with its number. */
interface Form {
  readonly as?: 'bytes';
  /** `{cpus ? processor | processors}`: by the number, or how many a list has. */
  readonly byNumber?: readonly [one: string, many: string];
}

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

function slotOf(text: string): Slot | undefined {
  const [, inner = '', unit, one, many] = /^(.*?)(?: as (bytes)| \? ([^|?]+) \| ([^|?]+))?$/.exec(text) ?? [];
  const slot = valueSlot(inner.trim());
  return slot && { ...slot, ...(unit === undefined ? {} : { as: 'bytes' }), ...(one === undefined || many === undefined ? {} : { byNumber: [one, many] }) };
}

function valueSlot(inner: string): Slot | undefined {
  if (Object.hasOwn(slotWords, inner)) return { is: 'word', word: inner as SlotWord };
  const reference = /^(each|param)\.(.+)$/.exec(inner);
  if (reference) return { is: reference[1] as 'each' | 'param', name: reference[2] as string };
  const [, kind, field] = /^(?:([a-z][a-z0-9-]*): )?(.+)$/.exec(inner) ?? [];
  const path = field === undefined ? undefined : splitPath(field);
  return path ? { is: 'field', path, ...(kind === undefined ? {} : { kind }) } : undefined;
}

/** Texts are few and said often. */
const read = new Map<string, Phrase>();

/** The sentence with its slots filled in; undefined when a slot has no value. */
export function fillPhrase(text: string, textOf: (slot: Slot) => string | undefined): string | undefined {
  const phrase = read.get(text) ?? phraseOf(text).phrase;
  read.set(text, phrase);
  const filled: string[] = [];
  for (const part of phrase) {
    const value = typeof part === 'string' ? part : textOf(part);
    if (value === undefined) return undefined;
    filled.push(value);
  }
  return filled.join('');
}

/** A clause that opens a sentence: its first plain word gets a capital; the names and paths of the host stay as they are. */
export const capital = (clause: string, text: string): string =>
  clause.startsWith('{') || !/^[a-z]+(?=[\s,:;'’])/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);

const mostListed = 4;
/** What follows a list is the point of a sentence: long paths must not push it out. */
const longestList = 140;

/** `a, b and c`; of many, or of long ones, the first four or fewer and how many more. */
export function listed(items: readonly string[]): string {
  const long = items.findIndex((_, at) => at > 0 && items.slice(0, at + 1).join(', ').length > longestList);
  const few = items.length > mostListed + 1 ? mostListed : items.length;
  const most = long < 0 ? few : Math.min(few, long);
  const shown = most < items.length ? [...items.slice(0, most), `${items.length - most} more`] : items;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** A value as its slot asks for it. */
export function slotValue(slot: Slot, value: Json | undefined, shape?: Shape): string | undefined {
  if (slot.byNumber) {
    const count = typeof value === 'number' ? value : Array.isArray(value) ? value.length : undefined;
    return count === undefined ? undefined : slot.byNumber[count === 1 ? 0 : 1];
  }
  return slot.as && typeof value === 'number' ? bytes(value) : valueText(value, shape);
}

/** `512 MiB`, `1.9 GiB`: bytes in the greatest unit of which there is one. */
function bytes(value: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const at = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  const number = value / 1024 ** at;
  return `${number < 10 && at > 0 ? number.toFixed(1).replace(/\.0$/, '') : Math.round(number)} ${units[at]}`;
}

const longest = 160;

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
