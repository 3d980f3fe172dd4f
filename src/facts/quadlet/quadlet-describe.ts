/** Puts what a Quadlet file runs into a fact. */
import { FactBuilder, type Json, type Unknown, type Where } from '../fact.ts';
import { globMatches } from '../glob.ts';
import { met } from '../host/path-list.ts';
import type { RealPaths } from '../host/real-paths.ts';
import type { NoIds } from '../podman/auto-userns-ids.ts';
import { type Flag, flagsNamed, lastFlag, switchedOn } from '../podman/podman-flags.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { shortened } from '../text/shortened.ts';
import { imageReference } from './image-reference.ts';
import { type Command, openFor } from './quadlet-command.ts';
import { cutsFor, type Meant } from './quadlet-cuts.ts';
import { capabilitiesOf, devicesOf, type Finding, hostNamespaces, noNewPrivileges, notRoot, plainCapability, securityOptionsOf } from './quadlet-isolation.ts';
import { sectionOf } from './quadlet-keys.ts';
import { type AllMounts, hostMounts, leadsTo, mountsAmong, readOnlyMount, unseenOf } from './quadlet-mounts.ts';
import { remotePolicy, type Source, startsAtBoot, updatePolicies } from './quadlet-source.ts';
import { limitsOf, literalVariables, restartOf, startTimeoutOf } from './quadlet-supervision.ts';
import type { Surroundings } from './quadlet-surroundings.ts';
import { lastWord } from './quadlet-words.ts';
import type { WorkloadQuery } from './quadlet-workload-shape.ts';
import { placeOf, tooOpen, variableFiles } from './variable-files.ts';

/** Sets parts of a fact: what was found stands; that there is no more can be said only when nothing is open. */
class Part {
  readonly fact: FactBuilder;
  readonly here: Where;
  constructor(fact: FactBuilder, here: Where) {
    this.fact = fact;
    this.here = here;
  }
  list(path: readonly string[], found: readonly Finding[], open: Unknown | undefined): void {
    if (found.length === 0 && open) this.fact.gap(path, open);
    else
      this.fact.set(
        path,
        found.map((f) => f.said),
        ...(found.length > 0 ? found.map((f) => f.where) : [this.here]),
      );
  }
  /** Sets all that there is: nothing is said of a part. */
  whole(path: readonly string[], each: readonly (Finding | { readonly value: Json; readonly where: Where })[], open: Unknown | undefined): void {
    if (open) return void this.fact.gap(path, open);
    this.fact.set(
      path,
      each.map((e) => ('said' in e ? e.said : e.value)),
      ...(each.length > 0 ? each.map((e) => e.where) : [this.here]),
    );
    for (const [at, { where }] of each.entries()) this.fact.at([...path, String(at)], where);
  }
  /** Sets what there is and, where the query names some, those of it. */
  both(
    path: string,
    each: readonly Finding[],
    wanted: readonly string[] | undefined,
    is: (said: string, name: string) => boolean,
    open: Unknown | undefined,
  ): void {
    this.whole([path, 'each'], each, open);
    if (wanted)
      this.list(
        [path, 'matching'],
        each.filter((e) => wanted.some((name) => is(e.said, name))),
        open,
      );
  }
  /** Sets which words of which files are what was found, under a name. */
  cut(name: string, all: readonly Assignment[], found: readonly Finding[], meant?: Meant): void {
    if (found.length === 0) return;
    const { cuts, elsewhere } = cutsFor(all, found, meant);
    for (const [field, each] of Object.entries({ cuts, elsewhere })) this.fact.set([field, name], each as unknown as Json, ...found.map((f) => f.where));
  }
  /** `wanted` is the flag that makes it `value`. */
  is(path: readonly string[], value: boolean, wanted: { where: Where } | undefined, open: Unknown | undefined): void {
    if (wanted) this.fact.set(path, value, wanted.where);
    else if (open) this.fact.gap(path, open);
    else this.fact.set(path, !value, this.here);
  }
}

