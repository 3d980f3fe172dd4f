/**
 * What pulls a unit in at start: the `.wants`, `.requires` and `.upholds` directories of the
 * search path, whoever made the links (systemd.unit(5); `systemctl is-enabled`).
 */
import { type Answer, type Asking, list, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { type Ground, inQuestion, source, type Touches } from '../source.ts';
import { enabledAlso } from './also.ts';
import { bootTargets, type Reached } from './boot-targets.ts';
import { type LoadedUnit, type LoadOptions, loadUnit, unitNamed } from './load.ts';
import { mergeSettings, type Settings } from './merge.ts';
import { isInstance, parseUnitName, templateOf } from './names.ts';
import { type Manager, searchDirs } from './paths.ts';
import { firstBootPresets, installedAs, installedInto, presetOf } from './presets.ts';
import { expander } from './specifiers.ts';

type EnablementState = 'enabled' | 'alias' | 'static' | 'disabled' | 'indirect' | 'masked' | 'linked' | 'generated' | 'transient';

export interface Enablement {
  /**
   * A unit that a normal boot reaches wants, requires or upholds it, or the presets of the first boot will have it so; or it
   * has an alias that was put there, and nothing but aliases in [Install].
   */
  readonly enabled: boolean;
  /** The pulling units or aliases: `multi-user.target`. */
  readonly by: readonly string[];
  /** The links. */
  readonly where: readonly Where[];
  readonly state: EnablementState;
  /** Directories that could not be read: there may be more. */
  readonly unseen: readonly Unknown[];
  /** Links that do not count, and why. */
  readonly remarks: readonly { readonly said: string; readonly where: Where }[];
}

const kinds = ['wants', 'requires', 'upholds'];

/** Finds the links that enable a unit; unknown where the unit is. */
export const enablementOf = source(
  (name: string, { manager }: LoadOptions): Touches => [
    unitNamed(name, manager),
    ...(manager === 'system' ? [bootTargets, firstBootPresets, enabledAlso] : []),
    ...patternsFor(name, manager),
  ],
  findEnablement,
);

/** What {@link enablementOf} stands on for that unit of the account in question. */
export const enablementNamed = (name: string, manager: Manager): Ground => enablementOf.of(name, { manager, as: inQuestion });

function* findEnablement(name: string, options: LoadOptions): Asking<Enablement | Unknown> {
  const unit = yield* loadUnit(name, options);
  if (unit.is === 'unknown') return unit;
  const settings = mergeSettings(unit, expander(unit.unit, options.manager, options.as));
  const unseen: Unknown[] = [];
  const aliases = yield* installedAliases(unit, settings);
  const { links, instances } = yield* pullingLinks(unit, aliases.map(nameOf), unseen);
  const remarks: { said: string; where: Where }[] = [];
  const ofSystem = options.manager === 'system';
  const reached: Reached = ofSystem ? yield* bootTargets() : () => true;
  const counts = links.filter(({ by, problem = reached(by) ? undefined : `no normal boot gets to ${by}`, path }) => {
    if (problem === undefined) return true;
    remarks.push({ said: problem, where: { path } });
    return false;
  });
  const able = unit.exists && !unit.masked;
  if (!able && counts.length > 0) {
    remarks.push({ said: unit.masked ? 'linked here, but masked' : 'linked here, but there is no such unit', where: { path: counts[0]?.path ?? '' } });
  }
  // A name that leads to a unit starts nothing, where something else was to pull it in.
  const named = ofSystem && installedInto(settings).length > 0 ? [] : aliases;
  const preset = able && ofSystem && counts.length === 0 ? yield* presetFor(unit, settings, reached) : none;
  if (preset.unseen) unseen.push(preset.unseen);
  const by = [...counts.map((l) => l.by), ...named.map(nameOf), ...preset.by];
  return {
    enabled: able && by.length > 0,
    by: able ? [...new Set(by)] : [],
    where: [...counts.map((l) => ({ path: l.path })), ...named.map((path) => ({ path })), ...preset.where],
    state: stateOf(unit, settings, {
      own:
        aliases.length > 0 ||
        instances.has(String(settings.directives.get('DefaultInstance')?.value)) ||
        links.some((l) => l.problem === undefined && !l.vendor),
      vendors: links.some((l) => l.problem === undefined && l.vendor),
      others: instances.size > 0 || otherNames(unit),
    }),
    unseen,
    remarks,
  };
}

interface Preset {
  readonly by: readonly string[];
  readonly where: readonly Where[];
  readonly unseen?: Unknown;
}

const none: Preset = { by: [], where: [] };

/** What will pull the unit in after the first boot, where the image has yet to have it. */
function* presetFor(unit: LoadedUnit, settings: Settings, reached: Reached): Asking<Preset> {
  const presets = yield* firstBootPresets();
  if (presets.is === 'unknown') return { ...none, unseen: presets };
  const also = presets.applied ? yield* enabledAlso() : undefined;
  if (also && 'is' in also) return { ...none, unseen: also };
  const at = presetOf(presets, unit, settings) ?? also?.get(unit.unit.name);
  const open = unit.unseen.find((u) => u.why !== 'unsupported');
  if (at && open) return { ...none, unseen: open };
  const into = installedInto(settings);
  const by = !at ? [] : into.length > 0 ? into.filter(reached) : installedAs(settings);
  return at && by.length > 0 ? { by, where: [at] } : none;
}

interface Link {
  readonly path: string;
  readonly by: string;
  /** Below /usr: shipped, not made by `systemctl enable`. */
  readonly vendor: boolean;
  readonly problem?: string;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Links by the names of the unit, among them those by which it is installed; and of a template the instances that are linked. */
function* pullingLinks(unit: LoadedUnit, aliases: readonly string[], unseen: Unknown[]): Asking<{ links: Link[]; instances: ReadonlySet<string> }> {
  const dirs = unit.search.dirs.flatMap((d) =>
    [...d.entries].filter((e) => kinds.includes(e.slice(e.lastIndexOf('.') + 1))).map((e) => ({ dir: `${d.path}/${e}`, by: e })),
  );
  const lists = yield* together(dirs.map((d) => list(d.dir)));
  const names = new Set([...unit.names, unit.asked.name, ...aliases]);
  const seen = new Set<string>();
  const found: { path: string; by: string; vendor: boolean }[] = [];
  const instances = new Set<string>();
  for (const [at, { dir, by }] of dirs.entries()) {
    const entries = lists[at] as Answer<readonly string[]>;
    if (entries.is === 'blocked' && !entries.said?.startsWith('is a ')) unseen.push(unknown(entries, dir));
    for (const name of entries.is === 'got' ? entries.value : []) {
      if (!isVendors(dir)) for (const instance of instanceOf(unit.unit.name, name)) instances.add(instance);
      // The foremost directory decides for a name, as it does for drop-ins.
      if (!names.has(name) || seen.has(`${by}/${name}`)) continue;
      seen.add(`${by}/${name}`);
      found.push({ path: `${dir}/${name}`, by: by.slice(0, by.lastIndexOf('.')), vendor: isVendors(dir) });
    }
  }
  const stats = yield* together(found.map((f) => stat(f.path)));
  return { links: found.map((f, at) => ({ ...f, ...problemOf(stats[at] as Answer<Stat>, f.path, unseen) })), instances };
}

function instanceOf(template: string, name: string): string[] {
  const unit = parseUnitName(name);
  return unit?.instance && templateOf(unit) === template ? [unit.instance] : [];
}

/** Whether a link in /etc or /run gives the unit another name, of those that were looked at: a link of any name may. */
const otherNames = ({ unit, names, search }: LoadedUnit): boolean =>
  names.some((name) => name !== unit.name && search.dirs.some((d) => !isVendors(d.path) && d.entries.has(name)));

function problemOf(answer: Answer<Stat>, path: string, unseen: Unknown[]): { problem?: string } {
  if (answer.is === 'blocked') unseen.push(unknown(answer, path));
  if (answer.is !== 'got') return { problem: 'could not be looked at' };
  if (answer.value.type !== 'link') return { problem: `ignored: a ${answer.value.type}, not a link` };
  return isTakenAway(answer.value) ? { problem: 'a link to /dev/null or an empty file takes this dependency away' } : {};
}

/** A link in a `.wants` directory that ends at /dev/null or an empty file is none, whatever its name leads to elsewhere. */
export const isTakenAway = ({ target, real }: Stat): boolean =>
  target === '/dev/null' || (real?.is === 'got' && (real.value.path === '/dev/null' || (real.value.type === 'file' && real.value.size === 0)));

/** Links in /etc and /run by the names that `Alias=` in [Install] offers. */
function* installedAliases(unit: LoadedUnit, settings: Settings): Asking<string[]> {
  const names = settings.directives.get('Alias')?.value;
  if (!Array.isArray(names)) return [];
  const own = new Set([unit.unit.name, ...(isInstance(unit.unit) ? [templateOf(unit.unit)] : [])]);
  const candidates = names.flatMap((n) => {
    // The foremost directory decides for a name.
    const first = typeof n === 'string' ? unit.search.dirs.find((d) => d.entries.has(n)) : undefined;
    return first && !isVendors(first.path) ? [`${first.path}/${n}`] : [];
  });
  const stats = yield* together(candidates.map((path) => stat(path)));
  return candidates.filter((_, at) => {
    const s = stats[at] as Answer<Stat>;
    return s.is === 'got' && s.value.target !== undefined && own.has(nameOf(s.value.target));
  });
}

const isVendors = (dir: string): boolean => dir.startsWith('/usr/') || dir.startsWith('/lib/');

interface Linked {
  /** In /etc or /run, by its name or one that [Install] gives it. */
  readonly own: boolean;
  readonly vendors: boolean;
  /** By other names, or of a template its instances. */
  readonly others: boolean;
}

/** What `systemctl is-enabled` prints (systemd/systemd:src/shared/install.c unit_file_lookup_state()). */
function stateOf(unit: LoadedUnit, settings: Settings, linked: Linked): EnablementState {
  const path = unit.fragment?.path ?? '';
  if (unit.masked) return 'masked';
  if (unit.asked.name !== unit.unit.name && !isInstance(unit.unit)) return 'alias';
  if (/\/systemd\/generator(\.early|\.late)?\//.test(path)) return 'generated';
  if (path.includes('/systemd/transient/')) return 'transient';
  if (linked.own) return 'enabled';
  if (linked.vendors && isInstance(unit.unit)) return 'static';
  if (linked.others) return 'indirect';
  if (unit.fragment?.target !== undefined) return 'linked';
  const has = (key: string): boolean => settings.directives.get(key)?.value !== undefined;
  if (['WantedBy', 'RequiredBy', 'UpheldBy', 'Alias'].some(has)) return 'disabled';
  return has('Also') ? 'indirect' : 'static';
}

function patternsFor(name: string, manager: Manager): Pattern[] {
  const type = name.slice(name.lastIndexOf('.') + 1);
  return searchDirs(manager, '~', '/run/user/{uid}').flatMap((dir) => [
    // Links by the names that Alias= offers.
    ...(isVendors(dir) ? [] : [{ do: 'stat', path: `${dir}/*.${type}`, first: [] } as const]),
    ...kinds.flatMap((kind): Pattern[] => [
      { do: 'list', path: `${dir}/*.${kind}` },
      { do: 'stat', path: `${dir}/*.${kind}/*.${type}`, first: name.includes('*') ? [] : [`${dir}/*.${kind}/${name}`] },
    ]),
  ]);
}
