/** The merged directives of a loaded unit, each with every line that took part. */
import type { Json, Note, Where } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { mergeControllers, mergeDelegate } from './delegate.ts';
import { byLowerCase, type DirectiveClass, directiveIn, directives, enumerations, sectionFor, sharedList } from './directives.ts';
import type { LoadedUnit } from './load.ts';
import type { Assignment } from './syntax.ts';
import { parseBoolean, splitWords } from './words.ts';

/** One directive after merging. `value` undefined: not set, or taken back. */
interface Setting {
  readonly value?: Json;
  /** Deciding line first. */
  readonly where: readonly Where[];
}

export interface Settings {
  readonly directives: ReadonlyMap<string, Setting>;
  /** Near misses by directive name; '' for what belongs to none. */
  readonly notes: ReadonlyMap<string, readonly Note[]>;
  /** The assignments that count for a directive, in order. */
  counting(key: string): readonly Assignment[];
}

/** Merges what {@link LoadedUnit.assignments} say. `expand` resolves specifiers. */
export function mergeSettings(unit: LoadedUnit, expand: (value: string) => string): Settings {
  const counting = new Map<string, Assignment[]>();
  const notes = new Map<string, Note[]>();
  const note = (key: string, said: string, where: Where): void => addTo(notes, key, { said, where: [where] });
  for (const a of unit.assignments) {
    if (directiveIn(unit.unit.type, a.section, a.key)) addTo(counting, a.key, a);
    else if (!a.key.startsWith('X-')) note(...nearMiss(unit, a.key, a.section), a.where);
  }
  for (const i of unit.ignored) {
    const key = i.key === undefined ? '' : (byLowerCase.get(i.key.toLowerCase()) ?? '');
    note(key, `${i.key === undefined ? '' : `${i.key}=${i.value} `}${i.said}`, i.where);
  }
  const merged = new Map<string, Setting>();
  for (const [key, assignments] of counting) merged.set(key, merge(directives.get(key) ?? 'text', key, withResets(unit, key, assignments), expand));
  return { directives: merged, notes, counting: (key) => counting.get(key) ?? [] };
}

function nearMiss(unit: LoadedUnit, key: string, section: string): [key: string, said: string] {
  const right = byLowerCase.get(key.toLowerCase());
  if (right === undefined) return ['', `${key} ignored: no such directive in [${section}]`];
  if (right !== key) return [right, `${key} ignored: it is written ${right}`];
  const home = sectionFor(unit.unit.type, key);
  return [right, home ? `${key} ignored: it belongs in [${home}], not in [${section}]` : `${key} ignored: a ${unit.unit.type} has no such directive`];
}

/** Empty assignments of directives that share a list clear this one too, at their place in the order. */
function withResets(unit: LoadedUnit, key: string, own: readonly Assignment[]): readonly Assignment[] {
  const shared = sharedList(key);
  if (shared === undefined) return own;
  const type = unit.unit.type;
  return unit.assignments.filter((a) => directiveIn(type, a.section, a.key) && (a.key === key || (a.value === '' && sharedList(a.key) === shared)));
}

function merge(how: DirectiveClass, key: string, assignments: readonly Assignment[], expand: (v: string) => string): Setting {
  switch (how) {
    case 'delegate': {
      const { controllers, where } = mergeDelegate(assignments);
      return { value: controllers, where };
    }
    case 'controllers': {
      const { controllers, where } = mergeControllers(assignments);
      return { value: controllers, where };
    }
    case 'words':
    case 'units':
      return elements(assignments, (v) => splitWords(v).words.map(expand), how === 'words');
    case 'lines':
    case 'environment':
      return elements(assignments, (v) => [expand(v)], true);
    case 'boolean':
      return last(assignments, parseBoolean);
    case 'mode':
      return last(assignments, (v) => (/^0*[0-7]{1,4}$/.test(v) ? Number.parseInt(v, 8) : undefined));
    case 'text':
      return Object.hasOwn(enumerations, key) ? last(assignments, (v) => (enumerations[key]?.includes(v) ? v : undefined)) : text(assignments, expand);
  }
}

/** The last value that parses; what does not is passed over. */
function last(assignments: readonly Assignment[], parse: (value: string) => Json | undefined): Setting {
  let value: Json | undefined;
  let where: Where[] = [];
  for (const a of assignments) {
    const parsed = parse(a.value);
    if (parsed === undefined) where.push({ ...a.where, said: `ignored: ${JSON.stringify(a.value)} is not valid here` });
    else {
      where = [{ ...a.where, said: `sets ${a.value}` }, ...earlier(where)];
      value = parsed;
    }
  }
  return value === undefined ? { where } : { value, where };
}

function text(assignments: readonly Assignment[], expand: (v: string) => string): Setting {
  let value: string | undefined;
  let where: Where[] = [];
  for (const a of assignments) {
    value = a.value === '' ? undefined : expand(a.value);
    where = [{ ...a.where, said: a.value === '' ? 'takes it back' : `sets ${a.value}` }, ...earlier(where)];
  }
  return value === undefined ? { where } : { value, where };
}

function elements(assignments: readonly Assignment[], parse: (value: string) => readonly string[], resettable: boolean): Setting {
  let value: string[] = [];
  let where: Where[] = [];
  for (const a of assignments) {
    if (a.value === '' && resettable) {
      value = [];
      where = [{ ...a.where, said: 'resets the list' }, ...earlier(where)];
    } else if (a.value !== '') {
      value.push(...parse(a.value));
      where = [{ ...a.where, said: `adds ${a.value}` }, ...where];
    }
  }
  return value.length === 0 ? { where } : { value, where };
}

function earlier(where: readonly Where[]): Where[] {
  return where.map((w) => ({ ...w, said: (w.said ?? '').replace(/^(?:sets|adds) /, 'had set ') }));
}
