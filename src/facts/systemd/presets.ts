/**
 * What a first boot enables: where /etc/machine-id is missing or says `uninitialized` (an empty one is no first boot), systemd
 * applies its presets to all units, and only ever enables by them (systemd.preset(5), machine-id(5);
 * systemd/systemd:src/core/manager.c manager_preset_all()). The first line that fits counts; a unit that none names is enabled.
 * Lines are about unit files, never aliases: of a template those instances are enabled that its line names, else DefaultInstance=.
 */
import { type Answer, type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { fnmatches } from '../glob.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import type { LoadedUnit } from './load.ts';
import type { Settings } from './merge.ts';
import { parseUnitName, templateOf } from './names.ts';

const machineId = '/etc/machine-id';
/** Of an image nobody can ask for it. */
const kernelPath = '/proc/sys/kernel';
/** Most important first; /lib is the same directory as /usr/lib where the two are merged. */
const directories = ['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((d) => `${d}/systemd/system-preset`);

interface Line {
  /** `disable`, and `ignore` (from 254 on), leave it as it is. */
  readonly enables: boolean;
  readonly pattern: string;
  /** Of a template the instances that it enables. */
  readonly instances: readonly string[];
  readonly at: Where;
}

export interface Presets {
  readonly is: 'known';
  /** The next boot is no first boot, or the system has no presets at all. */
  readonly applied: boolean;
  /**
   * Where it is said that a unit is enabled; nothing where it is not. `file`: the name of its unit file, which is that of a
   * template for most instances; `usual`: the DefaultInstance= of that.
   */
  readonly enabling: (name: string, file?: string, usual?: string) => Where | undefined;
}

const never: Presets = { is: 'known', applied: false, enabling: () => undefined };

/** The presets that the next boot applies. */
export const firstBootPresets = source(
  (): Touches => [
    { do: 'stat', path: kernelPath },
    { do: 'read', path: machineId },
    ...directories.flatMap((d): Pattern[] => [
      { do: 'list', path: d },
      { do: 'stat', path: `${d}/*.preset` },
      { do: 'read', path: `${d}/*.preset` },
    ]),
  ],
  readPresets,
);

function* readPresets(): Asking<Presets | Unknown> {
  const [kernel, id] = yield* together([stat(kernelPath), read(machineId)]);
  // A system that runs has had its first boot.
  if (kernel.is !== 'blocked' || (id.is === 'got' && id.value.trim() !== 'uninitialized')) return never;
  if (id.is === 'blocked') return unknown(id, machineId);
  if (kernel.why !== 'unsupported') return unknown(kernel, kernelPath);
  const listings = yield* together(directories.map((d) => list(d)));
  const chosen = new Map<string, string>();
  for (const [at, names] of listings.entries()) {
    const directory = directories[at] as string;
    if (names.is === 'blocked' && names.why !== 'unsupported') return unknown(names, directory);
    for (const name of names.is === 'got' ? names.value : [])
      if (name.endsWith('.preset') && !name.startsWith('.') && !chosen.has(name)) chosen.set(name, `${directory}/${name}`);
  }
  // Systemd brings presets of its own: without any, it is not known how this system is put together.
  if (chosen.size === 0) return never;
  const paths = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const texts = yield* together(paths.map(contentOf));
  const lines: Line[] = [];
  for (const [at, text] of texts.entries()) {
    const path = paths[at] as string;
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'got') lines.push(...linesIn(text.value, path));
  }
  return { is: 'known', applied: true, enabling: (name, file = name, usual) => enabling(lines, name, file, usual) };
}

/** A link to /dev/null hides the files of its name. */
function* contentOf(path: string): Asking<Answer<string>> {
  const at = yield* stat(path);
  if (at.is === 'got' && at.value.target === '/dev/null') return { is: 'absent' };
  return yield* read(path);
}

/** Only a template has words after it; `enable a.service b.service` is passed over, and `disable` takes all as one pattern. */
function linesIn(text: string, path: string): Line[] {
  return text.split('\n').flatMap((line, index): Line[] => {
    const [, word = '', all = ''] = /^(enable|disable|ignore)\s+(.+)$/.exec(line.trim()) ?? [];
    const at = { path, line: index + 1 };
    if (word !== 'enable') return word === '' ? [] : [{ enables: false, pattern: all, instances: [], at }];
    const [pattern = '', ...instances] = all.split(/\s+/);
    return instances.length === 0 || parseUnitName(pattern)?.instance === '' ? [{ enables: true, pattern, instances, at }] : [];
  });
}

function enabling(lines: readonly Line[], name: string, file: string, usual: string | undefined): Where | undefined {
  const unit = parseUnitName(name);
  if (!unit || unit.instance === '') return undefined;
  const ofTemplate = unit.instance !== undefined && file === templateOf(unit);
  const line = lines.find((l) => fits(l, ofTemplate ? file : name));
  if (line && !line.enables) return undefined;
  if (ofTemplate && !(line && fitsByInstances(line, file) ? line.instances.includes(unit.instance) : unit.instance === usual)) return undefined;
  return line ? { ...line.at, said: 'applied at the first boot' } : { path: machineId, said: 'a first boot enables what no preset names' };
}

const fits = (line: Line, file: string): boolean => fitsByInstances(line, file) || fnmatches(line.pattern, file);

/** Of a template the line itself, of an instance with a file of its own the line that names it. */
function fitsByInstances({ pattern, instances }: Line, file: string): boolean {
  const unit = parseUnitName(file);
  if (unit?.instance === undefined) return false;
  return instances.length > 0 && pattern === templateOf(unit) && (unit.instance === '' || instances.includes(unit.instance));
}

/** As {@link Presets.enabling}, of a unit that is loaded. */
export function presetOf(presets: Presets, { unit, fragment }: LoadedUnit, settings: Settings): Where | undefined {
  const path = fragment?.path;
  const usual = settings.directives.get('DefaultInstance')?.value;
  return path === undefined ? undefined : presets.enabling(unit.name, path.slice(path.lastIndexOf('/') + 1), typeof usual === 'string' ? usual : undefined);
}

/** Who pulls in what [Install] of a unit names, once it is enabled. */
export const installedInto = (settings: Settings): string[] => ['WantedBy', 'RequiredBy', 'UpheldBy'].flatMap((key) => wordsOf(settings, key));

/** The names that [Install] of a unit gives it, once it is enabled. */
export const installedAs = (settings: Settings): string[] => wordsOf(settings, 'Alias');

function wordsOf(settings: Settings, key: string): string[] {
  const value = settings.directives.get(key)?.value;
  return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
}
