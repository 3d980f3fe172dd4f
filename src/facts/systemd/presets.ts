/**
 * What a first boot enables: where /etc/machine-id is missing or says `uninitialized` (an empty one is no first boot), systemd
 * applies its presets to all units, and only ever enables by them (systemd.preset(5), machine-id(5);
 * systemd/systemd:src/core/manager.c manager_preset_all()). The first line that fits counts; a unit that none names is enabled.
 */
import { type Answer, type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { wildcardMatches } from '../glob.ts';
import { kernelPath } from '../host/running.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import type { Settings } from './merge.ts';
import { isInstance, parseUnitName, templateOf } from './names.ts';

const machineId = '/etc/machine-id';
/** Most important first; /lib is the same directory as /usr/lib where the two are merged. */
const directories = ['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((d) => `${d}/systemd/system-preset`);

interface Line {
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
  /** Where it is said that a unit of that name is enabled; nothing where it is not. */
  readonly enabling: (name: string) => Where | undefined;
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
  const id = yield* read(machineId);
  if (id.is === 'blocked') return unknown(id, machineId);
  if (id.is === 'got' && id.value.trim() !== 'uninitialized') return never;
  const kernel = yield* stat(kernelPath);
  // A system that runs has had its first boot.
  if (kernel.is !== 'blocked') return never;
  if (kernel.why !== 'unsupported') return unknown(kernel, kernelPath);
  const listings = yield* together(directories.map((d) => list(d)));
  const chosen = new Map<string, string>();
  for (const [at, names] of listings.entries()) {
    const directory = directories[at] as string;
    if (names.is === 'blocked' && names.why !== 'unsupported') return unknown(names, directory);
    for (const name of names.is === 'got' ? names.value : []) if (name.endsWith('.preset') && !chosen.has(name)) chosen.set(name, `${directory}/${name}`);
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
  return { is: 'known', applied: true, enabling: (name) => enabling(lines, name) };
}

/** A link to /dev/null hides the files of its name. */
function* contentOf(path: string): Asking<Answer<string>> {
  const at = yield* stat(path);
  if (at.is === 'got' && at.value.target === '/dev/null') return { is: 'absent' };
  return yield* read(path);
}

function linesIn(text: string, path: string): Line[] {
  return text.split('\n').flatMap((line, index): Line[] => {
    const [word = '', pattern, ...instances] = line.trim().split(/\s+/);
    return pattern !== undefined && /^(?:enable|disable)$/.test(word)
      ? [{ enables: word === 'enable', pattern, instances, at: { path, line: index + 1 } }]
      : [];
  });
}

function enabling(lines: readonly Line[], name: string): Where | undefined {
  const unit = parseUnitName(name);
  const names = unit && isInstance(unit) ? [name, templateOf(unit)] : [name];
  const line = lines.find(({ pattern }) => names.some((n) => wildcardMatches(pattern, n)));
  const none = { path: machineId, said: 'a first boot enables what no preset names' };
  if (!line) return unit && isInstance(unit) ? undefined : none;
  if (!line.enables) return undefined;
  const given = unit && isInstance(unit) && !wildcardMatches(line.pattern, name) ? line.instances.includes(unit.instance ?? '') : true;
  return given ? { ...line.at, said: 'applied at the first boot' } : undefined;
}

/** Who pulls in what [Install] of a unit names, once it is enabled. */
export const installedInto = (settings: Settings): string[] =>
  ['WantedBy', 'RequiredBy', 'UpheldBy'].flatMap((key) => {
    const value = settings.directives.get(key)?.value;
    return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
  });
