/** A fact about one Quadlet file that holds under every release of Podman that the host may have. */
import { type Asking, together } from '../ask.ts';
import { type Fact, FactBuilder, type Known, missing, type Unknown, type Where } from '../fact.ts';
import type { QuadletFile } from './quadlet-disk.ts';
import { type QuadletHost, quadletFiles, quadletHosts } from './quadlet-units.ts';

/** Something found, in words, and where. */
export interface Finding {
  readonly said: string;
  readonly where: Where;
}

/** What was found of one sort, and why there may be more. */
export interface Findings {
  readonly each: readonly Finding[];
  readonly unseen?: Unknown | undefined;
}

/** Why something is open that releases of Podman see differently. `release`: why it is not known which one is here. */
export const releasesDiffer = (release: Unknown): string => `what becomes of this file depends on the release of Podman, and ${release.said}`;

/** Judges the file under each release. What the releases see differently is unknown; a file that is not there is missing. */
export function* underEachRelease(
  path: string,
  fields: readonly string[],
  judge: (host: QuadletHost, file: QuadletFile) => Asking<FactBuilder | Unknown>,
): Asking<Fact> {
  const hosts = yield* quadletHosts();
  if (hosts.is === 'unknown') return hosts;
  const file = quadletFiles(hosts.each.at(-1) as QuadletHost).find((f) => f.path === path);
  if (!file) return hosts.incomplete ?? missing({ path });
  const judged = yield* together(hosts.each.map((host) => judge(host, file)));
  const hidden = judged.find((j): j is Unknown => !(j instanceof FactBuilder));
  if (hidden) return hidden;
  const facts = judged as FactBuilder[];
  const last = facts.at(-1) as FactBuilder;
  const built = facts.map((f) => f.build());
  const { release } = hosts;
  if (!release) return last.build();
  for (const field of fields)
    if (new Set(built.map((b) => seenAs(b, field))).size > 1)
      last.gap(field, { is: 'unknown', why: 'ambiguous', said: releasesDiffer(release), where: [{ path }] });
  return last.build();
}

const seenAs = (fact: Known, field: string): string => JSON.stringify([fact.value[field], fact.gaps.get(field)?.said]);

/** Sets a list of findings: what was found stands; that there is no more can be said only where nothing is open. */
export function setFindings(fact: FactBuilder, field: string, { each, unseen }: Findings, here: Where): void {
  if (each.length === 0 && unseen) return void fact.gap(field, unseen);
  const at = each.length > 0 ? each.map((f) => f.where) : [here];
  fact.set(
    field,
    each.map((f) => f.said),
    ...at,
  );
}
