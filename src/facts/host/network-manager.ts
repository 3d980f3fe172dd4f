/**
 * Which devices NetworkManager is told to leave alone: NetworkManager.conf(5), `unmanaged-devices` of [keyfile] and
 * `managed` of [device] sections, "Device List Format".
 */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { source, type Touches } from '../source.ts';

const main = '/etc/NetworkManager/NetworkManager.conf';
/** The last one hides files of its name in the others; it is read after the main file, the others before. */
const directories = ['/usr/lib/NetworkManager/conf.d', '/run/NetworkManager/conf.d', '/etc/NetworkManager/conf.d'] as const;

const touches: Touches = [
  { do: 'read', path: main },
  ...directories.flatMap(
    (path): Touches => [
      { do: 'list', path },
      { do: 'read', path: `${path}/*.conf` },
    ],
  ),
];

/** A condition of a list, with the place of the line that has it. */
interface Spec {
  readonly text: string;
  readonly at: Where;
}

export interface LeftAlone {
  readonly is: 'known';
  readonly unmanaged: readonly Spec[];
  /** Of sections that say `managed=0`: the conditions of each. */
  readonly sections: readonly (readonly Spec[])[];
  readonly looked: readonly Where[];
}

/** Reads all files in their order: a later key replaces an earlier one, `+=` adds to it, `-=` takes from it. */
export const leftAlone = source(touches, readLeftAlone);

function* readLeftAlone(): Asking<LeftAlone | Unknown> {
  const lists = yield* together(directories.map((d) => list(d)));
  const chosen = new Map<string, string>();
  for (const [at, names] of lists.entries()) {
    // Below /run an image has nothing.
    if (names.is === 'blocked' && names.why !== 'unsupported') return unknown(names, directories[at] ?? '');
    for (const name of names.is === 'got' ? names.value : []) if (name.endsWith('.conf')) chosen.set(name, `${directories[at]}/${name}`);
  }
  const sorted = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const paths = directories.flatMap((d) => [...(d.startsWith('/etc') ? [main] : []), ...sorted.filter((p) => p.startsWith(`${d}/`))]);
  const texts: Answer<string>[] = yield* together(paths.map((p) => read(p)));
  const shut = texts.findIndex((t) => t.is === 'blocked');
  const refused = texts[shut];
  if (refused?.is === 'blocked') return unknown(refused, paths[shut] ?? main);
  const lines = texts.flatMap((t, at) => (t.is === 'got' ? linesIn(t.value, paths[at] ?? main) : []));
  return { is: 'known', unmanaged: unmanagedIn(lines), sections: sectionsIn(lines), looked: paths.map((path) => ({ path })) };
}

interface Line {
  readonly section: string;
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  readonly at: Where;
}

/** A key file of GLib: `#` begins a comment at the head of a line alone. */
function linesIn(text: string, path: string): Line[] {
  let section = '';
  return text.split('\n').flatMap((raw, index): Line[] => {
    const line = raw.trim();
    section = /^\[([^\]]*)\]$/.exec(line)?.[1] ?? section;
    const [, key, operator = '=', value = ''] = /^([\w.-]+?)\s*([-+]?=)\s*(.*)$/.exec(line) ?? [];
    return key === undefined ? [] : [{ section, key, operator, value, at: { path, line: index + 1 } }];
  });
}

const specsOf = ({ value, at }: Line): Spec[] =>
  value
    .split(/[;,]/)
    .map((s) => s.trim())
    .filter((s) => s !== '')
    .map((text) => ({ text, at }));

function unmanagedIn(lines: readonly Line[]): Spec[] {
  let specs: Spec[] = [];
  for (const line of lines.filter((l) => l.section === 'keyfile' && l.key === 'unmanaged-devices')) {
    const given = specsOf(line);
    if (line.operator === '=') specs = given;
    else if (line.operator === '+=') specs = [...specs, ...given];
    else specs = specs.filter((s) => !given.some((g) => g.text === s.text));
  }
  return specs;
}

function sectionsIn(lines: readonly Line[]): Spec[][] {
  const named = new Map<string, Line[]>();
  for (const line of lines) if (/^device/.test(line.section)) addTo(named, line.section, line);
  return [...named.values()].flatMap((own) => {
    const managed = own.findLast((l) => l.key === 'managed');
    if (!managed || !/^(?:0|no|false|off)$/i.test(managed.value)) return [];
    const match = own.findLast((l) => l.key === 'match-device');
    return [match ? specsOf(match) : [{ text: '*', at: managed.at }]];
  });
}

/** What is known of a device before it is there. */
export interface Device {
  readonly name: string;
  readonly type: string;
}

/** The line that has a device left alone; undefined where none does. */
export function leavesAlone({ unmanaged, sections }: LeftAlone, device: Device): Where | undefined {
  return [unmanaged, ...sections].map((specs) => matching(specs, device)).find((at) => at !== undefined);
}

/** A list matches by one of its conditions, unless one with `except:` does; a list of these alone is about all others. */
function matching(specs: readonly Spec[], device: Device): Where | undefined {
  const except = specs.filter(({ text }) => text.startsWith('except:'));
  if (except.some(({ text }) => fits(text.slice('except:'.length), device))) return undefined;
  const wanted = specs.filter(({ text }) => !text.startsWith('except:'));
  if (wanted.length === 0) return except[0]?.at;
  return wanted.find(({ text }) => fits(text, device))?.at;
}

/** Conditions on addresses and drivers are none of devices that software makes. */
function fits(text: string, { name, type }: Device): boolean {
  if (text === '*') return true;
  const [, word, value = ''] = /^([\w-]+):(.*)$/.exec(text) ?? [];
  if (word === undefined) return text === name;
  if (word === 'type') return value === type;
  if (word === 'driver') return value === type;
  if (word !== 'interface-name') return false;
  if (value.startsWith('=')) return value.slice(1) === name;
  return globOf(value.replace(/^~/, '')).test(name);
}

const globOf = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
