/** The service that is generated from a Quadlet file, and what drop-ins add to it. */

import type { Account, Asking } from '../ask.ts';
import { containersVariables } from '../containers/containers-conf.ts';
import type { Environment } from '../environment/environment.ts';
import { environmentOf } from '../environment/environment-of.ts';
import { anyUnitEnvironmentTouches } from '../environment/unit.ts';
import type { Unknown } from '../fact.ts';
import type { Touches } from '../source.ts';
import { dropInTouches, readDropIns } from '../systemd/dropins.ts';
import { searchUnits } from '../systemd/find.ts';
import { parseUnitName } from '../systemd/names.ts';
import type { Manager } from '../systemd/paths.ts';
import { expander } from '../systemd/specifiers.ts';
import { type Assignment, parseUnitText, sinceReset } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';
import type { QuadletFile } from './quadlet-disk.ts';
import { sectionOf } from './quadlet-keys.ts';
import { lastOf, valuesOf } from './quadlet-text.ts';

/** Of whichever account a file belongs to. */
export const serviceDropInTouches: Touches = [...dropInTouches('system', 'service'), ...dropInTouches('user', 'service', '/**', '/run/user/*')];

/** The same with files of variables. */
export const serviceTouches: Touches = [...serviceDropInTouches, ...anyUnitEnvironmentTouches];

export interface ServiceDropIns {
  /** Of [Service], in the order in which systemd reads them. */
  readonly assignments: readonly Assignment[];
  readonly unseen?: Unknown;
}

/**
 * The drop-ins that the generated unit gets, as every other unit does: those of its own name, the first of `names`, and
 * of its aliases. `as` is the account whose manager runs it.
 */
export function* serviceDropIns(names: readonly string[], manager: Manager, as: Account): Asking<ServiceDropIns> {
  const [unit, ...aliases] = names.map(parseUnitName);
  if (!unit) return { assignments: [] };
  const search = yield* searchUnits(manager, as);
  const { files, unseen } = yield* readDropIns(
    search,
    unit,
    aliases.filter((a) => a !== undefined),
  );
  // An image has no runtime directories, so nothing in them is missed.
  const hidden = [...search.unseen, ...unseen].find((u) => u.why !== 'unsupported');
  const parsed = files.flatMap((f) => parseUnitText(f.text ?? '', f.path, new Set(['Unit', 'Service', 'Install'])).assignments);
  return { assignments: parsed.filter((a) => a.section === 'Service'), ...(hidden ? { unseen: hidden } : {}) };
}

/** A drop-in for the generated service may give it a command of its own: then the file does not tell what runs. */
export function replaced({ assignments, unseen }: ServiceDropIns): Unknown | undefined {
  const own = assignments.find((a) => a.key === 'ExecStart');
  return own ? { is: 'unknown', why: 'ambiguous', said: 'a drop-in of the service replaces the command that Quadlet writes', where: [own.where] } : unseen;
}

/** What the service finds in its environment; of the names of `containersVariables` it is told for sure. `service` is [Service] with its drop-ins. */
export function* serviceEnvironment(service: readonly Assignment[], expand: (text: string) => string, manager: Manager, as: Account): Asking<Environment> {
  const counting = (key: string): readonly Assignment[] => sinceReset(service.filter((a) => a.key === key));
  return yield* environmentOf({ service: { counting, expand, manager, as } }, containersVariables);
}

/** What the generated unit is called: its own name, then the aliases that [Install] gives it. */
export function serviceNamesOf(file: QuadletFile, assignments: readonly Assignment[], manager: Manager, owner: Account): string[] {
  const own = serviceNameOf(file, lastOf(assignments, sectionOf(file.name.slice(file.name.lastIndexOf('.') + 1)), 'ServiceName'));
  const unit = parseUnitName(own);
  const expand = unit ? expander(unit, manager, owner) : (text: string): string => text;
  return [own, ...valuesOf(assignments, 'Install', 'Alias').flatMap((a) => splitWords(a.value).words.map(expand))];
}

/** `.container` and `.kube` give NAME.service, the others NAME-TYPE.service; ServiceName= replaces it (since 5.3). */
function serviceNameOf({ name }: QuadletFile, own?: string): string {
  const dot = name.lastIndexOf('.');
  const ending = name.slice(dot + 1).toLowerCase();
  if (own) return `${own}.service`;
  return `${name.slice(0, dot)}${ending === 'container' || ending === 'kube' ? '' : `-${ending}`}.service`;
}
