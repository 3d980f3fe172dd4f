/** Unit names: types, templates, instances, and the drop-in directories that belong to a name (systemd.unit(5)). */

const unitTypes = ['service', 'socket', 'target', 'device', 'mount', 'automount', 'swap', 'timer', 'path', 'slice', 'scope'] as const;
export type UnitType = (typeof unitTypes)[number];

export interface UnitName {
  readonly name: string;
  readonly type: UnitType;
  /** What stands before `@` or the suffix. */
  readonly prefix: string;
  /** `''` for a template, undefined for a plain name. */
  readonly instance?: string;
}

/** Takes a unit name apart; undefined when systemd would not take it for one. */
export function parseUnitName(name: string): UnitName | undefined {
  const dot = name.lastIndexOf('.');
  const type = unitTypes.find((t) => t === name.slice(dot + 1));
  if (dot < 1 || !type || name.length > 255 || !/^[A-Za-z0-9:_.\\@-]+$/.test(name)) return undefined;
  const at = name.indexOf('@');
  if (at < 0) return { name, type, prefix: name.slice(0, dot) };
  if (at === 0 || at > dot) return undefined;
  return { name, type, prefix: name.slice(0, at), instance: name.slice(at + 1, dot) };
}

const isTemplate = (unit: UnitName): boolean => unit.instance === '';
export const isInstance = (unit: UnitName): boolean => unit.instance !== undefined && unit.instance !== '';
export const templateOf = (unit: UnitName): string => `${unit.prefix}@.${unit.type}`;

/** The sections a unit type knows. Others are ignored with a warning that nobody reads. */
export function sectionsOf(type: UnitType): ReadonlySet<string> {
  const own = type === 'target' || type === 'device' ? [] : [(type[0] as string).toUpperCase() + type.slice(1)];
  return new Set(['Unit', 'Install', ...own]);
}

/**
 * The drop-in directory names that apply to a name, most specific first, without the type-wide one:
 * `a-b@1.service` has itself, `a-b@.service`, `a-.service`, `a-@1.service` and `a-@.service`, each with `.d`.
 * Source: systemd/systemd:src/shared/dropin.c unit_file_find_dirs().
 */
export function dropInNames(unit: UnitName): string[] {
  const names = [`${unit.name}.d`];
  if (isInstance(unit)) names.push(...dropInNames({ ...unit, name: templateOf(unit), instance: '' }));
  const shorter = chopped(unit.prefix);
  if (shorter !== undefined) {
    const { instance: _, ...plain } = unit;
    // A template is cut to a plain name; only an instance keeps its `@` (tried on systemd 252).
    const cut = isInstance(unit) ? { ...unit, name: `${shorter}@${unit.instance}.${unit.type}` } : { ...plain, name: `${shorter}.${unit.type}` };
    names.push(...dropInNames({ ...cut, prefix: shorter }));
  }
  return [...new Set(names)];
}

/** `foo-bar` becomes `foo-`, `foo-bar-` becomes `foo-`; undefined when nothing is left to cut. */
function chopped(prefix: string): string | undefined {
  const trimmed = prefix.endsWith('-') ? prefix.slice(0, -1) : prefix;
  const dash = trimmed.lastIndexOf('-');
  return dash < 0 || (dash === 0 && prefix.length === 1) ? undefined : trimmed.slice(0, dash + 1);
}

/**
 * Why a link named `from` to a unit named `to` is not an alias; undefined when it is one.
 * Source: systemd/systemd:src/basic/unit-file.c unit_validate_alias_symlink_or_warn().
 */
export function aliasProblem(from: UnitName, to: string): string | undefined {
  const end = parseUnitName(to);
  if (!end) return `${to} is not a unit name`;
  if (end.type !== from.type) return `the suffix of ${to} differs`;
  if (isInstance(from)) {
    if (isTemplate(end) || end.instance === from.instance) return undefined;
    return `the instance of ${to} differs`;
  }
  return from.instance === end.instance ? undefined : `only one of ${from.name} and ${to} is a template`;
}
