/** Puts what a Quadlet file runs into a fact. */
import { FactBuilder, type Unknown, unknown, type Where } from '../fact.ts';
import { type Flag, flagsNamed, lastFlag, switchedOn } from '../podman/podman-flags.ts';
import { imageReference } from './image-reference.ts';
import type { Command } from './quadlet-command.ts';
import { capabilitiesOf, type Finding, fullPrivileges, hostNamespaces, loosened, noNewPrivileges, notRoot } from './quadlet-isolation.ts';
import { sectionOf } from './quadlet-keys.ts';
import type { Mounts } from './quadlet-mounts.ts';
import { remotePolicy, type Source, startsAtBoot, updatePolicies } from './quadlet-source.ts';
import { limitsOf, literalSecrets, restartOf, startTimeoutOf } from './quadlet-supervision.ts';
import { absolute, type Surroundings } from './quadlet-surroundings.ts';
import { lastWord } from './quadlet-words.ts';

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
  /** `wanted` is the flag that makes it `value`. */
  is(path: readonly string[], value: boolean, wanted: { where: Where } | undefined, open: Unknown | undefined): void {
    if (wanted) this.fact.set(path, value, wanted.where);
    else if (open) this.fact.gap(path, open);
    else this.fact.set(path, !value, this.here);
  }
}

/** `command` is the whole one, `mounts` what it mounts. */
export function describeWorkload(source: Source, seen: Surroundings, command: Command, mounts: Mounts): FactBuilder {
  const here: Where = { path: source.file.path };
  const fact = new FactBuilder().consulted(here).set('type', source.ending, here).set('owner', source.owner.name, here);
  const part = new Part(fact, here);
  const { flags, open } = command;
  setIsolation(part, source, flags, open);
  for (const field of ['sensitive', 'shared', 'sockets'] as const) part.list(['mounts', field], mounts[field], open ?? mounts.unseen);
  setImages(part, source, seen);
  setUpdates(part, source, flags);
  setService(part, source, seen, flags, open);
  return fact;
}

function setIsolation(part: Part, source: Source, flags: readonly Flag[], open: Unknown | undefined): void {
  const { fact, here } = part;
  part.list(['privileges', 'full'], fullPrivileges(flags), open);
  part.list(['privileges', 'loosened'], loosened(flags), open);
  const locked = noNewPrivileges(flags);
  const key = lastWord(source.assignments, sectionOf(source.ending), 'NoNewPrivileges');
  if (locked) fact.set('noNewPrivileges', 'on', locked.where);
  else if (source.command.open) fact.gap('noNewPrivileges', source.command.open);
  else fact.set('noNewPrivileges', key ? 'off' : 'unset', key ? { ...key.where, said: `${key.text.slice(0, 40)} counts as false` } : here);
  const readOnly = lastFlag(flags, 'read-only');
  if (readOnly) fact.set('readOnly', switchedOn(flags, 'read-only') !== undefined, readOnly.where);
  else if (open) fact.gap('readOnly', open);
  else fact.set('readOnly', false, here);
  const { dropsAll, dangerous, misspelt } = capabilitiesOf(flags);
  part.is(['capabilities', 'dropsAll'], true, dropsAll, source.command.open);
  part.list(['capabilities', 'dangerous'], dangerous, source.command.open);
  part.list(['capabilities', 'misspelt'], misspelt, source.command.open);
  // A member has the user namespace of its pod.
  const pod = source.pod?.command;
  const because = notRoot(pod ? [...flags.filter((f) => f.name !== 'userns'), ...pod.flags] : flags);
  const unsure = open ?? pod?.open;
  if (because) fact.set('rootless', because.said, because.where);
  else if (unsure) fact.gap('rootless', unsure);
  else fact.at('rootless', here);
  const through = pod ? hostNamespaces(pod.flags).map((f) => ({ ...f, said: `${f.said} of its pod` })) : [];
  part.list(['hostNamespaces'], [...hostNamespaces(flags), ...through], unsure);
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
  part.list(
    ['autoUpdate', 'strange'],
    words.filter((w) => !remotePolicy(w.text) && w.text !== 'local' && w.text !== 'disabled').map((w) => ({ said: w.text.slice(0, 80), where: w.where })),
    source.command.open,
  );
  const pinned = remote && source.images.some((i) => imageReference(i.text).pin === 'digest') ? remote : undefined;
  part.is(['autoUpdate', 'pinned'], true, pinned, source.command.open);
  fact.set(['autoUpdate', 'used'], source.updatesElsewhere || remote !== undefined, remote?.where ?? part.here);
}

function setService(part: Part, source: Source, seen: Surroundings, flags: readonly Flag[], open: Unknown | undefined): void {
  const { fact, here } = part;
  const { clash, environmentFiles } = seen;
  const { dropIns } = source;
  const service = [...source.assignments, ...dropIns.assignments];
  const unseen = dropIns.unseen ?? open;
  const limits = limitsOf([...(source.pod?.command.flags ?? []).filter((f) => f.name !== 'cgroups'), ...flags], service);
  fact.set(['limits', 'cgroups'], limits.cgroups.value, limits.cgroups.where ?? here);
  part.list(['limits', 'effective'], limits.effective, unseen);
  part.list(['limits', 'lost'], limits.lost, unseen);
  part.list(['secrets', 'literal'], literalSecrets(flags, service), unseen);
  setFiles(part, source, environmentFiles, open);
  part.is(['secrets', 'host'], true, switchedOn(flags, 'env-host'), open);
  const restart = restartOf(source.ending, flags, service);
  if (dropIns.unseen) for (const field of ['restart', 'start']) fact.gap(field, dropIns.unseen);
  fact.set(['restart', 'policy'], restart.policy.value, restart.policy.where ?? { ...here, said: 'no Restart= in [Service]' });
  fact.set(['restart', 'oneshot'], restart.oneshot, here);
  part.is(['restart', 'health'], true, restart.health, source.command.open);
  fact.set(['restart', 'killed'], restart.kills !== undefined, restart.kills?.where ?? here);
  const boot = startsAtBoot(source);
  fact.set(['restart', 'boot'], boot !== undefined, boot ?? { ...here, said: 'no WantedBy= or RequiredBy= in [Install]' });
  const timeout = startTimeoutOf(service);
  const where = timeout.where ?? { ...here, said: "systemd's own 90 s" };
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

function setFiles(part: Part, source: Source, files: Surroundings['environmentFiles'], open: Unknown | undefined): void {
  const found: Finding[] = [];
  let unseen = open;
  for (const flag of flagsNamed(source.command.flags, 'env-file')) {
    const path = absolute(flag.value, source.file.directory);
    const answer = files.get(path);
    const end = answer?.is === 'got' ? (answer.value.real ?? { is: 'got' as const, value: answer.value }) : answer;
    if (end?.is === 'blocked') unseen ??= unknown(end, path);
    if (end?.is === 'got' && (end.value.mode & 0o004) !== 0)
      found.push({ said: path, where: { path, said: `mode ${end.value.mode.toString(8).padStart(4, '0')}` } });
  }
  part.list(['secrets', 'readable'], found, unseen);
}
