/** Kind `delegation`: the controllers that an account may use: what the files declare, what is lost on the way, what is in effect. */

import { type Answer, type Asking, list as listing, read, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Change, changedSince, effective, type History, type Release } from '../../facts/cgroup/effective.ts';
import { libraryDirs, systemdVersion } from '../../facts/cgroup/hierarchy.ts';
import { limitOf } from '../../facts/cgroup/limits.ts';
import { lostControllers } from '../../facts/cgroup/lost.ts';
import { cgroupOf, type UserManager, userManager } from '../../facts/cgroup/manager.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, number, record, says, string } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';
import { type Delegation, mergeControllers, mergeDelegate } from '../../facts/systemd/delegate.ts';
import { searchUnits } from '../../facts/systemd/find.ts';
import { type LoadedUnit, type LoadOptions, loadUnit, unitNamed, unitTexts } from '../../facts/systemd/load.ts';
import { sectionsOf } from '../../facts/systemd/names.ts';
import { searchDirs } from '../../facts/systemd/paths.ts';
import { parseUnitText } from '../../facts/systemd/syntax.ts';

const names = list(string('a controller'), 'cpu cpuset io memory pids …');
const ofSystem: LoadOptions = { manager: 'system', as: { name: 'root', uid: 0, gid: 0, home: '/root' } };
/** The unit of an account's manager, and the slices that it runs in. */
const serviceOf = (uid: number | string): string => `user@${uid}.service`;
const slicesOf = (uid: number | string): readonly string[] => [`user-${uid}.slice`, 'user.slice'];
const rootControllers = '/sys/fs/cgroup/cgroup.controllers';

export const delegation = defineKind({
  name: 'delegation',
  noun: 'delegation',
  describe: 'The cgroup controllers delegated to an account: declared by user@UID.service and its drop-ins, and in effect.',
  fields: {},
  shape: record({
    on: boolean('whether Delegate= is on, be it without controllers'),
    configured: { ...names, describe: 'the controllers that the merged Delegate= of user@UID.service names' },
    vendor: { ...names, describe: 'the controllers that the vendor’s own user@.service names' },
    lost: { ...names, describe: 'controllers that some file grants and the merged Delegate= lacks: hidden by a file of the same name, or taken back later' },
    disabled: { ...names, describe: 'DisableControllers= of the slices above: user.slice and user-UID.slice' },
    limits: list(
      record({
        unit: string('the slice'),
        text: string('the directive as it stands'),
        tasks: number('how many tasks'),
        tasksPercent: number('percent of the tasks that the host can have'),
        memory: number('bytes'),
        memoryPercent: number("percent of the host's memory"),
      }),
      'TasksMax=, MemoryMax= and MemoryHigh= of those slices, each as one number',
    ),
    running: says(boolean('whether the user manager runs'), { yes: "{who}'s user manager runs", no: "{who}'s user manager does not run" }),
    offered: { ...names, describe: 'the controllers that the kernel lets the user manager hand on: units of the account get no others' },
    effective: { ...names, describe: 'the controllers that units of the account get; a user manager hands on only what it knew when it started' },
    pending: string('what is still needed before the declared controllers are in effect', ['none', 'daemon-reload', 're-login']),
  }),
  touches: () => [
    ...[serviceOf('{uid}'), ...slicesOf('{uid}')].map((name) => unitNamed(name, 'system')),
    unitTexts.of(serviceOf('{uid}'), { manager: 'system', as: inQuestion }),
    ...searchDirs('system', '', '').map((dir) => ({ do: 'stat' as const, path: `${dir}/*.d` })),
    userManager,
    searchUnits.of('system', ofSystem.as),
    ...libraryDirs.map((path) => ({ do: 'list' as const, path })),
    { do: 'read', path: rootControllers },
  ],
  *learn(_q, as): Asking<Fact> {
    const search = yield* searchUnits('system', ofSystem.as);
    const [service, ...slices] = yield* together([serviceOf(as.uid), ...slicesOf(as.uid)].map((name) => loadUnit(name, ofSystem)));
    const fact = new FactBuilder().consulted(...search.consulted);
    const manager = yield* userManager(as);
    if (typeof manager.running === 'boolean') fact.set('running', manager.running, { path: commandPlace(['systemctl', 'show', `user@${as.uid}.service`]) });
    else fact.gap('running', manager.running);
    offered(fact, manager, as.uid);
    const history = yield* declare(fact, service as LoadedUnit | Unknown);
    setSlices(fact, slices);
    yield* setEffective(fact, manager, history, as.uid);
    return fact.build();
  },
});

