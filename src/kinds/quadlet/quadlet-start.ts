/** Kind `quadlet-start`: whether anything starts the service of a Quadlet file when its manager starts. */
import { type Answer, type Asking, type Output, run, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Release, releaseOf, since } from '../../facts/containers/podman-release.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { seeTool, toolVersion } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import { hasUnit, quadletEdges, reachedUnits, serviceFiles, upheldSince, upholding } from '../../facts/quadlet/quadlet-boot.ts';
import type { QuadletFile } from '../../facts/quadlet/quadlet-disk.ts';
import { underEachRelease } from '../../facts/quadlet/quadlet-each.ts';
import { type ManagerUnits, managerUnits } from '../../facts/quadlet/quadlet-manager.ts';
import { placementOf, unseenFor } from '../../facts/quadlet/quadlet-placement.ts';
import { serviceDropIns } from '../../facts/quadlet/quadlet-service.ts';
import { type Sibling, siblingsOf } from '../../facts/quadlet/quadlet-siblings.ts';
import { valuesOf } from '../../facts/quadlet/quadlet-text.ts';
import { type QuadletHost, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { isTrue, lastWord } from '../../facts/quadlet/quadlet-words.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { anyone, forAccount, type Touches } from '../../facts/source.ts';
import { splitWords } from '../../facts/systemd/words.ts';

const online = 'network-online.target';
const waiter = 'podman-user-wait-network-online.service';
const isActive = ['systemctl', 'is-active', online];

const shape = record({
  type: string('ending of the file'),
  reached: boolean('something starts it when its manager starts'),
  idle: string('why nothing starts a lasting service; unset when something does'),
  idleOnce: string('why nothing starts a service that runs once; unset when something does'),
  lost: string('why what is to start it never does; unset when it does'),
  masked: string('the name under which it is masked; unset when it is not'),
  hidden: string('the unit of the administrator that systemd takes in its place; unset when there is none'),
  waits: string('what it waits for in vain when it starts; unset when there is nothing'),
});

const touches: Touches = [quadletHosts, managerUnits, reachedUnits, forAccount(serviceDropIns, anyone), seeTool.of('systemctl'), { do: 'run', argv: isActive }];

export const quadletStart = defineKind({
  name: 'quadlet-start',
  noun: 'the start of the unit',
  describe:
    'What starts the service of a Quadlet file when its manager starts: [Install], links, other units and Quadlet files, timers, sockets and paths; and whether a user’s unit waits for a network that the system never reports.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path of the file' } },
  shape,
  touches: () => touches,
  *learn({ path }): Asking<Fact> {
    return yield* underEachRelease(path, Object.keys(shape.fields), describeStart);
  },
});

function* describeStart(host: QuadletHost, file: QuadletFile): Asking<FactBuilder | Unknown> {
  const placed = placementOf(host, file);
  const { instance } = placed;
  const unseen = unseenFor(host, placed);
  if (unseen) return unseen;
  const here: Where = { path: file.path };
  const fact = new FactBuilder().consulted(here);
  const siblings = instance ? siblingsOf(host, instance) : [];
  const own = siblings.find((s) => s.file.path === file.path);
  const hidden = siblings.find((s) => s.unseen)?.unseen;
  if (!instance || !own) return hidden ?? fact.set('type', file.name.slice(file.name.lastIndexOf('.') + 1), here).set('reached', false, here);
  if (hidden) return hidden;
  fact.set('type', own.ending, here);
  yield* setReached(fact, host, own, siblings);
  yield* setWaits(fact, host, own);
  return fact;
}

function* setReached(fact: FactBuilder, host: QuadletHost, own: Sibling, siblings: readonly Sibling[]): Asking<undefined> {
  const here: Where = { path: own.file.path };
  const { account } = placementOf(host, own.file).instance ?? {};
  const manager = account ? 'user' : 'system';
  const as = account ?? rootAccount;
  const systemd = yield* systemdOf(siblings, host.release);
  if (systemd && 'is' in systemd) return void open(fact, systemd);
  const [units, reached, dropIns] = yield* together([
    managerUnits(manager, as),
    reachedUnits(manager, as, quadletEdges(siblings, host.release, systemd), own.names.slice(0, 1), serviceFiles(siblings)),
    serviceDropIns(own.names, manager, as),
  ]);
  const started = startedAs(own, reached.units);
  for (const part of ['idle', 'idleOnce', 'lost'] as const) fact.at(part, started ?? here);
  // What goes by the name of the service, and may not be looked at, may be a mask.
  const shut = units.unseen.find(({ where }) => where.some(({ path }) => own.names.some((name) => path.endsWith(`/${name}`))));
  setHidden(fact, own, units, shut);
  if (started && !shut) return void fact.set('reached', true, started);
  const perhaps = startedAs(own, reached.perhaps);
  const unseen = shut ?? (perhaps ? mayStart(own, perhaps) : reached.unseen);
  if (unseen) return void open(fact, unseen);
  fact.set('reached', false, here);
  const masked = own.names.find((name) => units.masked.has(name));
  fact.at('masked', here).set('masked', masked, here);
  if (masked !== undefined) return void fact.set('lost', `${masked}, which is made of it, is masked`, here);
  const made = new Set(siblings.flatMap((s) => s.names));
  const [wanted] = ['WantedBy', 'RequiredBy', 'UpheldBy'].flatMap((key) => valuesOf(own.assignments, 'Install', key));
  if (wanted?.key === 'UpheldBy' && !upholding(host.release, systemd)) {
    const late = since(host.release, upheldSince) ? `systemd ${systemd?.said} passes over` : `Podman ${host.release.said} makes no link of`;
    return void fact.set('lost', `${late} UpheldBy=${wanted.value}`, wanted.where);
  }
  if (wanted) {
    const names = splitWords(wanted.value).words;
    const absent = names.filter((n) => !hasUnit(units, manager, n, made));
    const why = own.template && !absent.length ? 'a template is started as an instance, and none is named' : neverReached(names, absent, manager);
    return void fact.set('lost', `${wanted.key}=${wanted.value}, but ${why}`, wanted.where);
  }
  if (dropIns.unseen) fact.gap('idle', dropIns.unseen).gap('idleOnce', dropIns.unseen);
  const type = [...own.assignments, ...dropIns.assignments].findLast((a) => a.section === 'Service' && a.key === 'Type')?.value;
  fact.set(type === 'oneshot' ? 'idleOnce' : 'idle', 'no WantedBy= in [Install], and no other unit starts it', here);
  return undefined;
}

