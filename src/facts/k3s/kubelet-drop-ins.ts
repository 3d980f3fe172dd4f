/**
 * The settings of the kubelet in kubelet.conf.d, from K3s 1.32: files that end in `.conf` in the order of their names, the
 * later ones laid over the earlier ones; a directory among them is walked into at its place
 * (kubernetes/kubernetes:cmd/kubelet/app/server.go mergeKubeletConfigurations).
 * `00-k3s-defaults.conf` and `10-cli-config.conf` are written at every start.
 */
import { type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, unparsable } from '../fact.ts';
import { addTo } from '../grouped.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { placed, type TextNode } from '../text/node.ts';
import { parseYaml } from '../text/yaml.ts';
import type { Given } from './component-args.ts';
import type { Placed } from './given.ts';
import { usualDataDir } from './node-settings.ts';
import { walked, walking } from './walk.ts';

const below = ['agent', 'etc', 'kubelet.conf.d'];
const usual = `${usualDataDir}/${below.join('/')}`;

const moved = { later: true, unasked: 'only where data-dir moves it' } as const;

const touches: Touches = [
  { do: 'list', path: usual },
  { do: 'read', path: `${usual}/*` },
  { do: 'stat', path: `${usual}/*` },
  { do: 'list', path: `${usual}/*` },
  { do: 'read', path: `${usual}/*/*` },
  walking,
  ...(['stat', 'list', 'read'] as const).map((does): Pattern => ({ do: does, named: 'files of kubelet.conf.d', ...moved })),
];

export interface DropIns {
  readonly is: 'read';
  /** Values by dotted name; a list keeps all of its elements. */
  readonly settings: ReadonlyMap<string, Given>;
  readonly names: readonly string[];
}

/** What K3s writes at every start. */
const ownFile = '00-k3s-defaults.conf';

/** What K3s writes there, or leaves out, by its flag protect-kernel-defaults: since its last start that may have changed. */
export const protectSetting = 'protectKernelDefaults';

/**
 * The settings as the next start leaves them: where K3s has not written its file yet, those that it will write, with the
 * files of others laid over them; unknown where the release is. `protect` is the flag protect-kernel-defaults where it is on.
 */
export function atNextStart(found: DropIns, own: ReadonlyMap<string, Given> | Unknown, protect: Given | undefined): DropIns | Unknown {
  if (!found.names.includes(ownFile)) return 'is' in own ? own : { ...found, settings: new Map([...own, ...found.settings]) };
  const last = found.settings.get(protectSetting)?.values.at(-1);
  if (last && !last.where.path.endsWith(`/${ownFile}`)) return found;
  const settings = new Map(found.settings);
  if (protect) settings.set(protectSetting, protect);
  else settings.delete(protectSetting);
  return { ...found, settings };
}

/** The drop-ins below the data directory. */
export const kubeletDropIns = source(touches, readDropIns);

function* readDropIns(dataDir: string): Asking<DropIns | Unknown> {
  const directory = `${dataDir}/${below.join('/')}`;
  const names = directory === usual ? yield* list(directory) : yield* walked(dataDir, below);
  if (names.is === 'blocked') return unknown(names, directory);
  const paths = yield* filesIn(directory, names.is === 'got' ? names.value : []);
  if ('is' in paths) return paths;
  const texts = yield* together(paths.map((path) => read(path)));
  const laid = new Map<string, Placed[][]>();
  for (const [at, path] of paths.entries()) {
    const text = texts[at];
    if (text?.is === 'blocked') return unknown(text, path);
    if (text?.is !== 'got') continue;
    const parsed = parseYaml(text.value, { first: true });
    if (parsed.is === 'broken')
      return unparsable(`${path} is not valid YAML (${parsed.problem.message}), so the kubelet does not start`, placed(path, parsed.problem));
    lay(laid, parsed.root, path, []);
  }
  const settings = new Map([...laid].map(([name, all]): [string, Given] => [name, { values: all.at(-1) ?? [], beaten: all.slice(0, -1).reverse().flat() }]));
  return { is: 'read', settings, names: names.is === 'got' ? names.value : [] };
}

/** The files of a directory, in the order in which they are read, with those of the directories in it. */
function* filesIn(directory: string, names: readonly string[]): Asking<readonly string[] | Unknown> {
  const inside = new Map<string, readonly string[]>();
  for (const name of names.filter((n) => !n.endsWith('.conf'))) {
    const path = `${directory}/${name}`;
    const seen = yield* stat(path);
    if (seen.is === 'blocked') return unknown(seen, path);
    if (seen.is !== 'got' || seen.value.type !== 'directory') continue;
    const below = yield* list(path);
    if (below.is === 'blocked') return unknown(below, path);
    if (below.is === 'got')
      inside.set(
        name,
        below.value.filter((n) => n.endsWith('.conf')).map((n) => `${path}/${n}`),
      );
  }
  return names.flatMap((name) => (name.endsWith('.conf') ? [`${directory}/${name}`] : (inside.get(name) ?? [])));
}

/** Puts the values of each setting behind those that it had before. */
function lay(over: Map<string, Placed[][]>, node: TextNode, path: string, segments: readonly string[]): void {
  if (node.is === 'map') {
    for (const { key, value } of node.entries) lay(over, value, path, [...segments, key]);
    return;
  }
  const name = segments.join('.');
  const text = (one: TextNode): string => (one.is === 'scalar' && one.value !== null ? String(one.value) : '');
  const values: Placed[] =
    node.is === 'list'
      ? node.items.map((item) => ({ value: text(item), where: placed(path, item.at) }))
      : [{ value: text(node), where: placed(path, node.at) }];
  addTo(over, name, values);
}
