/** Kind `k3s-runtime`: which container runtime the K3s service is told to use. */
import { type Answer, type Ask, type Asking, list, type Stat, stat } from '../../facts/ask.ts';
import { crioListen, socketPath } from '../../facts/crio/crio-listen.ts';
import { type Fact, FactBuilder, type Json, type Known, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { k3sConfig } from '../../facts/k3s/k3s-config.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';

const runtimes = ['embedded', 'crio', 'containerd', 'cri-dockerd', 'dockerd', 'podman', 'other'] as const;
type Runtime = (typeof runtimes)[number];

const data = '/var/lib/rancher/k3s';
const images = `${data}/agent/images`;
/** What only the embedded containerd reads (k3s-io/k3s:pkg/agent/config/config.go, pkg/agent/containerd). */
const files = ['/etc/rancher/k3s/registries.yaml', `${data}/agent/etc/containerd/config.toml.tmpl`, `${data}/agent/etc/containerd/config-v3.toml.tmpl`];
const flagsOfContainerd = [
  'embedded-registry',
  'snapshotter',
  'private-registry',
  'default-runtime',
  'nonroot-devices',
  'airgap-extra-registry',
  'image-service-endpoint',
];

export const k3sRuntime = defineKind({
  name: 'k3s-runtime',
  noun: "K3s's runtime",
  absent: 'no system service of K3s was found',
  describe: 'The container runtime that the K3s service is told to use, where its socket leads, and what of K3s only works with the embedded one.',
  fields: {},
  shape: record({
    endpoint: string('container-runtime-endpoint as it is set'),
    path: string('the socket without unix://'),
    real: string('where a link at that path ends'),
    runtime: string('what the socket belongs to, by its name and where it leads; embedded: none is set', runtimes),
    listens: boolean('it is the socket that CRI-O is told to listen on'),
    docker: boolean('--docker is set'),
    conflict: boolean('--docker is set beside an endpoint'),
    lost: listOf(string('a file or flag'), 'files and flags that only the embedded containerd heeds'),
  }),
  touches: () => [
    k3sConfig,
    crioListen,
    ...files.map((path) => ({ do: 'stat' as const, path })),
    ...['/run/*', '/run/*/*', '/run/*/*/*'].map((path) => ({ do: 'stat' as const, path, first: path === '/run/*/*' ? ['/run/crio/crio.sock'] : [] })),
    { do: 'list', path: images },
  ],
  *learn(): Asking<Fact> {
    const conf = yield* k3sConfig();
    if (conf.is === 'unknown') return conf;
    if (!conf.exists) return missing(...conf.consulted);
    const fact = new FactBuilder().consulted(...conf.consulted);
    const flags = conf.value.flags as Readonly<Record<string, Json>>;
    const [endpoint, at] = flagIn(conf, flags, 'container-runtime-endpoint');
    const [docker, dockerAt] = flagIn(conf, flags, 'docker');
    const on = docker === true || docker === 'true';
    fact.set('docker', on, ...dockerAt).set('conflict', on && typeof endpoint === 'string' && endpoint !== '', ...dockerAt, ...at);
    if (typeof endpoint !== 'string' || endpoint === '') fact.set('runtime', on ? 'cri-dockerd' : 'embedded', ...(on ? dockerAt : conf.consulted));
    else yield* follow(fact, endpoint, at);
    yield* lost(fact, conf, flags);
    return fact.build();
  },
});

function flagIn(conf: Known, flags: Readonly<Record<string, Json>>, name: string): [Json | undefined, readonly Where[]] {
  const value = Object.hasOwn(flags, name) ? flags[name] : undefined;
  const where = conf.where.get(`flags.${name}`);
  return [Array.isArray(value) ? (value.at(-1) as Json) : value, value === undefined ? conf.consulted : (where ?? [])];
}

function* follow(fact: FactBuilder, endpoint: string, at: readonly Where[]): Asking<void> {
  const path = socketPath(endpoint);
  fact.set('endpoint', endpoint, ...at).set('path', path, ...at);
  const listen = yield* crioListen();
  const seen = /^\/run(\/[^/]+){1,3}$/.test(path) ? yield* stat(path) : ({ is: 'absent' } as Answer<Stat>);
  // An image has no /run: then the name alone tells, and no link can be followed.
  const answer: Answer<Stat> = seen.is === 'blocked' && seen.why === 'unsupported' ? { is: 'absent' } : seen;
  if (answer.is === 'blocked') return void fact.gap('runtime', unknown(answer, path)).gap('real', unknown(answer, path)).gap('listens', unknown(answer, path));
  const link = answer.is === 'got' ? answer.value.real : undefined;
  if (link?.is === 'blocked') return void fact.gap('runtime', unknown(link, path)).gap('real', unknown(link, path)).gap('listens', unknown(link, path));
  const target = answer.is === 'got' ? answer.value.target : undefined;
  // A dangling link still tells what it was made for: the socket may come later.
  const real = link?.is === 'got' ? link.value.path : target !== undefined ? socketPath(target) : path;
  fact.set('real', real, ...at);
  if ('is' in listen) fact.gap('listens', listen);
  else fact.set('listens', real === listen.path || path === listen.path, ...at, listen.where);
  const runtime = !('is' in listen) && (real === listen.path || path === listen.path) ? 'crio' : runtimeOf(real);
  fact.set('runtime', runtime, ...at, ...(real === path ? [] : [{ path, said: `leads to ${real}` }]));
}

function runtimeOf(path: string): Runtime {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^cri-?o\.sock$/.test(name)) return 'crio';
  if (name.startsWith('cri-dockerd') || path.includes('/cri-dockerd/')) return 'cri-dockerd';
  if (name.startsWith('containerd')) return 'containerd';
  if (name.startsWith('podman')) return 'podman';
  return name.startsWith('docker') ? 'dockerd' : 'other';
}

/** Looks for what K3s skips when an endpoint is set. Each finding has its own place. */
function* lost(fact: FactBuilder, conf: Known, flags: Readonly<Record<string, Json>>): Asking<void> {
  const found: { name: string; where: Where }[] = [];
  for (const name of flagsOfContainerd) {
    const [value, where] = flagIn(conf, flags, name);
    if (value !== undefined && value !== false && value !== 'false') found.push({ name, where: where[0] ?? { path: 'config.yaml' } });
  }
  const moved = Object.hasOwn(flags, 'data-dir') ? flags['data-dir'] : undefined;
  if (moved !== undefined && moved !== data) {
    const gap: Unknown = {
      is: 'unknown',
      why: 'unsupported',
      said: `data-dir moves K3s to ${String(moved)}, which is not looked at`,
      where: conf.where.get('flags.data-dir') ?? [],
    };
    return void fact.gap('lost', gap);
  }
  const stats = (yield files.map((path): Ask => ({ do: 'stat', path }))) as readonly Answer<Stat>[];
  const names = yield* list(images);
  for (const [at, answer] of [...stats, names].entries()) {
    const path = files[at] ?? images;
    if (answer.is === 'blocked') return void fact.gap('lost', unknown(answer, path));
  }
  for (const [at, answer] of stats.entries()) if (answer.is === 'got') found.push({ name: files[at] as string, where: { path: files[at] as string } });
  for (const name of names.is === 'got' ? names.value : [])
    if (!name.startsWith('.')) found.push({ name: `${images}/${name}`, where: { path: `${images}/${name}` } });
  fact.set(
    'lost',
    found.map((f) => f.name),
    ...(found.length > 0 ? found.map((f) => f.where) : [...files.map((path) => ({ path })), { path: images }]),
  );
}
