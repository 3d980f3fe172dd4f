/** A fact about one Quadlet file that holds under every release of Podman that the host may have. */
import { type Asking, together } from '../ask.ts';
import { type Fact, FactBuilder, type Json, type Known, missing, pathKey, type Unknown, type Where } from '../fact.ts';
import { cutFields } from './quadlet-cuts.ts';
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
  for (const part of comparedParts(fields, built))
    if (new Set(built.map((b) => seenAs(b, part))).size > 1)
      last.gap(part, { is: 'unknown', why: 'ambiguous', said: releasesDiffer(release), where: [{ path }] });
  return last.build();
}

/** What releases are compared by: each field, and what would have to go for each finding by itself. */
export function comparedParts(fields: readonly string[], facts: readonly Known[]): (readonly string[])[] {
  const names = (field: string): string[] => [...new Set(facts.flatMap((f) => Object.keys((f.value[field] ?? {}) as Readonly<Record<string, Json>>)))];
  return fields.flatMap((field) => (field in cutFields ? names(field).map((name) => [field, name]) : [[field]]));
}

/** A field of a fact, or one part of it. */
export const partOf = ({ value }: Known, [field = '', name]: readonly string[]): Json | undefined =>
  name === undefined ? value[field] : (value[field] as Readonly<Record<string, Json>> | undefined)?.[name];

const seenAs = (fact: Known, part: readonly string[]): string => JSON.stringify([partOf(fact, part), fact.gaps.get(pathKey(part))?.said]);

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
