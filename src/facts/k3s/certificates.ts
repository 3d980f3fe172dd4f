/**
 * The certificates that K3s makes (k3s-io/k3s:pkg/daemons/control/deps/deps.go CreateRuntimeCertFiles, genCerts;
 * pkg/agent/config/config.go): authorities for ten years, the rest for a year, renewed when K3s starts and few days are left.
 */
import { type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, unparsable } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type Certificate, certificatesIn, usages } from '../text/certificate.ts';
import { usualDataDir } from './node-settings.ts';
import { walked } from './walk.ts';

const { server, client } = usages;

/** A certificate that K3s makes: its file, what it is for, and the file of the authority that signs it. */
interface Made {
  readonly path: string;
  readonly usages: readonly string[];
  readonly by: string;
}

const made = (directory: string, names: string, wanted: readonly string[], by: string): Made[] =>
  names.split(' ').map((name) => ({ path: `${directory}/${name}.crt`, usages: wanted, by: `${directory}/${by}.crt` }));

const tls = 'server/tls';
const ofServer = 'client-admin client-supervisor client-controller client-scheduler client-kube-apiserver client-kube-proxy';
const leaves: readonly Made[] = [
  ...made(tls, `${ofServer} client-k3s-controller client-k3s-cloud-controller`, [client], 'client-ca'),
  ...made(tls, 'serving-kube-apiserver', [server], 'server-ca'),
  ...made(tls, 'kube-scheduler/kube-scheduler kube-controller-manager/kube-controller-manager', [server], 'server-ca'),
  ...made(tls, 'client-auth-proxy', [client], 'request-header-ca'),
  ...made(`${tls}/etcd`, 'client', [client], 'server-ca'),
  ...made(`${tls}/etcd`, 'server-client', [server, client], 'server-ca'),
  ...made(`${tls}/etcd`, 'peer-server-client', [server, client], 'peer-ca'),
  ...made('agent', 'client-kubelet client-kube-proxy client-k3s-controller', [client], 'client-ca'),
  ...made('agent', 'serving-kubelet', [server], 'server-ca'),
];
const authorities = [...new Set(leaves.map((leaf) => leaf.by))];
const directories = [tls, `${tls}/etcd`, `${tls}/kube-scheduler`, `${tls}/kube-controller-manager`, 'agent'];

export interface FoundCertificate {
  readonly path: string;
  /** The first of the file is the one that is used, what follows its chain. */
  readonly certificates: readonly Certificate[];
}

export interface FoundLeaf extends FoundCertificate {
  /** It may be used for what K3s uses it for. */
  readonly fits: boolean;
  /** The authority that lies beside it has signed it; undefined where that is not there. */
  readonly signed?: boolean;
}

export interface Certificates {
  readonly is: 'found';
  readonly leaves: readonly FoundLeaf[];
  readonly authorities: readonly FoundCertificate[];
}

const moved = { later: true, unasked: 'only where data-dir moves it' } as const;
const touches: Touches = [
  ...directories.flatMap(
    (name): Touches => [
      { do: 'list', path: `${usualDataDir}/${name}` },
      { do: 'read', path: `${usualDataDir}/${name}/*.crt` },
    ],
  ),
  { do: 'list', named: 'directories of certificates below the data directory of K3s', ...moved },
  { do: 'read', named: 'certificates below the data directory of K3s', ...moved },
];

/** The certificates of K3s with this data directory. */
export const certificatesOf = source(touches, findCertificates);

function* findCertificates(dataDir: string): Asking<Certificates | Unknown> {
  const there = new Set<string>();
  for (const name of directories) {
    // What lies below a directory of which the one above does not speak is not asked for.
    const above = name.split('/').slice(0, -1).join('/');
    if (directories.includes(above) && !there.has(name)) continue;
    const names = dataDir === usualDataDir ? yield* list(`${dataDir}/${name}`) : yield* walked(dataDir, name.split('/'));
    if (names.is === 'blocked') return unknown(names, `${dataDir}/${name}`);
    for (const one of names.is === 'got' ? names.value : []) there.add(`${name}/${one}`);
  }
  const open = [...leaves.map((leaf) => leaf.path), ...authorities].filter((path) => there.has(path));
  const paths = open.map((path) => `${dataDir}/${path}`);
  const texts = yield* together(paths.map((path) => read(path)));
  const found = new Map<string, FoundCertificate>();
  for (const [at, text] of texts.entries()) {
    const path = paths[at] as string;
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'absent') continue;
    const certificates = certificatesIn(text.value);
    if (!certificates) return unparsable(`${path} holds no certificate that can be read`, { path });
    found.set(open[at] as string, { path, certificates });
  }
  return { is: 'found', ...sorted(found) };
}

function sorted(found: ReadonlyMap<string, FoundCertificate>): Omit<Certificates, 'is'> {
  return {
    leaves: leaves.flatMap((leaf): FoundLeaf[] => {
      const one = found.get(leaf.path);
      const [certificate] = one?.certificates ?? [];
      if (!one || !certificate) return [];
      const by = found.get(leaf.by);
      // Without the extension every use is allowed (RFC 5280, 4.2.1.12).
      const fits = certificate.usages.length === 0 || leaf.usages.every((usage) => certificate.usages.includes(usage));
      return [{ ...one, fits, ...(by ? { signed: by.certificates.some((authority) => certificate.signedBy(authority)) } : {}) }];
    }),
    authorities: authorities.flatMap((path) => found.get(path) ?? []),
  };
}
