/** Kind `quadlet-workload`: what a Quadlet file makes Podman run, and how well that is confined. */

import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, type FactBuilder, type Known, missing, type Unknown } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { missingIds } from '../../facts/podman/auto-userns-ids.ts';
import { boundVolumes } from '../../facts/podman/volumes.ts';
import { asksForAuto, sizeAsked } from '../../facts/quadlet/auto-userns.ts';
import type { Command } from '../../facts/quadlet/quadlet-command.ts';
import { describeWorkload, type Workload } from '../../facts/quadlet/quadlet-describe.ts';
import { comparedParts, partOf, releasesDiffer } from '../../facts/quadlet/quadlet-each.ts';
import { type AllMounts, mountsOf } from '../../facts/quadlet/quadlet-mounts.ts';
import { generatedService } from '../../facts/quadlet/quadlet-service.ts';
import { completed, type Source, sourceOf } from '../../facts/quadlet/quadlet-source.ts';
import { mountedPaths, surroundings } from '../../facts/quadlet/quadlet-surroundings.ts';
import { type QuadletHost, quadletFiles, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { workloadFields, workloadShape } from '../../facts/quadlet/quadlet-workload-shape.ts';
import { anyone, forAccount, source } from '../../facts/source.ts';

export const quadletWorkload = defineKind({
  name: 'quadlet-workload',
  noun: 'the unit',
  describe:
    'What a Quadlet file makes Podman run: its keys and PodmanArgs= as flags, with its drop-ins, its pod, what containers.conf adds, and the YAML of a .kube file.',
  main: 'path',
  fields: workloadFields,
  shape: workloadShape,
  touches: () => [workloadsOf],
  *learn(q): Asking<Fact> {
    const { path } = q;
    const found = yield* workloadsOf(path);
    if (found === undefined) return missing({ path });
    if ('is' in found) return found;
    return agreed(
      found.each.map((workload) => describeWorkload(workload, q)),
      path,
      found.release,
    );
  },
});

/** What a file runs under each release that may be meant. */
interface Workloads {
  readonly each: readonly Workload[];
  /** Set when the release is not known. */
  readonly release?: Unknown;
}

/** Rules name different things to look for in one file. Undefined: there is no such Quadlet file. */
const workloadsOf = source([quadletHosts, forAccount(generatedService, anyone), surroundings, mountedPaths, boundVolumes, missingIds], learnWorkloadsOf);

function* learnWorkloadsOf(path: string): Asking<Workloads | Unknown | undefined> {
  const hosts = yield* quadletHosts();
  if (hosts.is === 'unknown') return hosts;
  const file = quadletFiles(hosts.each.at(-1) as QuadletHost).find((f) => f.path === path);
  if (!file) return hosts.incomplete;
  const sources = yield* together(hosts.each.map((host) => sourceOf(host, file)));
  const hidden = sources.find((s): s is Unknown => 'is' in s);
  if (hidden) return hidden;
  const read = sources as Source[];
  const seen = yield* surroundings(read.at(-1) as Source);
  const commands = read.map((source) => completed(source, seen.conf, seen.played));
  const mounts = yield* together(read.map((source, at) => mountsOf(source, commands[at] as Command)));
  const real = yield* mountedPaths(mounts.flatMap((m) => m.each.map((one) => one.source)));
  const auto = read.at(-1)?.owner.uid === 0 && asksForAuto(...commands, ...read.map((s) => s.pod?.command));
  const noIds = auto ? yield* missingIds(sizeAsked(...commands, ...read.map((s) => s.pod?.command))) : undefined;
  const each = read.map((source, at) => ({
    ...{ source, seen, command: commands[at] as Command, mounts: mounts[at] as AllMounts, real },
    ...(noIds ? { noIds } : {}),
  }));
  return { each, ...(hosts.release ? { release: hosts.release } : {}) };
}

/** One fact for all releases that may be meant; what they see differently is unknown. */
function agreed(facts: readonly FactBuilder[], path: string, release: Unknown | undefined): Known {
  const built = facts.map((f) => f.build());
  const last = facts.at(-1) as FactBuilder;
  if (!release) return last.build();
  // What the rule does not name need not be the same.
  const parts = Object.entries(workloadShape.fields).flatMap(([field, shape]) =>
    shape.type === 'record' && 'matching' in shape.fields ? Object.keys(shape.fields).map((name) => [field, name]) : comparedParts([field], built),
  );
  for (const part of parts)
    if (new Set(built.map((b) => JSON.stringify(partOf(b, part)))).size > 1)
      last.gap(part, { is: 'unknown', why: 'ambiguous', said: releasesDiffer(release), where: [{ path }] });
  return last.build();
}