/** The release of systemd, which decides of UpheldBy= alone, where Podman links it; otherwise it is not asked for. */
function* systemdOf(siblings: readonly Sibling[], podman: Release): Asking<Release | Unknown | undefined> {
  if (!since(podman, upheldSince) || !siblings.some((s) => valuesOf(s.assignments, 'Install', 'UpheldBy').length > 0)) return undefined;
  const seen = yield* toolVersion('systemctl');
  if (seen.is === 'unknown') return seen;
  return seen.is === 'known' ? releaseOf(seen.version) : undefined;
}

function open(fact: FactBuilder, why: Unknown): void {
  for (const part of ['reached', 'idle', 'idleOnce', 'lost']) fact.gap(part, why);
}

/** What names the unit and cannot be followed to the end: a script, or a command of another account. */
const mayStart = ({ names }: Sibling, where: Where): Unknown => ({
  is: 'unknown',
  why: 'ambiguous',
  said: `${where.path}${where.line === undefined ? '' : `:${where.line}`} may start ${names[0]}, but no file tells whether that is run and succeeds`,
  where: [where],
});

/** Units of the administrator come before generated ones, those in ~/.local/share behind (systemd.unit(5)). */
function setHidden(fact: FactBuilder, own: Sibling, units: ManagerUnits, shut: Unknown | undefined): void {
  const [name] = own.names;
  const over = units.local.find((u) => u.path.endsWith(`/${name}`) && !u.path.includes('/share/'));
  const unseen = shut ?? units.search.unseen.find((u) => u.why !== 'unsupported');
  fact.at('hidden', { path: own.file.path });
  if (over && !units.masked.has(name)) fact.set('hidden', over.path, { path: over.path });
  else if (unseen) fact.gap('hidden', unseen);
}

function neverReached(names: readonly string[], absent: readonly string[], manager: 'system' | 'user'): string {
  if (absent.length === 0) return `nothing starts ${names.join(' or ')} at boot`;
  return manager === 'user' ? `a user's manager has no ${absent.join(', ')}` : `there is no ${absent.join(', ')}`;
}

/** What starts it, under its own name or, of a template, that of an instance. */
function startedAs(own: Sibling, reached: ReadonlyMap<string, Where | undefined>): Where | undefined {
  const [prefix, suffix] = own.names[0].split('@.');
  for (const [name, where] of reached) {
    const is = own.names.includes(name) || (own.template && suffix !== undefined && name.startsWith(`${prefix}@`) && name.endsWith(suffix));
    if (is) return where ?? { path: own.file.path };
  }
  return undefined;
}

/** The unit of Podman that waits for the network on behalf of a user gives up after 90 s where nothing makes the system report it. */
function* setWaits(fact: FactBuilder, host: QuadletHost, own: Sibling): Asking<undefined> {
  const here: Where = { path: own.file.path };
  fact.at('waits', here);
  const { account } = placementOf(host, own.file).instance ?? {};
  const usual = lastWord(own.assignments, 'Quadlet', 'DefaultDependencies');
  if (!account || !since(host.release, '5.3') || (usual && usual.text !== '' && !isTrue(usual.text))) return undefined;
  const units = yield* managerUnits('user', account);
  if (units.masked.has(waiter) || !units.search.dirs.some((d) => d.entries.has(waiter))) return void (units.unseen[0] && fact.gap('waits', units.unseen[0]));
  const active: Answer<Output> = yield* run(isActive);
  if (active.is === 'blocked' && active.why !== 'unsupported') return void fact.gap('waits', unknown(active, commandPlace(isActive)));
  if (active.is === 'got' && active.value.stdout.trim() === 'active') return void fact.at('waits', { path: commandPlace(isActive), said: 'active' });
  const edges = quadletEdges(siblingsOf(host, host.system), host.release);
  const reached = yield* reachedUnits('system', rootAccount, edges, [online]);
  if (reached.units.has(online)) return void fact.at('waits', reached.units.get(online) ?? here);
  const unseen = reached.unseen ?? unseenFor(host, { place: 'system', readBy: [], loadErrors: [] });
  if (unseen) return void fact.gap('waits', unseen);
  fact.set('waits', `${waiter}, which gives up after 90 s, since nothing starts ${online}`, here);
  return undefined;
}