function offered(fact: FactBuilder, { kernel }: UserManager, uid: number): void {
  if ('is' in kernel) fact.gap('offered', kernel);
  else fact.set('offered', kernel, { path: `${cgroupOf({ uid })}/cgroup.controllers`, said: `offers ${kernel.join(' ') || 'nothing'}` });
}

/** Sets what the files say; returns when those that had a say changed. */
function* declare(fact: FactBuilder, unit: LoadedUnit | Unknown): Asking<History | undefined> {
  const [hidden] = unit.is === 'unknown' ? [unit] : unit.unseen;
  const gone: Unknown | undefined =
    hidden ??
    (unit.is === 'loaded' && !unit.exists
      ? {
          is: 'unknown',
          why: 'ambiguous',
          said: 'no user@.service was found: not a systemd host, or not its whole file system',
          where: unit.consulted,
        }
      : undefined);
  if (gone || unit.is === 'unknown') {
    for (const part of ['on', 'configured', 'vendor', 'lost']) if (gone) fact.gap(part, gone);
    return undefined;
  }
  // A unit that systemd refuses to load delegates nothing.
  const merged = mergeDelegate(unit.broken ? [] : unit.assignments.filter((a) => a.section === 'Service' && a.key === 'Delegate'));
  const files = [...(unit.fragment ? [unit.fragment] : []), ...unit.dropIns].map((f) => ({ path: f.path }));
  const where = merged.where.length > 0 ? withoutIo(merged) : files;
  fact.set('on', merged.on, ...where).set('configured', merged.controllers, ...where);
  noteNearMisses(fact, unit);
  const texts = yield* unitTexts(unit.asked.name, ofSystem);
  const lost = lostControllers(unit, merged, texts);
  fact.set('lost', lost.controllers, ...(lost.where.length > 0 ? lost.where : where));
  if (lost.unseen[0]) fact.gap('lost', lost.unseen[0]);
  declareVendor(fact, unit, texts);
  return yield* historyOf(unit);
}

/** Tells a reader of a pass that io is not there: K3s does not need it, limits on disk traffic do. */
function withoutIo(merged: Delegation): readonly Where[] {
  const [first, ...rest] = merged.where;
  if (!first || merged.controllers.includes('io') || !merged.controllers.includes('cpuset')) return merged.where;
  return [{ ...first, said: `${first.said ?? ''}; io is not delegated, which K3s does not need` }, ...rest];
}

