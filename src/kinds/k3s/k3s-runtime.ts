/** Kind `k3s-runtime`: which container runtime the K3s service is told to use. */
import { type Answer, type Asking, list, type Stat, stat } from '../../facts/ask.ts';
import { crioListen, socketPath } from '../../facts/crio/crio-listen.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import type { ChosenFlags } from '../../facts/k3s/chosen-flags.ts';
import { goBool } from '../../facts/k3s/go.ts';
import { type GivenFlags, givenFlags } from '../../facts/k3s/k3s-config.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';
import { type Release, since } from '../../facts/text/version.ts';

const runtimes = ['embedded', 'crio', 'containerd', 'cri-dockerd', 'dockerd', 'podman', 'other'] as const;
type Runtime = (typeof runtimes)[number];

const usualData = '/var/lib/rancher/k3s';
const registries = '/etc/rancher/k3s/registries.yaml';
/** What only the embedded containerd reads (k3s-io/k3s:pkg/agent/config/config.go, pkg/agent/containerd). */
const templates = ['config.toml.tmpl', 'config-v3.toml.tmpl'];
const flagsOfContainerd = [
  'embedded-registry',
  'snapshotter',
  'private-registry',
  'default-runtime',
  'nonroot-devices',
  'airgap-extra-registry',
  'image-service-endpoint',
  'disable-default-registry-endpoint',
  'pause-image',
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
    runtime: string('what the socket belongs to, by its name and where it leads; embedded: none is set; with --docker it is cri-dockerd', runtimes),
    listens: boolean('it is the socket that CRI-O is told to listen on'),
    docker: boolean('--docker is set'),
    conflict: boolean("--docker is set beside an endpoint, in a release that refuses both; from 1.24.4 on the endpoint is then dockerd's socket"),
    lost: listOf(string('a file or flag'), 'files and flags that only the embedded containerd heeds'),
  }),
  touches: () => [
    k3sModel,
    givenFlags,
    crioListen,
    { do: 'stat', path: registries },
    ...['agent/images', 'agent/etc/containerd'].map((below) => ({ do: 'list' as const, path: `${usualData}/${below}` })),
    ...['/run/*', '/run/*/*', '/run/*/*/*'].map((path) => ({ do: 'stat' as const, path, first: path === '/run/*/*' ? ['/run/crio/crio.sock'] : [] })),
    { do: 'list', named: 'the data directory of K3s, and what of it containerd reads', later: true },
  ],
  *learn(): Asking<Fact> {
    const settings = yield* settingsOfK3s();
    if ('is' in settings) return settings.is === 'unknown' ? settings : missing(...settings.consulted);
    const { consulted, flag } = settings;
    const fact = new FactBuilder().consulted(...consulted);
    const [endpoint, at] = flag('container-runtime-endpoint');
    const [docker, dockerAt] = flag('docker');
    const on = docker !== undefined && goBool(docker) === true;
    const both = on && endpoint !== undefined && endpoint !== '';
    fact.set('docker', on, ...dockerAt);
    conflict(fact, both, settings.release, [...dockerAt, ...at]);
    if (endpoint !== undefined && endpoint !== '') yield* follow(fact, endpoint, at, on ? dockerAt : undefined);
    else fact.set('runtime', on ? 'cri-dockerd' : 'embedded', ...(on ? dockerAt : consulted));
    yield* lost(fact, settings);
    return fact.build();
  },
});

/** K3s's own flags with their places, whoever knows them. */
interface Settings {
  readonly consulted: readonly Where[];
  readonly dataDir: string;
  readonly release: Release | Unknown;
  /** The last value as text, and where it stands; without one, what was looked at. */
  flag(name: string): readonly [string | undefined, readonly Where[]];
}

/** Of a service the model of its arguments; where none is there yet, what the files say by themselves. */
function* settingsOfK3s(): Asking<Settings | Unknown | { readonly is: 'absent'; readonly consulted: readonly Where[] }> {
  const model = yield* k3sModel();
  if (model.is === 'model') return ofModel(model);
  const given = yield* givenFlags();
  if (given.is === 'unknown') return given;
  const byFiles = given.command === undefined && given.files.length > 0;
  if (byFiles) return ofFiles(given);
  return model.is === 'unknown' ? model : { is: 'absent', consulted: given.consulted };
}

