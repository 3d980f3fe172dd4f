/** The service that is generated from a Quadlet file, and what drop-ins add to it. */

import type { Account, Asking } from '../ask.ts';
import { containersVariables } from '../containers/containers-conf.ts';
import type { Environment } from '../environment/environment.ts';
import { environmentOf } from '../environment/environment-of.ts';
import { linesEnvironment } from '../environment/unit.ts';
import type { Unknown } from '../fact.ts';
import { inQuestion, source, type Touches } from '../source.ts';
import { dropInsOfService } from '../systemd/dropins.ts';
import { parseUnitName } from '../systemd/names.ts';
import type { Manager } from '../systemd/paths.ts';
import { expander } from '../systemd/specifiers.ts';
import { type Assignment, parseUnitText, sinceReset } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';
import type { QuadletFile } from './quadlet-disk.ts';
import { sectionOf } from './quadlet-keys.ts';
import { lastOf, valuesOf } from './quadlet-text.ts';

export interface ServiceDropIns {
  /** Of [Service], in the order in which systemd reads them. */
  readonly assignments: readonly Assignment[];
  /** Of [Unit], likewise. No generator reads them: a name of a Quadlet file is none of a unit there. */
  readonly unit: readonly Assignment[];
  readonly unseen?: Unknown;
}

/**
 * The drop-ins that the generated unit gets, as every other unit does: those of its own name, the first of `names`, and
 * of its aliases. `as` is the account whose manager runs it.
 */
export const serviceDropIns = source(
  (names: readonly string[], manager: Manager): Touches => [dropInsOfService.of(names, manager, inQuestion)],
  readServiceDropIns,
);

function* readServiceDropIns(names: readonly string[], manager: Manager, as: Account): Asking<ServiceDropIns> {
  const { files, unseen } = yield* dropInsOfService(names, manager, as);
  // An image has no runtime directories, so nothing in them is missed.
  const hidden = unseen.find((u) => u.why !== 'unsupported');
  const parsed = files.flatMap((f) => parseUnitText(f.text ?? '', f.path, new Set(['Unit', 'Service', 'Install'])).assignments);
  const of = (section: string): Assignment[] => parsed.filter((a) => a.section === section);
  return { assignments: of('Service'), unit: of('Unit'), ...(hidden ? { unseen: hidden } : {}) };
}

/** A drop-in for the generated service may give it a command of its own: then the file does not tell what runs. */
export function replaced({ assignments, unseen }: ServiceDropIns): Unknown | undefined {
  const own = assignments.find((a) => a.key === 'ExecStart');
  return own ? { is: 'unknown', why: 'ambiguous', said: 'a drop-in of the service replaces the command that Quadlet writes', where: [own.where] } : unseen;
}

/** Drop-ins of a generated service, and what its processes find in their environment; of {@link containersVariables} it is told for sure. */
export interface GeneratedService {
  readonly dropIns: ServiceDropIns;
  readonly environment: Environment;
}

/** Looks at the service of these names that a file with these lines in [Service] makes, in the manager of an account. */
export const generatedService = source(
  (names: readonly string[], manager: Manager): Touches => [serviceDropIns.of(names, manager, inQuestion), linesEnvironment],
  readGeneratedService,
);

function* readGeneratedService(names: readonly string[], manager: Manager, as: Account, own: readonly Assignment[]): Asking<GeneratedService> {
  const dropIns = yield* serviceDropIns(names, manager, as);
  const lines = [...own, ...dropIns.assignments];
  const counting = (key: string): readonly Assignment[] => sinceReset(lines.filter((a) => a.key === key));
  const expand = serviceExpander(names, manager, as);
  return { dropIns, environment: yield* environmentOf({ service: { counting, expand, manager, as } }, containersVariables) };
}

/** Fills in the specifiers of a generated service, whose own name stands first. */
export function serviceExpander(names: readonly string[], manager: Manager, owner: Account): (text: string) => string {
  const unit = parseUnitName(names[0] ?? '');
  return unit ? expander(unit, manager, owner) : (text) => text;
}

/** What the generated unit is called: its own name, then the aliases that [Install] gives it. */
export function serviceNamesOf(file: QuadletFile, assignments: readonly Assignment[], manager: Manager, owner: Account): string[] {
  const own = serviceNameOf(file, lastOf(assignments, sectionOf(file.name.slice(file.name.lastIndexOf('.') + 1)), 'ServiceName'));
  const expand = serviceExpander([own], manager, owner);
  return [own, ...valuesOf(assignments, 'Install', 'Alias').flatMap((a) => splitWords(a.value).words.map(expand))];
}

/** `.container` and `.kube` give NAME.service, the others NAME-TYPE.service; ServiceName= replaces it (since 5.3). */
function serviceNameOf({ name }: QuadletFile, own?: string): string {
  const dot = name.lastIndexOf('.');
  const ending = name.slice(dot + 1).toLowerCase();
  if (own) return `${own}.service`;
  return `${name.slice(0, dot)}${ending === 'container' || ending === 'kube' ? '' : `-${ending}`}.service`;
}
