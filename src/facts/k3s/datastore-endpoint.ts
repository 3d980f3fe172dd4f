/**
 * How well the way to an external datastore is protected, by its endpoint and the files of certificates beside it
 * (k3s-io/kine:pkg/drivers/mysql/mysql.go PrepareDSN, pkg/drivers/pgsql/pgsql.go prepareDSN; go-sql-driver/mysql `tls`;
 * libpq's sslmode; etcd's clientv3, which checks against the system's authorities where none is named).
 */

export const engines = ['etcd', 'MySQL', 'PostgreSQL', 'NATS', 'other'] as const;
export const ways = ['local', 'verified', 'unverified', 'plain'] as const;

export interface DatastoreWay {
  readonly engine: (typeof engines)[number];
  /** Undefined: what protects this engine is not known here. */
  readonly way?: (typeof ways)[number];
}

/** `certificates`: a file is named by datastore-cafile, or one by each of datastore-certfile and datastore-keyfile. */
export function datastoreWay(endpoint: string, certificates: boolean): DatastoreWay {
  const scheme = /^([a-z0-9+]+):\/\//i.exec(endpoint)?.[1]?.toLowerCase() ?? '';
  if (scheme === 'http' || scheme === 'https') return { engine: 'etcd', way: wayOfEtcd(endpoint) };
  if (scheme === 'mysql') return { engine: 'MySQL', way: wayOfMysql(endpoint.slice('mysql://'.length), certificates) };
  if (scheme === 'postgres' || scheme === 'postgresql') return { engine: 'PostgreSQL', way: wayOfPostgres(endpoint, certificates) };
  return { engine: scheme === 'nats' ? 'NATS' : 'other' };
}

const isHere = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)(:\d+)?$/.test(host);

/** Of several members the worst way counts. */
function wayOfEtcd(endpoint: string): (typeof ways)[number] {
  const members = endpoint.split(',').map((m) => m.trim());
  const outside = members.filter((m) => !isHere(m.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/, '')));
  if (outside.length === 0) return 'local';
  return outside.every((m) => /^https:\/\//i.test(m)) ? 'verified' : 'plain';
}

function wayOfMysql(dsn: string, certificates: boolean): (typeof ways)[number] {
  const address = /@?(tcp|unix)\(([^)]*)\)/.exec(dsn);
  if (dsn === '' || address?.[1] === 'unix' || isHere(address?.[2] ?? '127.0.0.1')) return 'local';
  if (certificates) return 'verified';
  const tls = (parametersOf(dsn).get('tls') ?? 'false').toLowerCase();
  if (tls === 'skip-verify') return 'unverified';
  // `preferred` goes on in the clear where the server offers no TLS.
  return ['false', '0', 'preferred', ''].includes(tls) ? 'plain' : 'verified';
}

function wayOfPostgres(endpoint: string, certificates: boolean): (typeof ways)[number] {
  const parameters = parametersOf(endpoint);
  const host =
    parameters.get('host') ??
    endpoint
      .replace(/^[a-z]+:\/\//i, '')
      .replace(/[/?].*$/, '')
      .replace(/^.*@/, '');
  if (host === '' || host.startsWith('/') || isHere(host)) return 'local';
  const mode = parameters.get('sslmode');
  const authority = certificates || parameters.has('sslrootcert');
  if (mode === undefined) return certificates ? 'verified' : 'unverified';
  if (mode.startsWith('verify-')) return 'verified';
  return mode === 'require' ? (authority ? 'verified' : 'unverified') : 'plain';
}

function parametersOf(address: string): ReadonlyMap<string, string> {
  const query = /\?([^#]*)/.exec(address)?.[1] ?? '';
  return new Map(query.split('&').flatMap((part) => (part.includes('=') ? [[part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]] : [])));
}