/** What the unit below /usr says by itself, be it hidden by a copy in /etc. */
function declareVendor(fact: FactBuilder, unit: LoadedUnit, texts: ReadonlyMap<string, Answer<string>>): void {
  const path = [unit.fragment?.path ?? '', ...unit.shadowed].findLast((p) => /^\/(usr|lib)\//.test(p));
  if (path === undefined) return void fact.at('vendor', ...unit.consulted);
  const text = texts.get(path);
  if (text?.is === 'blocked') return void fact.gap('vendor', unknown(text, path));
  const own = text?.is === 'got' ? parseUnitText(text.value, path, sectionsOf('service')).assignments : [];
  const vendor = mergeDelegate(own.filter((a) => a.section === 'Service' && a.key === 'Delegate'));
  fact.set('vendor', vendor.controllers, ...(vendor.where.length > 0 ? vendor.where : [{ path }]));
}

function noteNearMisses(fact: FactBuilder, unit: LoadedUnit): void {
  if (unit.broken) fact.note('configured', unit.broken.said, unit.broken.where);
  if (unit.masked) fact.note('configured', 'the unit is masked', { path: unit.fragment?.path ?? '' });
  for (const i of unit.ignored) if (i.key?.toLowerCase() === 'delegate') fact.note('configured', `Delegate= is ${i.said}`, i.where);
  for (const a of unit.assignments) {
    if (a.key === 'Delegate' && a.section !== 'Service')
      fact.note('configured', `Delegate= is ignored: it stands in [${a.section}], not in [Service]`, a.where);
    if (a.key !== 'Delegate' && a.key.toLowerCase() === 'delegate') fact.note('configured', `${a.key}= is ignored: it is written Delegate=`, a.where);
  }
}

/**
 * When these changed: the files with a `Delegate=` line or that hide one, and the drop-in directories they are in
 * (a package may install an old file; its directory then tells when).
 */
function* historyOf(unit: LoadedUnit): Asking<History | undefined> {
  const own = unit.broken ? [] : unit.assignments.filter((a) => a.section === 'Service' && a.key === 'Delegate');
  const says = new Set(unit.assignments.filter((a) => a.key === 'Delegate').map((a) => a.where.path));
  const dropIns = unit.dropIns.filter((d) => says.has(d.path) || d.hides.length > 0);
  const dirs = [...new Set(dropIns.map((d) => directoryOf(d.path)))];
  const stats = yield* together(dirs.map((path) => stat(path)));
  const changes: Change[] = dropIns.map((d) => ({ path: d.path, at: d.mtime }));
  if (unit.fragment) changes.push({ path: unit.fragment.path, at: unit.fragment.mtime });
  for (const [at, path] of dirs.entries()) {
    const s = stats[at] as Answer<Stat>;
    if (s.is === 'got') changes.push({ path, at: s.value.mtime, directory: true });
    else return undefined;
  }
  return {
    changes,
    grantedBefore(at) {
      const changed = new Set(changes.filter((c) => c.at >= at).map((c) => c.path));
      return mergeDelegate(own.filter(({ where: { path } }) => !changed.has(path) && !changed.has(directoryOf(path)))).controllers;
    },
  };
}

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

function setSlices(fact: FactBuilder, slices: readonly (LoadedUnit | Unknown)[]): void {
  const disabled = new Set<string>();
  const where: Where[] = [];
  const limits: { value: Json; where: Where }[] = [];
  for (const slice of slices) {
    const hidden = slice.is === 'unknown' ? slice : slice.unseen[0];
    if (hidden) for (const part of ['disabled', 'limits']) fact.gap(part, hidden);
    if (slice.is === 'unknown') continue;
    const own = slice.assignments.filter((a) => a.section === 'Slice');
    const merged = mergeControllers(own.filter((a) => a.key === 'DisableControllers'));
    for (const c of merged.controllers) disabled.add(c);
    where.push(...merged.where);
    for (const key of ['TasksMax', 'MemoryMax', 'MemoryHigh']) {
      const last = own.findLast((a) => a.key === key);
      const limit = last && limitOf(key, last.value);
      if (!limit) continue;
      const text = `${key}=${last.value}`;
      limits.push({ value: { unit: slice.unit.name, text, ...limit }, where: { ...last.where, said: text } });
    }
  }
  const looked = slices.flatMap((s) => (s.is === 'loaded' ? s.names.map((n) => ({ path: `/etc/systemd/system/${n}.d` })) : []));
  fact.set('disabled', [...disabled], ...(where.length > 0 ? where : looked)).set(
    'limits',
    limits.map((l) => l.value),
    ...(limits.length > 0 ? limits.map((l) => l.where) : looked),
  );
  for (const [at, limit] of limits.entries()) fact.at(['limits', String(at)], limit.where);
}

/** Told by the name of systemd's own library; undefined where that is in none of the usual directories. */
function* release(): Asking<Release | Unknown | undefined> {
  const answers = yield* together(libraryDirs.map((path) => listing(path)));
  for (const [at, answer] of answers.entries()) {
    const path = libraryDirs[at] as string;
    if (answer.is === 'blocked') return unknown(answer, path);
    const version = answer.is === 'got' ? systemdVersion(answer.value) : undefined;
    if (version !== undefined) return { version, where: { path } };
  }
  return undefined;
}

/** What has to be done before the unit files are in effect, in words. */
const due = { 'daemon-reload': 'systemctl daemon-reload is due', 're-login': 'the user manager has not been restarted since' } as const;

function* setEffective(fact: FactBuilder, manager: Parameters<typeof effective>[0], history: History | undefined, uid: number): Asking<void> {
  const root = yield* read(rootControllers);
  if (root.is !== 'got') {
    const why: Unknown =
      root.is === 'blocked'
        ? unknown(root, rootControllers)
        : { is: 'unknown', why: 'ambiguous', said: 'the unified hierarchy is not mounted, or nothing runs here', where: [{ path: rootControllers }] };
    fact.gap('effective', why).gap('pending', why);
    return;
  }
  const seen = effective(manager, history, uid, changedSince(manager, history) ? yield* release() : undefined);
  for (const [part, value] of [
    ['effective', seen.controllers],
    ['pending', seen.pending],
  ] as const) {
    if (typeof value === 'object' && 'is' in value) fact.gap(part, value);
    else fact.set(part, value, ...seen.where);
  }
  if (seen.pending === 'daemon-reload' || seen.pending === 're-login') fact.note('effective', due[seen.pending], ...seen.where.slice(0, 1));
}
