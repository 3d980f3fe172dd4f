/** Kind `podman-store`: the store of an account: what is configured, what is on disk, what Podman says. */

import { type Account, type Asking, list, together } from '../../facts/ask.ts';
import { lookup, word } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { leadsTo, mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { type PodmanInfo, podmanInfo, toldText, toldValue } from '../../facts/podman/podman-info.ts';
import { databasesBelow } from '../../facts/podman/store.ts';
import { boolean, list as listOf, mode, number, record, string } from '../../facts/shape.ts';
import type { Touches } from '../../facts/source.ts';

/** What lies above the usual stores: a link among them leads to another file system. */
const above = ['/home', '/var', '/var/lib', '/var/lib/containers', '~', '~/.local', '~/.local/share', '~/.local/share/containers'];
/** Every driver that containers/storage has had: a directory of that name in the store was its own (drivers/driver.go ScanPriorDrivers). */
const drivers = ['aufs', 'btrfs', 'devicemapper', 'overlay', 'overlay2', 'vfs', 'zfs'];

const touches: Touches = [
  databasesBelow,
  podmanInfo,
  { do: 'stat', path: '/var/lib/containers/storage' },
  { do: 'stat', path: '~/.local/share/containers/storage' },
  { do: 'list', path: '/var/lib/containers/storage' },
  { do: 'list', path: '~/.local/share/containers/storage' },
  { do: 'list', named: 'the graph root that storage.conf or Podman names' },
  mountTable,
  ...above.map((path) => ({ do: 'stat', path }) as const),
  { do: 'stat', named: 'what lies above the graph root' },
];

export const podmanStore = defineKind({
  name: 'podman-store',
  noun: 'the store',
  describe: "An account's store: the driver and the place that are configured, the traces on disk, and what Podman itself says.",
  fields: {},
  shape: record({
    created: boolean('the store is there'),
    graphRoot: string('where it is'),
    usable: boolean('Podman accepts storage.conf: runroot and graphroot are not left out, and the driver takes the values'),
    refused: string('the key of storage.conf whose value no command gets past'),
    configured: string('the driver that storage.conf names'),
    driver: string('the driver in force'),
    traces: listOf(string('a driver'), 'drivers that have left a directory in the store'),
    ambiguous: boolean('no driver is configured and several have left traces, so every command fails'),
    agrees: boolean('Podman uses the configured driver and place'),
    problem: string('what Podman says against the store'),
    bolt: boolean('libpod/bolt_state.db is there: the state is kept in BoltDB'),
    sqlite: boolean('db.sql is there: the state is kept in SQLite'),
    mode: mode('permission bits of the directory'),
    uid: number('its owner'),
    owned: boolean('its owner is the account'),
    underHome: boolean("it lies in the account's home"),
    filesystem: string('the type of the file system that it lies on, or will: ext4, nfs4, fuse.sshfs, …; unset on an image whose fstab names none for it'),
    noexec: boolean('that file system is mounted with noexec'),
    mountProgram: string('the program that mounts layers instead of the kernel'),
  }),
  touches: () => touches,
  *learn(_, as): Asking<Fact> {
    const info = yield* podmanInfo(as);
    if (info.is === 'unknown') return info;
    const { storage, graphRoot } = info;
    const rootAt = storage.where.get('graphRoot') ?? [{ path: graphRoot }];
    const fact = new FactBuilder().consulted({ path: graphRoot }, ...storage.consulted);
    fact.set('created', info.exists, { path: graphRoot, ...(info.exists ? {} : { said: 'not there' }) }).set('graphRoot', graphRoot, ...rootAt);
    fact.set('underHome', as.uid !== 0 && `${graphRoot}/`.startsWith(`${as.home.replace(/\/+$/, '')}/`), ...rootAt);
    const usable = lookup(storage, 'usable');
    if (usable.gap) fact.gap('usable', usable.gap);
    else fact.set('usable', usable.value, ...usable.where);
    const refused = lookup(storage, 'refused');
    if (refused.gap) fact.gap('refused', refused.gap);
    else fact.at('refused', { path: graphRoot }).set('refused', refused.value, ...refused.where);
    if (info.inode) {
      const here = { path: graphRoot, said: `mode ${info.inode.mode.toString(8).padStart(4, '0')}, owner ${info.inode.uid}` };
      fact
        .set('mode', info.inode.mode, here)
        .set('uid', info.inode.uid, here)
        .set('owned', info.inode.uid === as.uid, here);
    }
    const traces = info.exists ? yield* setTraces(fact, graphRoot) : [];
    setDriver(fact, info, traces);
    yield* setFilesystem(fact, graphRoot, as);
    setProgram(fact, info);
    return fact.build();
  },
});

function* setTraces(fact: FactBuilder, root: string): Asking<readonly string[] | Unknown> {
  const [names, [bolt, sqlite]] = yield* together([list(root), databasesBelow(root)]);
  for (const [field, path, answer] of [
    ['bolt', `${root}/libpod/bolt_state.db`, bolt],
    ['sqlite', `${root}/db.sql`, sqlite],
  ] as const) {
    if (answer.is === 'blocked') fact.gap(field, unknown(answer, path));
    else fact.set(field, answer.is === 'got', { path, ...(answer.is === 'got' ? {} : { said: 'not there' }) });
  }
  if (names.is === 'blocked') {
    const why = unknown(names, root);
    fact.gap('traces', why);
    return why;
  }
  const found = (names.is === 'got' ? names.value : []).filter((n) => drivers.includes(n));
  fact.set('traces', found, ...(found.length > 0 ? found.map((n) => ({ path: `${root}/${n}` })) : [{ path: root }]));
  return found;
}

/** Podman's own word counts; without it the configured driver, then the single one that left traces. */
function setDriver(fact: FactBuilder, info: PodmanInfo, traces: readonly string[] | Unknown): void {
  const set = word(info.storage, 'storage', 'driver');
  const told = toldText(info, 'store', 'graphDriverName');
  fact.at('configured', ...(set.where.length > 0 ? set.where : info.storage.consulted)).set('configured', set.value, ...set.where);
  const problem = info.refused ?? (/overwritten by graph driver|several valid graphdrivers/.test(info.stderr) ? lineOf(info.stderr) : undefined);
  fact.at('problem', info.where).set('problem', problem, info.where);
  if (!('is' in traces))
    fact.set(
      'ambiguous',
      set.value === undefined && traces.length > 1,
      ...(traces.length > 0 ? traces.map((n) => ({ path: `${info.graphRoot}/${n}` })) : [{ path: info.graphRoot }]),
    );
  else fact.gap('ambiguous', traces);
  if (told !== undefined) fact.set('driver', told, info.where, ...set.where.slice(0, 1));
  // What storage.conf names is not what a store has that Podman cannot open.
  else if (info.refused !== undefined) fact.gap('driver', refusal(info, info.refused));
  else if (set.value !== undefined) fact.set('driver', set.value, ...set.where);
  else if ('is' in traces) fact.gap('driver', traces);
  else if (traces.length === 1)
    fact.set('driver', traces[0] as string, { path: `${info.graphRoot}/${traces[0]}`, said: 'no driver is configured; this one was used so far' });
  else
    fact.gap('driver', {
      is: 'unknown',
      why: 'ambiguous',
      said:
        traces.length > 1
          ? `no driver is configured, and ${traces.join(' and ')} have left traces`
          : 'no driver is configured, and there is no store yet that would tell which one Podman chooses',
      where: [{ path: info.graphRoot }, ...info.storage.consulted],
    });
  const root = toldText(info, 'store', 'graphRoot');
  if (!info.exists) return;
  if (problem !== undefined) fact.set('agrees', false, info.where, ...set.where.slice(0, 1));
  else if (told === undefined || root === undefined) fact.gap('agrees', info.unused ?? notTold(info));
  else {
    const agrees = (set.value === undefined || set.value === told) && tidy(root) === tidy(info.graphRoot);
    const said = `${told} at ${root}`;
    fact.set('agrees', agrees, { ...info.where, said }, ...set.where.slice(0, 1));
    if (!agrees) fact.note('agrees', said, info.where);
  }
}

const refusal = (info: PodmanInfo, said: string): Unknown => ({
  is: 'unknown',
  why: 'failed',
  said: `podman info failed${said === '' ? '' : `: ${said}`}`,
  where: [info.where],
});

const tidy = (path: string): string => path.replace(/\/+$/, '');
/** The line of logrus or of the command that says so, without time and level. */
function lineOf(stderr: string): string {
  const line = stderr.split('\n').find((l) => /overwritten by graph driver|several valid graphdrivers/.test(l)) ?? '';
  const message = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replace(/\\(.)/g, '$1');
  return (message ?? line).trim().slice(0, 300);
}

/** The mount that holds the store, or will; an image has only what fstab would mount. */
function* setFilesystem(fact: FactBuilder, root: string, as: Account): Asking<void> {
  const [mounts, path] = yield* together([mountTable(), leadsTo(root)]);
  const open = (why: Unknown): void => void fact.gap('filesystem', why).gap('noexec', why);
  if (mounts.is === 'unknown') return open(mounts);
  if (typeof path !== 'string') return open(path);
  const mount = mountOf(mounts.each, path);
  const where: Where = { ...(mount?.at ?? mounts.consulted[0] ?? { path: '/proc/self/mountinfo' }), said: `for ${root}` };
  // The table of an image need not be whole: units mount as well. What it does not name is left unset.
  const named = mount && (mounts.live || mount.point !== '/') ? mount : undefined;
  if (!named && mounts.image) {
    const unnamed = { ...where, said: `names no file system for ${root}, and a running host alone shows what is mounted` };
    return void fact.at('filesystem', unnamed).at('noexec', unnamed);
  }
  if (!named)
    return open({ is: 'unknown', why: 'unsupported', said: `the file system of ${root} (${as.name}) is only known on a running host`, where: [where] });
  const said = { ...named.at, said: `${named.type} at ${named.point}, ${named.options.join()}` };
  fact.set('filesystem', named.type, said).set('noexec', named.options.includes('noexec'), said);
}

function setProgram(fact: FactBuilder, info: PodmanInfo): void {
  const options = toldValue(info, 'store', 'graphOptions');
  const told = typeof options === 'object' && options !== null ? (Object.entries(options).find(([key]) => key.endsWith('mount_program')) ?? []) : undefined;
  const set = [word(info.storage, 'storage', 'options', 'overlay', 'mount_program'), word(info.storage, 'storage', 'options', 'mount_program')].find(
    (w) => w.value !== undefined || w.gap,
  );
  if (info.refused !== undefined) fact.gap('mountProgram', refusal(info, info.refused));
  else if (told) {
    const value = (told as readonly Json[])[1];
    const program = typeof value === 'string' ? value : String((value as { Executable?: string } | undefined)?.Executable ?? '');
    fact.at('mountProgram', info.where).set('mountProgram', program === '' || program === 'undefined' ? undefined : program, info.where, ...(set?.where ?? []));
  } else if (set?.gap) fact.gap('mountProgram', set.gap);
  else fact.at('mountProgram', ...info.storage.consulted).set('mountProgram', set?.value, ...(set?.where ?? []));
}

const notTold = ({ where }: PodmanInfo): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: 'only podman info on the running host tells what the database of the store says',
  where: [where],
});
