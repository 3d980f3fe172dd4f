/** Kind `crio-programs`: what CRI-O executes as root: the programs of its runtime handlers, and plugins of NRI. */
import { type Answer, type Asking, list, type Stat, stat, together } from '../../facts/ask.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { crioSettings } from '../../facts/crio/crio-settings.ts';
import { type Fact, FactBuilder, type Json, type Known, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { replaceableIn } from '../../facts/host/directories-above.ts';
import { endOf } from '../../facts/host/disk.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, mode, number, record, string } from '../../facts/shape.ts';

const nriDirs = ['/opt/nri/plugins', '/etc/nri/conf.d'];
/** Above the usual places of runtimes, so that a capture script asks about them without having read crio.conf. */
const above = ['/usr', '/usr/bin', '/usr/sbin', '/usr/libexec', '/usr/libexec/crio', '/usr/local', '/usr/local/bin', '/opt', '/opt/nri', '/etc', '/etc/nri'];

const program = record({
  runtime: string('the handler that names it; unset for a plugin'),
  path: string('the file or directory'),
  exists: boolean('it is there'),
  uid: number('its owner'),
  mode: mode('its permission bits'),
  directory: string('a directory above it in which others may replace it'),
  exposed: boolean('somebody else than root may change or replace it'),
});

export const crioPrograms = defineKind({
  name: 'crio-programs',
  noun: 'what CRI-O executes',
  absent: 'CRI-O is not installed',
  describe: 'Programs that CRI-O runs as root because its configuration names them: runtimes, and plugins of NRI with their directories.',
  fields: {},
  shape: record({
    runtimes: listOf(program, 'the programs that runtime_path names'),
    nri: listOf(program, 'the directories of NRI and what lies in that of plugins; those that are there'),
    plugins: listOf(string('a path'), 'plugins of NRI that CRI-O starts'),
  }),
  touches: () => [
    crioSettings,
    ...above.map((path) => ({ do: 'stat' as const, path, unasked: 'a program in one of them is tried for all' })),
    ...nriDirs.map((path) => ({ do: 'stat' as const, path })),
    { do: 'list', path: '/opt/nri/plugins' },
    { do: 'stat', path: '/opt/nri/plugins/*' },
    { do: 'stat', named: 'the programs and directories that crio.conf names', later: true },
    { do: 'list', named: 'the nri_plugin_dir of crio.conf', later: true },
  ],
  *learn(): Asking<Fact> {
    const crio = yield* crioSettings();
    if (crio.is === 'unknown') return crio;
    if (crio.is === 'absent') return missing(...crio.consulted);
    const fact = new FactBuilder().consulted(...crio.fact.consulted);
    yield* runtimes(fact, crio.fact);
    yield* nri(fact, crio.fact);
    return fact.build();
  },
});

interface Named {
  readonly path: string;
  readonly where: readonly Where[];
  readonly runtime?: string;
}

function* runtimes(fact: FactBuilder, conf: Known): Asking<void> {
  const { value, gap } = lookup(conf, 'crio', 'runtime', 'runtimes');
  if (gap) return void fact.gap('runtimes', gap);
  const named = Object.entries((value ?? {}) as Record<string, Record<string, Json>>).flatMap(([runtime, { runtime_path: path }]): Named[] =>
    typeof path === 'string' && path.startsWith('/') ? [{ runtime, path, where: lookup(conf, 'crio', 'runtime', 'runtimes', runtime).where }] : [],
  );
  yield* examined(fact, 'runtimes', named, conf.consulted);
}

function* nri(fact: FactBuilder, conf: Known): Asking<void> {
  const dirs = ['nri_plugin_dir', 'nri_plugin_config_dir'].map((key) => lookup(conf, 'crio', 'nri', key));
  const gap = dirs.find((d) => d.gap)?.gap;
  if (gap) return void fact.gap('nri', gap).gap('plugins', gap);
  const named = dirs.flatMap(({ value, where }): Named[] =>
    typeof value === 'string' && value !== '' ? [{ path: value.replace(/(?<=.)\/+$/, ''), where }] : [],
  );
  const [plugins] = named;
  const names = plugins ? yield* list(plugins.path) : undefined;
  if (names?.is === 'blocked') {
    const why = unknown(names, plugins?.path ?? '');
    return void fact.gap('nri', why).gap('plugins', why);
  }
  const inside = names?.is === 'got' ? names.value.map((name): Named => ({ path: `${plugins?.path}/${name}`, where: [] })) : [];
  fact.set(
    'plugins',
    inside.map(({ path }) => path),
    ...(inside.length > 0 ? inside : named).map(({ path }) => ({ path })),
  );
  yield* examined(fact, 'nri', [...named, ...inside], conf.consulted, true);
}

function* examined(fact: FactBuilder, field: 'runtimes' | 'nri', named: readonly Named[], consulted: readonly Where[], thereOnly = false): Asking<void> {
  const stats = yield* together(named.map(({ path }) => stat(path)));
  const open = yield* together(named.map(({ path }) => replaceableIn(path)));
  const values: Record<string, Json>[] = [];
  const places: Where[][] = [];
  for (const [at, { path, where, runtime }] of named.entries()) {
    const answer = stats[at] as Answer<Stat>;
    const refused: Unknown | undefined = answer.is === 'blocked' ? unknown(answer, path) : undefined;
    const end = endOf(answer);
    const over = open[at];
    if (refused ?? (over && 'is' in over)) return void fact.gap(field, refused ?? (over as Unknown));
    if (!end && thereOnly) continue;
    const exposed = end !== undefined && (over !== undefined || end.uid !== 0 || (end.mode & 0o022) !== 0);
    values.push({
      ...(runtime === undefined ? {} : { runtime }),
      path,
      exists: end !== undefined,
      exposed,
      ...(end && over ? { directory: (over as Where).path } : {}),
      ...(end ? { uid: end.uid, mode: end.mode } : {}),
    });
    places.push([
      { path, ...(end ? { said: `mode ${end.mode.toString(8).padStart(4, '0')}, owner ${end.uid}` } : { said: 'not there' }) },
      ...(over ? [over as Where] : []),
      ...where,
    ]);
  }
  fact.set(field, values, ...(places.length > 0 ? places.flat() : consulted));
  for (const [at, where] of places.entries()) fact.at([field, String(at)], ...where);
}
