/** Kind `quadlet-workload`: what a Quadlet file makes Podman run, and how well that is confined. */

import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, type FactBuilder, type Known, missing, type Unknown } from '../../facts/fact.ts';
import { realPaths } from '../../facts/host/real-paths.ts';
import { defineKind } from '../../facts/kind.ts';
import { boundVolumes } from '../../facts/podman/volumes.ts';
import type { Command } from '../../facts/quadlet/quadlet-command.ts';
import { describeWorkload } from '../../facts/quadlet/quadlet-describe.ts';
import { type AllMounts, judgeMounts, mountsOf } from '../../facts/quadlet/quadlet-mounts.ts';
import { completed, type Source, sourceOf } from '../../facts/quadlet/quadlet-source.ts';
import { surroundings, surroundingsTouches } from '../../facts/quadlet/quadlet-surroundings.ts';
import { type QuadletHost, quadletFiles, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { workloadShape } from '../../facts/quadlet/quadlet-workload-shape.ts';

export const quadletWorkload = defineKind({
  name: 'quadlet-workload',
  noun: 'the unit',
  describe:
    'What a Quadlet file makes Podman run: its keys and PodmanArgs= as flags, with its drop-ins, its pod, what containers.conf adds, and the YAML of a .kube file.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path of the Quadlet file' } },
  shape: workloadShape,
  touches: () => [quadletHosts, ...surroundingsTouches, boundVolumes],
  *learn(q): Asking<Fact> {
    const hosts = yield* quadletHosts();
    if (hosts.is === 'unknown') return hosts;
    const last = hosts.each.at(-1) as QuadletHost;
    const file = quadletFiles(last).find((f) => f.path === q.path);
    if (!file) return hosts.incomplete ?? missing({ path: q.path });
    const sources = yield* together(hosts.each.map((host) => sourceOf(host, file)));
    const hidden = sources.find((s): s is Unknown => 'is' in s);
    if (hidden) return hidden;
    const read = sources as Source[];
    const seen = yield* surroundings(read.at(-1) as Source);
    const commands = read.map((source) => completed(source, seen.conf, seen.played));
    const mounts = yield* together(read.map((source, at) => mountsOf(source, commands[at] as Command)));
    const real = yield* realPaths(mounts.flatMap((m) => m.each.map((one) => one.source)));
    return agreed(
      read.map((source, at) => describeWorkload(source, seen, commands[at] as Command, judgeMounts(mounts[at] as AllMounts, source.owner, real))),
      file.path,
      hosts.release,
    );
  },
});

/** One fact for all releases that may be meant; what they see differently is unknown. */
function agreed(facts: readonly FactBuilder[], path: string, release: Unknown | undefined): Known {
  const built = facts.map((f) => f.build());
  const last = facts.at(-1) as FactBuilder;
  if (release)
    for (const field of Object.keys(workloadShape.fields))
      if (new Set(built.map((b) => JSON.stringify(b.value[field]))).size > 1)
        last.gap(field, { is: 'unknown', why: 'ambiguous', said: `${field} depends on the Podman version; ${release.said}`, where: [{ path }] });
  return last.build();
}
