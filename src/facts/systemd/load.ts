/** A unit as the manager would load it: fragment, drop-ins, and every assignment in the order it counts. */

import { type Account, type Answer, type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { type Ground, inQuestion, source } from '../source.ts';
import { type DropIn, readDropIns } from './dropins.ts';
import { type Entry, type Found, findUnit, findWithTemplate, type Search, searchUnits } from './find.ts';
import { dropInNames, isInstance, parseUnitName, sectionsOf, templateOf, type UnitName } from './names.ts';
import { type Manager, searchDirs } from './paths.ts';
import { type Assignment, type Ignored, parseUnitText } from './syntax.ts';

export interface LoadedUnit {
  readonly is: 'loaded';
  readonly manager: Manager;
  /** The name it was asked for by. */
  readonly asked: UnitName;
  /** The name it goes by after aliases; for an instance, the instance. */
  readonly unit: UnitName;
  /** All names that lead to it, its own first, that matter to drop-ins. */
  readonly names: readonly string[];
  /** False: no fragment in any directory. Drop-ins alone do not make a unit; slices need no fragment. */
  readonly exists: boolean;
  readonly fragment?: { readonly path: string; readonly mtime: number; readonly target?: string };
  /** The fragment is a link to /dev/null or an empty file. */
  readonly masked: boolean;
  /** In the order in which they are read, after the fragment. */
  readonly dropIns: readonly DropIn[];
  /** Fragments that a directory of higher precedence hides. */
  readonly shadowed: readonly string[];
  /** Every assignment, in the order in which systemd applies them. Empty for a masked unit. */
  readonly assignments: readonly Assignment[];
  /** Lines that systemd reads past. */
  readonly ignored: readonly Ignored[];
  /** The fragment has a line at which the parser gives up: the unit cannot start ("bad-setting"). */
  readonly broken?: Ignored;
  readonly remarks: readonly { readonly said: string; readonly where: Where }[];
  /** What could not be read. Anything here may change any assignment. */
  readonly unseen: readonly Unknown[];
  /** Of these, what leaves open which file the unit is, or whether it is masked. */
  readonly uncertain: readonly Unknown[];
  readonly consulted: readonly Where[];
  readonly search: Search;
}

export interface LoadOptions {
  readonly manager: Manager;
  /** Whose user manager; its home and uid name the directories. Root for the system manager. */
  readonly as: Account;
}

/** Loads a unit, or says why it cannot be told whether there is one. */
export const loadUnit = source((name: string, { manager }: LoadOptions) => [searchUnits.of(manager, inQuestion), ...patternsFor(name, manager)], readUnit);

/** What loading that unit of the account in question stands on. `*` for a name that is not known. */
export const unitNamed = (name: string, manager: Manager): Ground => loadUnit.of(name, { manager, as: inQuestion });

/** What loading whichever units of a type stands on: the drop-ins of all of them are asked for at once. */
export const unitsOfType = (type: string, manager: Manager): Ground => unitNamed(`${anyName}.${type}`, manager);

const anyName = '**';

function* readUnit(name: string, { manager, as }: LoadOptions): Asking<LoadedUnit | Unknown> {
  const search = yield* searchUnits(manager, as);
  const asked = parseUnitName(name);
  if (!asked) return { is: 'unknown', why: 'unsupported', said: `${JSON.stringify(name)} is not a unit name`, where: [] };
  const found = yield* findWithTemplate(search, asked);
  if (!found.entry && search.unseen[0]) return search.unseen[0];
  const unit = ownName(asked, found);
  const aliases = yield* aliasesOf(search, unit, found.names);
  const dropIns = yield* readDropIns(search, unit, aliases);
  const base = yield* readFragment(found.entry, unit);
  const masked = found.entry?.is === 'mask';
  const files = masked ? [] : dropIns.files.map((f) => parseUnitText(f.text ?? '', f.path, sectionsOf(unit.type)));
  return {
    is: 'loaded',
    manager,
    asked,
    unit,
    names: [unit.name, ...aliases.map((a) => a.name)],
    exists: unit.type === 'slice' || (found.entry !== undefined && found.entry.is !== 'dangling'),
    ...(found.entry && found.entry.is !== 'dangling' ? { fragment: fragmentOf(found.entry) } : {}),
    masked,
    dropIns: dropIns.files,
    shadowed: found.shadowed,
    assignments: [...base.text.assignments, ...files.flatMap((f) => f.assignments)],
    ignored: [...base.text.ignored, ...files.flatMap((f) => [...f.ignored, ...(f.broken ? [f.broken] : [])])],
    ...(base.text.broken ? { broken: base.text.broken } : {}),
    remarks: [
      ...found.remarks,
      ...(found.entry?.is === 'dangling' ? [{ said: `a dangling link to ${found.entry.target}`, where: { path: found.entry.path } }] : []),
    ],
    unseen: [...search.unseen, ...base.unseen, ...dropIns.unseen],
    uncertain: [...search.unseen, ...base.unseen],
    consulted: search.consulted,
    search,
  };
}

/** The unit's own name: the fragment's, with the instance of the name asked for. */
function ownName(asked: UnitName, found: Found): UnitName {
  const last = parseUnitName(found.names.at(-1) as string) ?? asked;
  if (!found.entry || !isInstance(asked)) return found.entry ? last : asked;
  return last.instance === '' ? instanceOf(last, asked.instance ?? '') : last;
}

function instanceOf(template: UnitName, instance: string): UnitName {
  return { ...template, name: `${template.prefix}@${instance}.${template.type}`, instance };
}

/**
 * Other names of the unit that matter: those passed through, and those of any drop-in
 * directory whose name is a link to this unit. (Aliases without one change nothing.)
 */
function* aliasesOf(search: Search, unit: UnitName, through: readonly string[]): Asking<UnitName[]> {
  const own = new Set(dropInNames(unit));
  const stems = new Set<string>();
  for (const dir of search.dirs) {
    for (const entry of dir.entries) {
      if (!entry.endsWith(`.${unit.type}.d`) || own.has(entry)) continue;
      const stem = entry.slice(0, -2);
      if (search.dirs.some((d) => d.entries.has(stem))) stems.add(stem);
    }
  }
  const leads = yield* together([...stems].sort().map((stem) => findUnit(search, stem)));
  const goals = new Set([unit.name, ...(isInstance(unit) ? [templateOf(unit)] : [])]);
  const names = [...through, ...leads.filter((f) => f.names.length > 1 && goals.has(f.names.at(-1) as string)).map((f) => f.names[0] as string)];
  const parsed = names.map(parseUnitName).filter((n) => n !== undefined);
  const instances = parsed.map((n) => (n.instance === '' && isInstance(unit) ? instanceOf(n, unit.instance ?? '') : n));
  return [...new Map(instances.filter((n) => n.name !== unit.name).map((n) => [n.name, n])).values()];
}

function* readFragment(entry: Found['entry'], unit: UnitName): Asking<{ text: ReturnType<typeof parseUnitText>; unseen: Unknown[] }> {
  const nothing = { assignments: [], ignored: [] };
  if (entry?.is === 'blocked') return { text: nothing, unseen: [entry.unknown] };
  if (entry?.is !== 'file') return { text: nothing, unseen: [] };
  const text = yield* read(entry.path);
  if (text.is === 'got') return { text: parseUnitText(text.value, entry.path, sectionsOf(unit.type)), unseen: [] };
  return { text: nothing, unseen: [unknown(text.is === 'blocked' ? text : { is: 'blocked', why: 'failed', said: 'vanished' }, entry.path)] };
}

function fragmentOf(entry: Exclude<Entry, { is: 'alias' | 'unusable' }>): NonNullable<LoadedUnit['fragment']> {
  if (entry.is === 'blocked') return { path: entry.path, mtime: 0 };
  return { path: entry.path, mtime: entry.mtime, ...(entry.target !== undefined ? { target: entry.target } : {}) };
}

/** What following a unit's name through listed directories asks. Aliases and their drop-ins cannot be named beforehand, hence the `*`. */
function patternsFor(name: string, manager: Manager): Pattern[] {
  const type = name.slice(name.lastIndexOf('.') + 1);
  const { files, dropIns } = usualNames(name);
  return searchDirs(manager, '~', '/run/user/{uid}').flatMap((dir): Pattern[] => {
    const first = files.map((f) => `${dir}/${f}`);
    const inside = dropIns && { first: dropIns.map((d) => `${dir}/${d}/*.conf`) };
    return [
      // Units with drop-ins may be aliases of this one.
      { do: 'stat', path: `${dir}/*.${type}`, first, ...(type.includes('*') ? {} : { withDropIns: true }) },
      { do: 'read', path: `${dir}/*.${type}`, first },
      { do: 'list', path: `${dir}/*${type}.d`, ...(dropIns ? { first: dropIns.map((d) => `${dir}/${d}`) } : {}) },
      { do: 'stat', path: `${dir}/*${type}.d/*.conf`, ...inside },
      { do: 'read', path: `${dir}/*${type}.d/*.conf`, ...inside },
    ];
  });
}

/** The texts by path of a unit's own file, and of the files that another of their name hides. */
export const unitTexts = source(
  (name: string, { manager }: LoadOptions) => [unitNamed(name, manager), ...patternsFor(name, manager).filter((p) => p.do === 'read')],
  readUnitTexts,
);

function* readUnitTexts(name: string, options: LoadOptions): Asking<ReadonlyMap<string, Answer<string>>> {
  const unit = yield* loadUnit(name, options);
  if (unit.is === 'unknown') return new Map();
  const paths = [...(unit.fragment && !unit.masked ? [unit.fragment.path] : []), ...unit.shadowed, ...unit.dropIns.flatMap((d) => d.hides)];
  const texts = yield* together(paths.map((path) => read(path)));
  return new Map(paths.map((path, at) => [path, texts[at] ?? { is: 'absent' }]));
}

/** Stands for `{uid}` while a name is taken apart. */
const someUid = '4294967295';

/** The files and drop-in directories of a unit without aliases; none while the name is not known, and any directory of a type. */
function usualNames(name: string): { readonly files: readonly string[]; readonly dropIns?: readonly string[] } {
  if (name.startsWith(`${anyName}.`)) return { files: [] };
  const unit = parseUnitName(name.replaceAll('{uid}', someUid));
  if (!unit) return { files: [], dropIns: [] };
  const given = (names: readonly string[]): string[] => names.map((n) => n.replaceAll(someUid, '{uid}'));
  return {
    files: given([unit.name, ...(isInstance(unit) ? [templateOf(unit)] : [])]),
    dropIns: given([...dropInNames(unit), `${unit.type}.d`]),
  };
}
