/**
 * Files and directories that K3s makes, by the part that they play: where they lie below the data directory, and what
 * inodes they have (k3s-io/k3s:pkg/daemons/control/deps/deps.go, pkg/agent/config/config.go). Contents are not read.
 */
import { type Answer, type Asking, list, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { endOf } from '../host/disk.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { usualDataDir } from './node-settings.ts';
import { walked, walking } from './walk.ts';

interface Part {
  readonly describe: string;
  /** Directory below the data directory, or an absolute one. */
  readonly in: string;
  /** One name in it; without it, all names that fit `named`. */
  readonly file?: string;
  readonly named?: RegExp;
  /** Directories one level down are looked into, too. */
  readonly deep?: true;
  /** Directories count as well, the one at the top among them. */
  readonly directories?: true;
}

const manifest = (of: string): Part => ({ describe: `a static pod that would run ${of} outside K3s`, in: 'agent/pod-manifests', file: `${of}.yaml` });
const credential = (of: string): Part => ({ describe: `the kubeconfig of ${of}`, in: 'server/cred', file: `${of}.kubeconfig` });

/** What K3s makes, by the part it plays. */
export const parts = {
  'kube-apiserver-manifest': manifest('kube-apiserver'),
  'kube-controller-manager-manifest': manifest('kube-controller-manager'),
  'kube-scheduler-manifest': manifest('kube-scheduler'),
  'etcd-manifest': manifest('etcd'),
  'cni-state': { describe: 'addresses that the CNI plugin has given out; its lock is left out', in: '/var/lib/cni/networks', named: /^(?!lock$)/, deep: true },
  'etcd-data': { describe: 'the data directory of embedded etcd', in: 'server/db', file: 'etcd' },
  'admin-kubeconfig': credential('admin'),
  'scheduler-kubeconfig': credential('scheduler'),
  'controller-kubeconfig': credential('controller'),
  pki: { describe: 'keys and certificates of the cluster, with their directories', in: 'server/tls', named: /./, deep: true, directories: true },
  'pki-certificates': { describe: 'certificates of the cluster', in: 'server/tls', named: /\.crt$/, deep: true },
  'pki-keys': { describe: 'keys of the cluster', in: 'server/tls', named: /\.key$/, deep: true },
  'server-directory': { describe: 'the directory of the server itself', in: '', file: 'server' },
  credentials: { describe: 'kubeconfigs, passwords and keys of the control plane', in: 'server/cred', named: /./ },
  'agent-keys': { describe: 'keys of the node', in: 'agent', named: /\.key$/ },
  'kubelet-unit': { describe: 'a service that would run a kubelet outside K3s', in: '/etc/systemd/system', file: 'kubelet.service' },
  'kubeproxy-kubeconfig': { describe: 'the kubeconfig of kube-proxy', in: 'agent', file: 'kubeproxy.kubeconfig' },
  'kubelet-kubeconfig': { describe: 'the kubeconfig of the kubelet', in: 'agent', file: 'kubelet.kubeconfig' },
  'kubelet-client-ca': { describe: "the authority that signs the kubelet's clients", in: 'agent', file: 'client-ca.crt' },
  'kubelet-config': { describe: 'files of kubelet.conf.d, from K3s 1.32', in: 'agent/etc/kubelet.conf.d', named: /\.conf$/, deep: true },
  'kubelet-config-directory': { describe: 'kubelet.conf.d itself, from K3s 1.32', in: 'agent/etc', file: 'kubelet.conf.d' },
} as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof parts;
export const partNames = Object.keys(parts) as PartName[];

/** One of them, as it is on the disk; of a link, what it leads to. */
export interface OwnFile {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface OwnFiles {
  readonly is: 'seen';
  readonly files: readonly OwnFile[];
  readonly consulted: readonly Where[];
}

const absolute = (dataDir: string, { in: below }: Part): string => (below.startsWith('/') ? below : below === '' ? dataDir : `${dataDir}/${below}`);

function touches(name: PartName): Touches {
  const part: Part = parts[name];
  const directory = absolute(usualDataDir, part);
  const usual: Pattern[] = part.file
    ? [{ do: 'stat', path: `${directory}/${part.file}` }]
    : [
        { do: 'list', path: directory },
        ...(part.directories ? [{ do: 'stat' as const, path: directory }] : []),
        { do: 'stat', path: `${directory}/*` },
        ...(part.deep
          ? [
              { do: 'list' as const, path: `${directory}/*` },
              { do: 'stat' as const, path: `${directory}/*/*` },
            ]
          : []),
      ];
  if (part.in.startsWith('/')) return usual;
  return [...usual, walking, { do: 'stat', named: 'what K3s keeps below its data directory', later: true }];
}

/**
 * What is there of a part, below this data directory, or not at all where it is undefined; `beside` is one more file of
 * that part, which K3s is told to read.
 */
export const ownFiles = source(touches, seeFiles);

function* seeFiles(name: PartName, dataDir: string | undefined, beside?: string): Asking<OwnFiles | Unknown> {
  const part = (): Asking<OwnFiles | Unknown> => (dataDir === undefined ? inodes([], undefined, []) : seePart(name, dataDir));
  if (beside === undefined) return yield* part();
  const [own, other] = yield* together([part(), inodes([beside], undefined, [{ path: beside }])]);
  if (own.is === 'unknown' || other.is === 'unknown') return own.is === 'unknown' ? own : other;
  return { is: 'seen', files: [...own.files, ...other.files], consulted: [...own.consulted, ...other.consulted] };
}

function* seePart(name: PartName, dataDir: string): Asking<OwnFiles | Unknown> {
  const part: Part = parts[name];
  const directory = absolute(dataDir, part);
  const top = part.file ? `${directory}/${part.file}` : directory;
  const none: OwnFiles = { is: 'seen', files: [], consulted: [{ path: top }] };
  if (!part.in.startsWith('/') && dataDir !== usualDataDir) {
    const names = yield* walked(
      dataDir,
      part.in.split('/').filter((name) => name !== ''),
    );
    if (names.is === 'blocked') return unknown(names, dataDir);
    if (names.is === 'absent' || (part.file && !names.value.includes(part.file))) return none;
  }
  if (part.file) return yield* inodes([top], undefined, [{ path: top }]);
  const names = yield* list(directory);
  if (names.is === 'blocked') return unknown(names, directory);
  if (names.is === 'absent') return none;
  const here = names.value.map((n) => `${directory}/${n}`);
  const all = part.deep ? yield* withChildren(here) : here;
  if (!Array.isArray(all)) return all as Unknown;
  return yield* inodes(part.directories ? [directory, ...all] : all, part, [{ path: directory }]);
}

/** Paths, and what is in those of them that are directories. */
function* withChildren(paths: readonly string[]): Asking<string[] | Unknown> {
  const stats = yield* together(paths.map((path) => stat(path)));
  for (const [at, path] of paths.entries()) {
    const seen = stats[at];
    if (seen?.is === 'blocked') return unknown(seen, path);
  }
  const directories = paths.filter((_, at) => isDirectory(stats[at]));
  const lists = yield* together(directories.map((path) => list(path)));
  const all = [...paths];
  for (const [at, path] of directories.entries()) {
    const names = lists[at];
    if (names?.is === 'blocked') return unknown(names, path);
    if (names?.is === 'got') all.push(...names.value.map((n) => `${path}/${n}`));
  }
  return all;
}

const isDirectory = (answer: Answer<Stat> | undefined): boolean => answer?.is === 'got' && answer.value.type === 'directory';

function* inodes(paths: readonly string[], part: Part | undefined, consulted: readonly Where[]): Asking<OwnFiles | Unknown> {
  const wanted = part?.named ? paths.filter((path) => part.directories || part.named?.test(path.slice(path.lastIndexOf('/') + 1))) : paths;
  const stats = yield* together(wanted.map((path) => stat(path)));
  const files: OwnFile[] = [];
  for (const [at, path] of wanted.entries()) {
    const answer = stats[at];
    if (answer?.is === 'blocked') return unknown(answer, path);
    if (answer?.is !== 'got') continue;
    if (answer.value.real?.is === 'blocked') return unknown(answer.value.real, path);
    const end = endOf(answer);
    // A link that leads nowhere holds nothing that anybody could read.
    if (!end || (part && !part.directories && end.type === 'directory')) continue;
    files.push({ path, type: end.type, mode: end.mode, uid: end.uid, gid: end.gid });
  }
  return { is: 'seen', files, consulted };
}