/** What was learnt of a Quadlet file: `command` is the whole one, `mounts` what it mounts, `real` where that leads. */
export interface Workload {
  readonly source: Source;
  readonly seen: Surroundings;
  readonly command: Command;
  readonly mounts: AllMounts;
  readonly real: RealPaths;
  /** Why a user namespace that root's Podman is to choose has no ids. */
  readonly noIds?: NoIds | Unknown;
}

/** The query names things to look for among those that are there (`workloadFields`). */
export function describeWorkload({ source, seen, command, mounts, real, noIds }: Workload, query: WorkloadQuery): FactBuilder {
  const here: Where = { path: source.file.path };
  const fact = new FactBuilder().consulted(here).set('type', source.ending, here).set('owner', source.owner.name, here);
  const part = new Part(fact, here);
  setPrivileges(part, source, command, query);
  setIsolation(part, source, command);
  if (noIds && 'is' in noIds) fact.gap('autoIds', noIds);
  else fact.at('autoIds', here).set('autoIds', noIds && `UserNS=${noIds.said}`, ...(noIds?.where ?? [here]));
  setMounts(part, { source, mounts, real, command }, query);
  setImages(part, source, seen);
  setUpdates(part, source, command.flags);
  setService(part, source, seen, command);
  setVariables(part, source, seen, command, query);
  fact.set('cuts', {}, here).set('elsewhere', {}, here);
  setCuts(part, source, command, query);
  setMountCuts(part, { source, mounts, real }, query);
  return fact;
}

/** Every file that a finding may stand in: the unit, its pod and the drop-ins of both and of the service. */
const assignmentsOf = ({ assignments, pod, dropIns }: Source): readonly Assignment[] => [...assignments, ...(pod?.assignments ?? []), ...dropIns.assignments];

const foundIn = (flags: readonly Flag[], is: (flag: Flag) => boolean): Finding[] =>
  flags.filter(is).map((f) => ({ said: `--${f.name} ${f.value}`, where: f.where }));

/** What would have to go for the findings about its isolation, updates and limits to be gone. */
function setCuts(part: Part, source: Source, command: Command, query: WorkloadQuery): void {
  const all = assignmentsOf(source);
  const flags = [...command.flags, ...(source.pod?.command.flags ?? [])];
  const byFlag = (name: string, is: (flag: Flag) => boolean, meant: Meant = {}): void => part.cut(name, all, foundIn(flags, is), { flag: is, ...meant });
  byFlag('privileged', (f) => f.name === 'privileged');
  byFlag('hostNamespaces', (f) => hostNamespaces([f]).length > 0);
  byFlag('cgroups', (f) => f.name === 'cgroups');
  const { devices, securityOptions } = query;
  const hasDevice = (f: Flag): boolean => devicesOf([f]).some((d) => met(source.expand(d.said), devices ?? [], source.owner) !== undefined);
  if (devices) byFlag('devices', hasDevice, { word: (w) => hasDevice({ name: 'device', value: w.replace(/^-/, ''), where: part.here }) });
  const hasOption = (f: Flag): boolean => securityOptionsOf([f]).some((o) => securityOptions?.includes(o.said));
  if (securityOptions) byFlag('securityOptions', hasOption, { word: (w) => hasOption({ name: 'security-opt', value: `unmask=${w}`, where: part.here }) });
  const isBad = (f: Flag): boolean => {
    const { added, misspelt } = capabilitiesOf([f]);
    return misspelt.length > 0 || added.some((a) => query.capabilities?.some((name) => plainCapability(name) === a.said));
  };
  byFlag('capabilities', isBad, { word: (w) => isBad({ name: 'cap-add', value: w, where: part.here }) });
  const asks = (word: string): boolean => word !== 'local' && word !== 'disabled';
  const policies = updatePolicies(source.assignments, sectionOf(source.ending)).filter((w) => asks(w.text));
  const isLabel = (word: string): boolean => word.startsWith('io.containers.autoupdate=') && asks(word.slice('io.containers.autoupdate='.length));
  part.cut(
    'updates',
    all,
    policies.map((w) => ({ said: w.text, where: w.where })),
    { word: (w) => isLabel(w) || (!w.includes('=') && asks(w.slice(w.lastIndexOf('/') + 1))) },
  );
  byFlag('updateLabels', (f) => f.name === 'label' && isLabel(f.value), { word: isLabel });
}

