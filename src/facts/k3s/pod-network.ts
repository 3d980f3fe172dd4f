/** Which network plugin gives the pods of a K3s node their network: K3s' own flannel, or one that somebody brought. */
import { type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { k3sModel } from './k3s-model.ts';
import { usualDataDir } from './node-settings.ts';

const manifests = `${usualDataDir}/server/manifests`;
/** K3s writes the first one for its own flannel; other plugins write into the second, or into both. */
const settings = [`${usualDataDir}/agent/etc/cni/net.d`, '/etc/cni/net.d'] as const;

/** Plugins by the names of their images, charts and configuration files. */
const plugins = [
  { name: 'kube-router', words: /kube-?router/ },
  { name: 'cilium', words: /cilium/ },
  { name: 'calico', words: /calico|tigera/ },
  { name: 'flannel', words: /flannel/ },
] as const;

export interface PodNetwork {
  readonly is: 'plugin';
  readonly name: (typeof plugins)[number]['name'];
  /** As its manifest names it, without a leading v. */
  readonly version?: string;
  /** Of K3s' own flannel: vxlan, host-gw, wireguard-native … */
  readonly backend?: string;
  readonly where: readonly Where[];
}

/** `none`: nothing starts K3s. */
export type PodNetworkOf = PodNetwork | { readonly is: 'none'; readonly consulted: readonly Where[] } | Unknown;

const touches: Touches = [
  k3sModel,
  ...[manifests, ...settings].map((path) => ({ do: 'list', path }) as const),
  { do: 'read', path: `${manifests}/*`, later: true },
];

/** Of a server its flag tells, then its manifests; of an agent, which takes its server's word, the files that plugins leave. */
export const podNetwork = source(touches, learnNetwork);

function* learnNetwork(): Asking<PodNetworkOf> {
  const model = yield* k3sModel();
  if (model.is === 'unknown') return model;
  if (model.is === 'not-started') return { is: 'none', consulted: model.consulted };
  const flag = model.flags.one('flannel-backend');
  const gap = model.flags.gap('flannel-backend');
  if (!flag && gap) return gap;
  if (model.role === 'server' && flag?.value !== 'none')
    return { is: 'plugin', name: 'flannel', backend: flag?.value ?? 'vxlan', where: [flag?.where ?? { ...model.where, said: 'default of --flannel-backend: vxlan' }] };
  const declared = model.role === 'server' ? yield* fromManifests() : undefined;
  return declared ?? (yield* fromSettings());
}

function* fromManifests(): Asking<PodNetwork | Unknown | undefined> {
  const names = yield* list(manifests);
  if (names.is === 'blocked') return unknown(names, manifests);
  const paths = names.is === 'got' ? names.value.filter((n) => /\.(ya?ml|json)$/.test(n)).map((n) => `${manifests}/${n}`) : [];
  const texts = yield* together(paths.map((p) => read(p)));
  let refused: Unknown | undefined;
  for (const [at, text] of texts.entries()) {
    const path = paths[at] ?? manifests;
    if (text.is === 'blocked') refused ??= unknown(text, path);
    const found = text.is === 'got' ? inManifest(text.value, path) : undefined;
    if (found) return found;
  }
  return refused;
}

/** A line `image: …/cilium:v1.13.4`, or `chart: cilium` of a HelmChart with its `version:`. */
function inManifest(text: string, path: string): PodNetwork | undefined {
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    const value = /^\s*(?:-\s*)?(?:image|chart):\s*["']?([^\s"'#]+)/.exec(line)?.[1];
    const plugin = value === undefined ? undefined : plugins.find((p) => p.words.test(value) && p.name !== 'flannel');
    if (value === undefined || plugin === undefined) continue;
    const tag = /:v?(\d[^@\s]*)/.exec(value)?.[1] ?? /^\s*version:\s*["']?v?(\d[^\s"']*)/m.exec(text)?.[1];
    return { is: 'plugin', name: plugin.name, where: [{ path, line: at + 1, said: value }], ...(tag === undefined ? {} : { version: tag }) };
  }
  return undefined;
}

function* fromSettings(): Asking<PodNetwork | Unknown> {
  const lists = yield* together(settings.map((d) => list(d)));
  for (const [at, names] of lists.entries()) {
    if (names.is === 'blocked') return unknown(names, settings[at] ?? '');
    for (const file of names.is === 'got' ? names.value : []) {
      const plugin = plugins.find((p) => p.words.test(file));
      if (plugin) return { is: 'plugin', name: plugin.name, where: [{ path: `${settings[at]}/${file}` }] };
    }
  }
  return { is: 'unknown', why: 'ambiguous', said: 'which network plugin the pods have stands in no file here', where: settings.map((path) => ({ path })) };
}