/** How the value of a flag, its places and those that it beat are found. */
const finder = (flags: ChosenFlags, consulted: readonly Where[]): Settings['flag'] => {
  return (name) => {
    const found = flags.one(name);
    return found ? [found.value, [found.where, ...found.beaten.map((b) => ({ ...b.where, said: 'not in force' }))]] : [undefined, consulted];
  };
};

const ofModel = ({ flags, consulted, dataDir, release }: K3sModel): Settings => ({
  consulted,
  dataDir: dataDir.value,
  release: release.is === 'known' ? release.release : release,
  flag: finder(flags, consulted),
});

const ofFiles = ({ flags, consulted }: GivenFlags): Settings => ({
  consulted,
  dataDir: flags.one('data-dir')?.value || usualData,
  release: { is: 'unknown', why: 'ambiguous', said: 'nothing starts K3s yet, so its release is not known', where: consulted },
  flag: finder(flags, consulted),
});

function conflict(fact: FactBuilder, both: boolean, release: Release | Unknown, where: readonly Where[]): void {
  if (!both) fact.set('conflict', false, ...where);
  else if ('is' in release) fact.gap('conflict', release);
  else fact.set('conflict', !since(release, '1.24.4'), ...where);
}

function* follow(fact: FactBuilder, endpoint: string, at: readonly Where[], docker: readonly Where[] | undefined): Asking<void> {
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
  if (docker) return void fact.set('runtime', 'cri-dockerd', ...docker, ...at);
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
function* lost(fact: FactBuilder, { flag, dataDir }: Settings): Asking<void> {
  const found: { name: string; where: Where }[] = [];
  for (const name of flagsOfContainerd) {
    const [value, where] = flag(name);
    if (value !== undefined && value !== 'false') found.push({ name, where: where[0] ?? { path: 'config.yaml' } });
  }
  const paths: string[] = [];
  for (const part of [yield* registriesFile(), yield* templatesIn(dataDir), yield* archivesIn(dataDir)]) {
    if ('is' in part) return void fact.gap('lost', part);
    paths.push(...part);
  }
  found.push(...paths.map((path) => ({ name: path, where: { path } })));
  fact.set(
    'lost',
    found.map((f) => f.name),
    ...(found.length > 0 ? found.map((f) => f.where) : [registries, `${dataDir}/agent/images`].map((path) => ({ path }))),
  );
}

function* registriesFile(): Asking<readonly string[] | Unknown> {
  const there = yield* stat(registries);
  return there.is === 'blocked' ? unknown(there, registries) : there.is === 'got' ? [registries] : [];
}

function* templatesIn(dataDir: string): Asking<readonly string[] | Unknown> {
  const names = yield* namesIn(dataDir, ['agent', 'etc', 'containerd']);
  return 'is' in names ? names : names.each.filter((n) => templates.includes(n)).map((n) => `${names.path}/${n}`);
}

function* archivesIn(dataDir: string): Asking<readonly string[] | Unknown> {
  const names = yield* namesIn(dataDir, ['agent', 'images']);
  return 'is' in names ? names : names.each.filter((n) => !n.startsWith('.')).map((n) => `${names.path}/${n}`);
}

/** What a directory below the data directory holds. Where it lies elsewhere, each step is taken as the one before shows it. */
function* namesIn(dataDir: string, steps: readonly string[]): Asking<{ readonly path: string; readonly each: readonly string[] } | Unknown> {
  const path = [dataDir, ...steps].join('/');
  if (dataDir !== usualData)
    for (const [at, step] of steps.entries()) {
      const above = [dataDir, ...steps.slice(0, at)].join('/');
      const seen = yield* list(above);
      if (seen.is === 'blocked') return unknown(seen, above);
      if (seen.is === 'absent' || !seen.value.includes(step)) return { path, each: [] };
    }
  const names = yield* list(path);
  if (names.is === 'blocked') return unknown(names, path);
  return { path, each: names.is === 'got' ? names.value : [] };
}