/** Mounts that the rule names: those that would have to go, or, where it asks for what can be written, to be read-only. */
function setMountCuts(part: Part, { source, mounts, real }: Pick<Workload, 'source' | 'mounts' | 'real'>, { hostPaths, writable }: WorkloadQuery): void {
  if (!hostPaths) return;
  const asked = mounts.each.filter((m) => (writable !== true || !m.readOnly) && mountsAmong([m], hostPaths, source.owner, real).length > 0);
  const found = asked.map((m) => ({ said: m.source, where: m.where }));
  const sources = new Set(asked.map((m) => m.source));
  const isOne = (f: Flag): boolean => hostMounts([{ ...f, value: source.expand(f.value) }], source.file.directory).some((m) => sources.has(m.source));
  const all = assignmentsOf(source).filter((a) => a.key !== 'Rootfs');
  part.cut(writable === true ? 'writable' : 'mounts', all, found, {
    flag: isOne,
    word: (w) => isOne({ name: 'mount', value: w, where: part.here }),
    ...(writable === true ? { now: readOnlyMount } : {}),
  });
}

function setPrivileges(part: Part, source: Source, command: Command, query: WorkloadQuery): void {
  const { flags } = command;
  part.is(['privileged'], true, switchedOn(flags, 'privileged'), openFor(command, 'privileged'));
  part.both('devices', devicesOf(flags), query.devices, (path, name) => met(path, [name], source.owner) !== undefined, openFor(command, 'device'));
  part.both('securityOptions', securityOptionsOf(flags), query.securityOptions, (option, name) => option === name, openFor(command, 'security-opt'));
  const { dropsAll, added, misspelt } = capabilitiesOf(flags);
  const unsure = openFor(source.command, 'cap-add', 'cap-drop');
  part.is(['capabilities', 'dropsAll'], true, dropsAll, unsure);
  part.both('capabilities', added, query.capabilities, (capability, name) => capability === plainCapability(name), unsure);
  part.list(['capabilities', 'misspelt'], misspelt, unsure);
}

function setMounts(part: Part, { source, mounts, real, command }: Pick<Workload, 'source' | 'mounts' | 'real' | 'command'>, query: WorkloadQuery): void {
  const unseen = openFor(command, 'volume', 'mount', 'rootfs') ?? unseenOf(mounts.each, real) ?? mounts.unseen;
  const each = mounts.each.map(({ where, ...mount }) => {
    const end = leadsTo(mount.source, real);
    return { value: { ...mount, ...(end === undefined ? {} : { leadsTo: end }) }, where };
  });
  part.whole(['mounts', 'each'], each, unseen);
  const list = query.hostPaths;
  const asked = query.writable === true ? mounts.each.filter((m) => !m.readOnly) : mounts.each;
  if (list) part.list(['mounts', 'matching'], mountsAmong(asked, list, source.owner, real), unseen);
}

function setIsolation(part: Part, source: Source, command: Command): void {
  const { flags } = command;
  const { fact, here } = part;
  const locked = noNewPrivileges(flags);
  const unsure = openFor(source.command, 'security-opt');
  const key = lastWord(source.assignments, sectionOf(source.ending), 'NoNewPrivileges');
  if (locked) fact.set('noNewPrivileges', 'on', locked.where);
  else if (unsure) fact.gap('noNewPrivileges', unsure);
  else
    fact.set('noNewPrivileges', key ? 'off' : 'unset', key ? { ...key.where, said: `${shortened(key.text, 40)} counts as false` } : { ...here, looked: true });
  const readOnly = lastFlag(flags, 'read-only');
  if (readOnly) fact.set('readOnly', switchedOn(flags, 'read-only') !== undefined, readOnly.where);
  else if (openFor(command, 'read-only')) fact.gap('readOnly', openFor(command, 'read-only') as Unknown);
  else fact.set('readOnly', false, { ...here, looked: true });
  setNamespaces(part, source, command);
}

