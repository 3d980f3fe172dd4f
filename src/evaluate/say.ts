/** What a rule says of what it found: its sentences with the values of one inquiry in them, or else the kind's own words. */
import { type Judged, valueAt } from '../expect/expectation.ts';
import { capital, fillPhrase, listed, type Slot, slotValue, valueText } from '../expect/phrase.ts';
import type { Json, Known } from '../facts/fact.ts';
import { type RecordShape, shapeAt } from '../facts/shape.ts';
import type { Inquiry } from '../plan/questions.ts';
import { aboutOf } from '../verdicts/report.ts';

/** One fact that a sentence may draw from. */
export interface Source {
  readonly kind: string;
  readonly shape: RecordShape;
  readonly fact: Known;
}

/** What a sentence is about: the facts of its item, the first of them in question, and what the kind calls it. */
export interface About {
  readonly inquiry: Inquiry;
  readonly sources: readonly Source[];
  readonly label: string;
}

/** The first of the sentences that finds a value for all of its slots. */
export function saying(texts: readonly string[], judged: Judged, about: About): string | undefined {
  const words = judged.words?.();
  const notes = words?.notes.join('; ') ?? '';
  for (const text of texts) {
    const told = fillPhrase(text, (slot) => slotText(slot, judged, about));
    if (told !== undefined) return withNote(told, text, notes);
  }
  return undefined;
}

const roomForNotes = 160;

/** A note that the sentence does not hold itself follows it, where there is room. */
function withNote(told: string, text: string, note: string): string {
  if (note === '' || text.includes('{note}') || told.includes(note) || told.length + note.length + 3 > roomForNotes) return told;
  const clause = told.replace(/[.!?…]$/, '');
  return clause.includes(': ') ? `${clause} (${note})` : `${clause}: ${note}`;
}

/** What the kind itself says of a judged value, and what was wanted where that alone does not tell. `opens`: as a sentence of its own. */
export function kindsWords(judged: Judged, about: About, opens: boolean): string | undefined {
  const words = judged.words?.();
  if (words?.clause === undefined) return undefined;
  const clause = fillPhrase(words.clause, (slot) => slotText(slot, judged, about));
  if (clause === undefined) return undefined;
  const told = opens ? capital(words.clause, clause) : clause;
  return withNote(words.need === undefined || !opens ? told : `${told}; ${words.need} is needed`, words.clause, words.notes.join('; '));
}

function slotText(slot: Slot, judged: Judged, about: About): string | undefined {
  if (slot.is === 'field') return fieldText(slot, judged.paths ?? [], about);
  if (slot.is !== 'word') return jsonText(slot, about.inquiry.resolve(slot.is === 'param' ? { param: slot.name } : { each: slot.name }));
  switch (slot.word) {
    case 'subject':
      return subjectName(about.inquiry.subject?.key);
    case 'who':
      return about.inquiry.as.name;
    case 'label':
      return about.label;
    case 'value':
      return judged.words?.().value;
    case 'note':
      return judged.words?.().notes.join('; ') || undefined;
    default:
      return listed([...new Set((judged.paths ?? []).flatMap((path) => starOf(path, about)))]) || undefined;
  }
}

const jsonText = (slot: Slot, value: Json | { readonly is: 'unknown' }): string | undefined =>
  typeof value === 'object' && value !== null && 'is' in value ? undefined : slotValue(slot, value as Json);

/** The name in a subject's key: `driver` of `user:driver`; the whole key where it has no such form. */
export const subjectName = (key: string | undefined): string | undefined => {
  if (key === undefined || key === '') return undefined;
  const name = aboutOf(key)?.name ?? key;
  return aboutOf(name)?.name ?? name;
};

/** What the last star of a judged path stood for: the key of a map; an element of a list by its own text. */
function starOf(path: readonly string[], { sources }: About): string[] {
  const [source] = sources;
  if (!source) return [];
  for (let length = path.length; length > 0; length--) {
    const parent = shapeAt(source.shape, path.slice(0, length - 1)).shape;
    const key = path[length - 1] as string;
    if (parent?.type === 'map') return [key];
    if (parent?.type === 'list') return [valueText(valueAt(source.fact.value, path.slice(0, length)), parent.of) ?? key];
  }
  return [];
}

/** A field's value; where its path has a star, those of the elements that were judged, or else of all. */
function fieldText(slot: Extract<Slot, { is: 'field' }>, judged: readonly (readonly string[])[], { sources }: About): string | undefined {
  const { path, kind } = slot;
  const source = kind === undefined ? sources.find((s) => shapeAt(s.shape, path).shape !== undefined) : sources.find((s) => s.kind === kind);
  if (!source) return undefined;
  const { fact, shape } = source;
  const star = path.indexOf('*');
  const of = shapeAt(shape, path).shape;
  if (star < 0) return slotValue(slot, valueAt(fact.value, path), of);
  const head = path.slice(0, star);
  const chosen = source === sources[0] ? judged.filter((j) => j.length > star && head.every((s, at) => j[at] === s)).map((j) => j[star] as string) : [];
  const keys = chosen.length > 0 ? chosen : Object.keys((valueAt(fact.value, head) as object | undefined) ?? {});
  const texts = keys.flatMap((key) => valueText(valueAt(fact.value, [...head, key, ...path.slice(star + 1)]), of) ?? []);
  return slotValue(slot, [...new Set(texts)]);
}
