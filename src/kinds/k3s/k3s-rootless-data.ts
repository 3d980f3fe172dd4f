/** Kind `k3s-rootless-data`: where the rootless K3s of an account keeps its state: who gets there, and what it lies on. */
import { type Account, type Answer, type Asking, run, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { leadsTo, mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { rootlessModel } from '../../facts/k3s/k3s-model.ts';
import { dataDirOf } from '../../facts/k3s/rootless-programs.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, number, record, string } from '../../facts/shape.ts';

const usualDir = '~/.rancher/k3s';
const usual = ['/home', '~', '~/.rancher', usualDir];
const askedOf = (path: string): readonly string[] => ['df', '-Pk', path];

export const k3sRootlessData = defineKind({
  name: 'k3s-rootless-data',
  noun: 'the state of rootless K3s',
  absent: '{who} has no state of K3s: it was never started',
  describe: 'The data directory of the rootless K3s of the account in question: ~/.rancher/k3s, or what data-dir names.',
  fields: {},
  shape: record({
    path: string('the directory'),
    owned: boolean('it belongs to the account'),
    open: boolean('others may list it: neither its mode nor that of a directory above it keeps them out'),
    filesystem: string('the type of the file system that it lies on: ext4, nfs4, …; unset on an image whose fstab names none for it'),
    free: number('bytes that are free there; of a running host that has df'),
  }),
  touches: () => [
    rootlessModel,
    mountTable,
    ...usual.map((path) => ({ do: 'stat' as const, path })),
    { do: 'stat', named: 'the data directory of K3s, and those above it', later: true },
    { do: 'run', argv: askedOf(usualDir) },
  ],
  *learn(_query, as): Asking<Fact> {
    const dataDir = dataDirOf(yield* rootlessModel(as), as);
    if (typeof dataDir === 'object') return dataDir;
    const at = { path: dataDir };
    const parts = dataDir.split('/').slice(1);
    const above = parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
    const stats: Answer<Stat>[] = yield* together(above.map((path) => stat(path)));
    const own = endOf(stats.at(-1));
    if (own.is === 'absent') return missing(at);
    if (own.is === 'blocked') return unknown(own, dataDir);
    const fact = new FactBuilder()
      .consulted(at)
      .set('path', dataDir, at)
      .set('owned', own.value.uid === as.uid, { ...at, said: `owner ${own.value.uid}` });
    reach(fact, above, stats, as);
    yield* fileSystem(fact, dataDir);
    if (dataDir === usualDir.replace('~', () => as.home)) yield* space(fact, dataDir);
    else fact.gap('free', { is: 'unknown', why: 'unsupported', said: `the free space of ${dataDir} was not asked for`, where: [at] });
    return fact.build();
  },
});

type End = Answer<{ readonly mode: number; readonly uid: number }>;

const endOf = (answer: Answer<Stat> | undefined): End => (answer?.is === 'got' ? (answer.value.real ?? answer) : (answer ?? { is: 'absent' }));

/** One directory that others may not enter is enough; the last one they would have to read as well. */
function reach(fact: FactBuilder, above: readonly string[], stats: readonly Answer<Stat>[], as: Account): void {
  let open: Unknown | undefined;
  const places: Where[] = [];
  for (const [index, path] of above.entries()) {
    const end = endOf(stats[index]);
    const wanted = index === above.length - 1 ? 0o5 : 0o1;
    if (end.is === 'blocked') open ??= unknown(end, path);
    if (end.is !== 'got') continue;
    const where = { path, said: `mode ${end.value.mode.toString(8).padStart(4, '0')}` };
    if ((end.value.mode & wanted) !== wanted) return void fact.set('open', false, where);
    if (path.startsWith(as.home)) places.unshift(where);
  }
  if (open) fact.gap('open', open);
  else fact.set('open', true, ...places);
}

function* fileSystem(fact: FactBuilder, dataDir: string): Asking<void> {
  const [table, real] = yield* together([mountTable(), leadsTo(dataDir)]);
  if (table.is === 'unknown') return void fact.gap('filesystem', table);
  if (typeof real === 'object') return void fact.gap('filesystem', real);
  const mount = mountOf(table.each, real);
  if (mount) fact.set('filesystem', mount.type, { ...mount.at, said: `${mount.type} at ${mount.point}` });
  else fact.at('filesystem', ...table.consulted);
}

/** df(1) by POSIX: a head, then device, blocks of 1024 bytes, used, available, capacity, mount. */
function* space(fact: FactBuilder, dataDir: string): Asking<void> {
  const argv = askedOf(dataDir);
  const where = { path: commandPlace(argv) };
  const answer = yield* run(argv);
  if (answer.is === 'blocked') return void fact.gap('free', unknown(answer, where.path));
  const failed = (said: string): FactBuilder => fact.gap('free', { is: 'unknown', why: 'failed', said, where: [where] });
  if (answer.is === 'absent') return void fact.at('free', { ...where, said: 'there is no such program' });
  const free = /\s(\d+)\s+\d+%\s+\/.*$/m.exec(answer.value.stdout)?.[1];
  if (answer.value.exit !== 0 || free === undefined) return void failed(`df did not tell the free space of ${dataDir}`);
  fact.set('free', Number(free) * 1024, where);
}
