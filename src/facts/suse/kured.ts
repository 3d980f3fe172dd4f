/**
 * Where kured looks for the file that asks for a restart, by the manifests on this host. From 1.15 it looks inside its own
 * container, so that volumes say which file of the host it is; before on the host (kubereboot/kured:cmd/kured/main.go).
 */
import { type Asking, list, read, together } from '../ask.ts';
import { type Json, type Unknown, unknown, type Where } from '../fact.ts';
import { usualDataDir } from '../k3s/node-settings.ts';
import { source } from '../source.ts';
import { plain } from '../text/node.ts';
import { parseYamlAll } from '../text/yaml.ts';

const manifests = `${usualDataDir}/server/manifests`;
const byDefault = '/var/run/reboot-required';

export interface Kured {
  /** The file of the host; undefined where nothing of the host is mounted there. */
  readonly sentinel: string | undefined | Unknown;
  readonly where: Where;
}

export type KuredFound = { readonly is: 'known'; readonly kured?: Kured; readonly consulted: readonly Where[] } | Unknown;

/** The kured of the manifests that K3s applies here; none there does not show that the cluster has none. */
export const kuredHere = source(
  [
    { do: 'list', path: manifests },
    { do: 'read', path: `${manifests}/*`, later: true },
  ],
  findKured,
);

function* findKured(): Asking<KuredFound> {
  const names = yield* list(manifests);
  if (names.is === 'blocked') return unknown(names, manifests);
  const paths = (names.is === 'got' ? names.value : []).filter((n) => /\.(?:ya?ml|json)$/.test(n)).map((n) => `${manifests}/${n}`);
  const texts = yield* together(paths.map((path) => read(path)));
  let open: Unknown | undefined;
  for (const [at, path] of paths.entries()) {
    const text = texts[at];
    if (text?.is === 'blocked') open ??= unknown(text, path);
    const kured = text?.is === 'got' && text.value.includes('kured') ? kuredIn(text.value, path) : undefined;
    if (kured) return { is: 'known', kured, consulted: [{ path }] };
  }
  return open ?? { is: 'known', consulted: [{ path: manifests }] };
}

function kuredIn(text: string, path: string): Kured | undefined {
  for (const document of parseYamlAll(text)) {
    if (document.is !== 'parsed') continue;
    const root = plain(document.root);
    const kind = at(root, 'kind');
    const where = { path, line: document.root.at.line };
    if (kind === 'HelmChart' && at(root, 'spec', 'chart') === 'kured') return { sentinel: untold('a chart of Helm makes kured', where), where };
    if (kind !== 'DaemonSet') continue;
    const pod = at(root, 'spec', 'template', 'spec');
    const container = elements(at(pod, 'containers')).find((c) => /(?:^|\/)kured(?::|@|$)/.test(String(at(c, 'image') ?? '')));
    if (container !== undefined) return { sentinel: sentinelOf(container, pod, where), where };
  }
  return undefined;
}

function sentinelOf(container: Json, pod: Json | undefined, where: Where): Kured['sentinel'] {
  const words = [...elements(at(container, 'command')), ...elements(at(container, 'args'))].map(String);
  if (words.some((w) => w.startsWith('--reboot-sentinel-command'))) return untold('a command tells kured when to restart', where);
  const index = words.indexOf('--reboot-sentinel');
  const file =
    words.find((w) => w.startsWith('--reboot-sentinel='))?.slice('--reboot-sentinel='.length) ?? (index < 0 ? byDefault : words[index + 1]) ?? byDefault;
  const release = /:v?(\d+)\.(\d+)/.exec(String(at(container, 'image')));
  if (!release) return untold('the release of kured is not known', where);
  const inside = Number(release[1]) > 1 || Number(release[2]) >= 15;
  return inside ? onHost(file, container, pod) : file;
}

/** The file of the host behind a path in the container: by the longest mount above it. */
function onHost(file: string, container: Json, pod: Json | undefined): string | undefined {
  const mounts = elements(at(container, 'volumeMounts')).map((m) => ({ path: String(at(m, 'mountPath') ?? ''), name: at(m, 'name') }));
  const mount = mounts.filter((m) => file.startsWith(`${m.path.replace(/\/$/, '')}/`)).sort((a, b) => b.path.length - a.path.length)[0];
  const volume = elements(at(pod, 'volumes')).find((v) => at(v, 'name') === mount?.name);
  const from = at(volume, 'hostPath', 'path');
  return mount && typeof from === 'string' ? `${from.replace(/\/$/, '')}${file.slice(mount.path.replace(/\/$/, '').length)}` : undefined;
}

const untold = (said: string, where: Where): Unknown => ({ is: 'unknown', why: 'unsupported', said: `${said} (${where.path})`, where: [where] });

const elements = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

function at(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  let here = value;
  for (const key of keys) {
    if (typeof here !== 'object' || here === null || Array.isArray(here) || !Object.hasOwn(here, key)) return undefined;
    here = (here as Readonly<Record<string, Json>>)[key];
  }
  return here;
}