function setNamespaces(part: Part, source: Source, command: Command): void {
  const { fact, here } = part;
  const { flags } = command;
  // A member has the user namespace of its pod.
  const pod = source.pod?.command;
  const because = notRoot(pod ? [...flags.filter((f) => f.name !== 'userns'), ...pod.flags] : flags);
  const users = ['userns', 'user', 'uidmap', 'gidmap', 'subuidname', 'subgidname'];
  const unsure = openFor(command, ...users) ?? (pod && openFor(pod, ...users));
  if (because) fact.set('rootless', because.said, because.where);
  else if (unsure) fact.gap('rootless', unsure);
  else fact.at('rootless', here);
  const through = pod ? hostNamespaces(pod.flags).map((f) => ({ ...f, said: `${f.said} of its pod` })) : [];
  const spaces = ['network', 'pid', 'ipc', 'uts', 'cgroupns'];
  part.list(['hostNamespaces'], [...hostNamespaces(flags), ...through], openFor(command, ...spaces) ?? (pod && openFor(pod, ...spaces)));
}

function setImages(part: Part, source: Source, { played }: Surroundings): void {
  const { fact, here } = part;
  const unseen = played && 'is' in played ? played : undefined;
  const words = [...source.images, ...(played && !('is' in played) ? played.images : [])];
  const each = words.map(({ text, where }) => ({ ...imageReference(text), where }));
  const of = (wanted: (one: (typeof each)[number]) => boolean): Finding[] => each.filter(wanted).map((e) => ({ said: e.name, where: e.where }));
  const floating = of((e) => e.pin === 'floating');
  const tagged = of((e) => e.pin === 'tag');
  part.list(
    ['images', 'all'],
    of(() => true),
    unseen,
  );
  part.list(['images', 'floating'], floating, unseen);
  part.list(['images', 'tagged'], tagged, unseen);
  part.list(
    ['images', 'short'],
    of((e) => !e.qualified),
    unseen,
  );
  fact.at(['images', 'lost'], here);
  if (source.imageLost) fact.set(['images', 'lost'], source.imageLost.text, source.imageLost.where);
  const worst = floating[0] ?? tagged[0];
  if (unseen && floating.length === 0) fact.gap(['images', 'weakest'], unseen);
  else fact.set(['images', 'weakest'], floating[0] ? 'floating' : worst ? 'tag' : each.length > 0 ? 'digest' : 'none', worst?.where ?? each[0]?.where ?? here);
}

function setUpdates(part: Part, source: Source, flags: readonly Flag[]): void {
  const { fact } = part;
  const labels = flagsNamed(flags, 'label').flatMap((f) => {
    const policy = /^io\.containers\.autoupdate=(.*)$/s.exec(f.value)?.[1];
    return policy === undefined ? [] : [{ text: policy, where: f.where }];
  });
  const words = [...updatePolicies(source.assignments, sectionOf(source.ending)), ...labels];
  const remote = words.find((w) => remotePolicy(w.text));
  part.is(['autoUpdate', 'remote'], true, remote, source.command.open);
  const pinned = remote && source.images.some((i) => imageReference(i.text).pin === 'digest') ? remote : undefined;
  part.is(['autoUpdate', 'pinned'], true, pinned, source.command.open);
  fact.set(['autoUpdate', 'used'], source.updatesElsewhere || remote !== undefined, remote?.where ?? part.here);
}

