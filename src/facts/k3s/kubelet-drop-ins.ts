/**
 * The settings of the kubelet in kubelet.conf.d, from K3s 1.32: files that end in `.conf` in the order of their names, the
 * later ones laid over the earlier ones (kubernetes/kubernetes:cmd/kubelet/app/server.go mergeKubeletConfigurations).
 * `00-k3s-defaults.conf` and `10-cli-config.conf` are written at every start.
 */
import { type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, unparsable } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { placed, type TextNode } from '../text/node.ts';
import { parseYaml } from '../text/yaml.ts';
import type { Given } from './component-args.ts';
import type { Placed } from './given.ts';
import { usualDataDir } from './node-settings.ts';
import { walked, walking } from './walk.ts';

const below = ['agent', 'etc', 'kubelet.conf.d'];
const usual = `${usualDataDir}/${below.join('/')}`;

const touches: Touches = [
  { do: 'list', path: usual },
  { do: 'read', path: `${usual}/*` },
  walking,
  { do: 'read', named: 'files of kubelet.conf.d', later: true, unasked: 'only where data-dir moves it' },
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
  const wanted = names.is === 'got' ? names.value.filter((n) => n.endsWith('.conf')) : [];
  const paths = wanted.map((name) => `${directory}/${name}`);
  const texts = yield* together(paths.map((path) => read(path)));
  const settings = new Map<string, Given>();
  for (const [at, path] of paths.entries()) {
    const text = texts[at];
    if (text?.is === 'blocked') return unknown(text, path);
    if (text?.is !== 'got') continue;
    const parsed = parseYaml(text.value, { first: true });
    if (parsed.is === 'broken')
      return unparsable(`${path} is not valid YAML (${parsed.problem.message}), so the kubelet does not start`, placed(path, parsed.problem));
    lay(settings, parsed.root, path, []);
  }
  return { is: 'read', settings, names: names.is === 'got' ? names.value : [] };
}

function lay(over: Map<string, Given>, node: TextNode, path: string, segments: readonly string[]): void {
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
  const before = over.get(name);
  over.set(name, { values, beaten: before ? [...before.values, ...before.beaten] : [] });
}
