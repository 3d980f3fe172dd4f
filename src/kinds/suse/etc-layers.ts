/**
 * Kind `etc-layers`: of what /etc is made on a transactional system. Up to transactional-update 4 it is an overlay that the
 * line of fstab describes, from 5.0.0 a subvolume of the snapshot (openSUSE/transactional-update:NEWS).
 */
import { type Answer, type Asking, list, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type Mount, mountTable, parseFstab } from '../../facts/host/mount-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, record, says, string } from '../../facts/shape.ts';

const fstab = '/etc/fstab';
/** Where the layers of all releases lie; old ones have no number. */
const directory = '/var/lib/overlay';

export const etcLayers = defineKind({
  name: 'etc-layers',
  noun: '/etc',
  describe: 'Of what /etc is made: an overlay of layers that fstab names (transactional-update up to 4), a subvolume of the snapshot (from 5), or neither.',
  fields: {},
  shape: record({
    form: string('how /etc comes about', ['overlay', 'subvolume', 'plain']),
    layers: listOf(string('a directory'), 'of an overlay: its lower layers below /var, the uppermost first, and before them the one that is written to'),
    missing: listOf(string('a directory'), 'those that are not there'),
    view: says(string('what was read as /etc', ['merged', 'lower']), { is: '/etc was read as {value}' }),
  }),
  touches: () => [
    { do: 'read', path: fstab },
    mountTable,
    { do: 'stat', path: `${directory}/etc` },
    { do: 'stat', path: `${directory}/*/etc` },
    { do: 'list', path: `${directory}/etc` },
    { do: 'list', path: `${directory}/*/etc` },
    { do: 'stat', named: 'the layers of /etc that fstab names', later: true, unasked: 'only where they lie elsewhere' },
    { do: 'list', named: 'the layers of /etc that fstab names', later: true, unasked: 'only where they lie elsewhere' },
  ],
  *learn(): Asking<Fact> {
    const [text, table] = yield* together([read(fstab), mountTable()]);
    if (text.is === 'blocked') return unknown(text, fstab);
    const line = (text.is === 'got' ? parseFstab(text.value) : []).findLast((m) => m.point === '/etc');
    const fact = new FactBuilder().consulted({ path: fstab });
    const where = line?.at ?? { path: fstab };
    if (line?.type !== 'overlay')
      return fact
        .set('form', line ? 'subvolume' : 'plain', where)
        .set('missing', [], where)
        .set('view', 'merged', where)
        .build();
    const layers = layersOf(line);
    const stats = yield* together(layers.map((path) => stat(path)));
    fact.set('form', 'overlay', where).set('layers', layers, where);
    setMissing(fact, layers, stats, where);
    const view = table.is === 'unknown' ? table : yield* viewOf(table.live, table.live ? table.each : [], layers, where);
    return (typeof view === 'string' ? fact.set('view', view, where) : fact.gap('view', view)).build();
  },
});

/** Without the root of the initrd in front, and without the /etc of the snapshot itself. */
function layersOf({ options }: Mount): string[] {
  const option = (name: string): string[] => options.filter((o) => o.startsWith(`${name}=`)).flatMap((o) => o.slice(name.length + 1).split(':'));
  const paths = [...option('upperdir'), ...option('lowerdir')].map((path) => path.replace(/^\/sysroot(?=\/)/, ''));
  return paths.filter((path) => path.startsWith('/') && path !== '/etc');
}

function setMissing(fact: FactBuilder, layers: readonly string[], stats: readonly Answer<Stat>[], where: Where): void {
  const missing = layers.filter((_, at) => stats[at]?.is === 'absent');
  const shut = layers.findIndex((_, at) => stats[at]?.is === 'blocked');
  const refused = stats[shut];
  if (missing.length === 0 && refused?.is === 'blocked') fact.gap('missing', unknown(refused, layers[shut] ?? directory));
  else fact.set('missing', missing, where, ...missing.map((path) => ({ path })));
}

/** A running host shows the overlay. Of an unpacked root /etc is the lowest layer alone: the same only where the others are empty. */
function* viewOf(live: boolean, mounts: readonly Mount[], layers: readonly string[], where: Where): Asking<string | Unknown> {
  if (live) return mounts.some((m) => m.point === '/etc' && m.type === 'overlay') ? 'merged' : 'lower';
  const lists = yield* together(layers.map((path) => list(path)));
  const shut = lists.findIndex((l) => l.is === 'blocked');
  const refused = lists[shut];
  if (refused?.is === 'blocked') return unknown(refused, layers[shut] ?? directory);
  const full = layers.find((_, at) => lists[at]?.is === 'got' && lists[at].value.length > 0);
  if (full === undefined) return 'merged';
  return { is: 'unknown', why: 'unsupported', said: `/etc is an overlay here, and what ${full} changes was not read`, where: [where, { path: full }] };
}