function setService(part: Part, source: Source, seen: Surroundings, command: Command): void {
  const { flags } = command;
  const { fact, here } = part;
  const { clash } = seen;
  const { dropIns } = source;
  const service = [...source.assignments, ...dropIns.assignments];
  const unseen = dropIns.unseen ?? openFor(command, 'memory', 'cpus', 'cpu-quota', 'cpu-shares', 'pids-limit', 'cgroups');
  const limits = limitsOf([...(source.pod?.command.flags ?? []).filter((f) => f.name !== 'cgroups'), ...flags], service);
  fact.set(['limits', 'cgroups'], limits.cgroups.value, limits.cgroups.where ?? here);
  part.list(['limits', 'effective'], limits.effective, unseen);
  part.list(['limits', 'lost'], limits.lost, unseen);
  const restart = restartOf(source.ending, flags, service);
  if (dropIns.unseen) for (const field of ['restart', 'start']) fact.gap(field, dropIns.unseen);
  fact.set(['restart', 'policy'], restart.policy.value, restart.policy.where ?? { ...here, said: 'no Restart= in [Service]', looked: true });
  fact.set(['restart', 'oneshot'], restart.oneshot, here);
  part.is(['restart', 'health'], true, restart.health, source.command.open);
  fact.set(['restart', 'killed'], restart.kills !== undefined, restart.kills?.where ?? here);
  const boot = startsAtBoot(source);
  fact.set(['restart', 'boot'], boot !== undefined, boot ?? { ...here, said: 'no WantedBy= or RequiredBy= in [Install]' });
  const timeout = startTimeoutOf(service);
  const where = timeout.where ?? { ...here, said: "systemd's own 90 s", looked: true as const };
  if ('problem' in timeout) fact.set(['start', 'seconds'], 90, { ...where, said: timeout.problem }).set(['start', 'unlimited'], false, where);
  else fact.set(['start', 'seconds'], timeout.seconds, where).set(['start', 'unlimited'], timeout.unlimited, where);
  const never = lastFlag(flags, 'pull')?.value === 'never' ? lastFlag(flags, 'pull') : undefined;
  const kubeOpen = seen.played && 'is' in seen.played ? seen.played : undefined;
  const pulls = source.imageUnit === undefined && !never && (source.images.length > 0 || seen.played !== undefined);
  if (kubeOpen) fact.gap(['start', 'pulls'], kubeOpen);
  else fact.set(['start', 'pulls'], pulls, never?.where ?? source.imageUnit?.where ?? here);
  fact.at(['vendor', 'hiddenBy'], here);
  if ('is' in clash) fact.gap('vendor', clash);
  else {
    fact.set(['vendor', 'hides'], clash.hides, ...(clash.hides.length > 0 ? clash.hides : clash.looked).map((path) => ({ path })));
    if (clash.hiddenBy !== undefined) fact.set(['vendor', 'hiddenBy'], clash.hiddenBy, { path: clash.hiddenBy });
  }
}

function setVariables(part: Part, source: Source, seen: Surroundings, command: Command, query: WorkloadQuery): void {
  const { flags } = command;
  const service = [...source.assignments, ...source.dropIns.assignments];
  const others = query.otherVariables ?? [];
  part.both(
    'environment',
    literalVariables(flags, service),
    query.variables,
    (variable, name) => sameName(name, variable) && !others.some((other) => sameName(other, variable)),
    source.dropIns.unseen ?? openFor(command),
  );
  part.is(['environment', 'host'], true, switchedOn(flags, 'env-host'), openFor(command, 'env-host'));
  setFiles(part, source, seen, openFor(command, 'env-file'), query);
}

const sameName = (pattern: string, name: string): boolean => globMatches(pattern.toLowerCase(), name.toLowerCase());

function setFiles(part: Part, source: Source, seen: Surroundings, open: Unknown | undefined, query: WorkloadQuery): void {
  const files = variableFiles(source, seen, open);
  part.whole(
    ['environmentFiles', 'each'],
    files.each.map((file) => ({ value: { path: file.path, mode: file.mode }, where: placeOf(file) })),
    files.unseen,
  );
  if (query.mode === undefined) return;
  if (!/^0[0-7]{3,4}$/.test(query.mode)) {
    part.list(['environmentFiles', 'matching'], [], { is: 'unknown', why: 'ambiguous', said: `${query.mode} is not a mode such as 0640`, where: [] });
    return;
  }
  const { each, unseen } = tooOpen(files.each, Number.parseInt(query.mode, 8), files.unseen);
  part.list(['environmentFiles', 'matching'], each, unseen);
}
