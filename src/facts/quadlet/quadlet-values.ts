/** The values of a Quadlet file that Podman or systemd refuses when the service starts, and those that have no effect. Pure. */

import { type Release, since } from '../containers/podman-release.ts';
import type { Unknown } from '../fact.ts';
import { csvRecord } from '../podman/mount-option.ts';
import { isNeither } from '../podman/podman-flags.ts';
import { holdsPlaceholder } from '../redacted.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { type BadValue, bad } from './bad-value.ts';
import { takesWord, unknownOption } from './podman-options.ts';
import { type Given, givenBy } from './quadlet-given.ts';
import { sectionOf } from './quadlet-keys.ts';
import { argumentsOf } from './quadlet-words.ts';
import { conflictsOf, joinsItself, outsideOf, podConflictsOf, publishedTwice } from './value-conflicts.ts';
import { strangeVolumeOptions } from './value-drivers.ts';
import { globalProblems } from './value-global.ts';
import { isOfHost } from './value-on-host.ts';
import { healthOf } from './value-readiness.ts';
import { laterSpecifiers, passedOver, restartProblem, unitNameProblem, unknownSpecifiers } from './value-systemd.ts';
import { checkOf, isSlice, needs } from './value-table.ts';
import { updatePolicy } from './value-words.ts';

export interface Values {
  /** The service does not start. */
  readonly refused: readonly BadValue[];
  /** It starts, and the setting is not made. */
  readonly idle: readonly BadValue[];
  /** What Podman is given, with specifiers filled in. */
  readonly known: readonly Given[];
  /** Values for which the host decides. */
  readonly ofHost: readonly Given[];
  /** Why there may be more that is refused. */
  readonly open?: Unknown;
}

/** What is known of a file when its values are judged. */
export interface Valued {
  readonly path: string;
  readonly ending: string;
  readonly release: Release;
  readonly user: boolean;
  readonly assignments: readonly Assignment[];
  /** [Service] of drop-ins of the generated service. */
  readonly dropIns: readonly Assignment[];
  /** The generated unit. */
  readonly unit: string;
  readonly expand: (text: string) => string;
  /** What its pod is given, where it is a member of one. */
  readonly pod?: readonly Given[];
}

/** What the container is called by others, and the file by other files. */
const ownNames = ({ path, unit, expand }: Valued, known: readonly Given[]): string[] => [
  expand(known.findLast((g) => g.flag === 'name')?.value || `systemd-${unit.replace(/\.service$/, '')}`),
  path.slice(path.lastIndexOf('/') + 1),
];

/** Judges every value of one file under one release. */
export function valuesOfUnit(unit: Valued): Values {
  const all = givenBy(unit.ending, unit.assignments);
  const dropped = all.filter((g) => isDropped(g, unit));
  const given = all.filter((g) => !dropped.includes(g));
  const filled = given.map((g) => ({ given: g, ...filledIn(g, unit) }));
  const known = filled.flatMap(({ given: g, text }) => (text === undefined ? [] : [{ ...g, value: text }]));
  const has = (flag: string | undefined): boolean => flag === undefined || given.some((g) => g.flag === flag);
  const health = healthOf(unit, known);
  const idle = [
    ...known.flatMap((g) => updateProblem(g)),
    ...groupProblem(unit),
    ...dropped.map((g) => bad(g, 'the generator passes over what is not KEY=VALUE')),
    ...health.idle,
  ];
  const refused = [
    ...specifierProblems(unit),
    ...known.filter((g) => !isUpdate(g) && has(needs[g.flag])).flatMap((g) => problemsOf(g, unit)),
    ...(unit.ending === 'container'
      ? [...conflictsOf(known, unit.pod), ...joinsItself(known, ownNames(unit, known))].map(({ given: g, why }) => bad(g, why))
      : []),
    ...(['container', 'pod'].includes(unit.ending) ? publishedTwice(known).map(({ given: g, why }) => bad(g, why)) : []),
    ...(unit.ending === 'pod' ? podConflictsOf(known).map(({ given: g, why }) => bad(g, why)) : []),
    ...(unit.ending === 'network' ? outsideOf(known).map(({ given: g, why }) => bad(g, why)) : []),
    ...(unit.ending === 'volume' ? strangeVolumeOptions(known, unit.release).map(({ given: g, why }) => bad(g, why)) : []),
    ...strayWord(unit),
    ...globalProblems(unit.ending, unit.assignments, unit.release, unit.user),
    ...given.filter((g) => g.key === 'PodmanArgs').flatMap((g) => optionProblem(g, unit)),
    ...serviceProblems(unit),
    ...health.refused,
  ];
  const service = [...unit.assignments.filter((a) => a.section === 'Service'), ...unit.dropIns];
  const passed = service.flatMap((a) => {
    const why = passedOver(a);
    return why === undefined ? [] : [{ key: a.key, value: a.value, why: `systemd ignores it: ${why}`, where: a.where }];
  });
  const masked = filled.find((f) => f.open && (checkOf(unit.ending, f.given.flag) || isOfHost(unit.ending, f.given)) && !free.has(f.given.flag))?.open;
  const open = masked ?? health.open ?? (unit.ending === 'container' ? relativeDirectory(known) : undefined);
  return { refused, idle: [...idle, ...passed], known, ofHost: known.filter((g) => isOfHost(unit.ending, g)), ...(open ? { open } : {}) };
}

/** Until 5.6 the generator takes pairs alone where a key is for them (containers/podman:pkg/systemd/parser/unitfile.go LookupAllKeyVal). */
const isDropped = ({ key, value }: Given, { release }: Valued): boolean =>
  ['Annotation', 'Environment', 'Label', 'Options'].includes(key) && !value.includes('=') && !holdsPlaceholder(value) && !since(release, '5.6');

/** Whatever stands in their values, they are taken. */
const free = new Set(['env', 'label', 'annotation', 'log-opt', 'secret']);

/** A value with its specifiers filled in. Without a text it is not judged: a variable fills it in, or what only the running host tells; `open` says that it was masked. */
function filledIn({ value, where }: Given, { expand, unit }: Valued): { readonly text?: string; readonly open?: Unknown } {
  if (holdsPlaceholder(value)) return { open: { is: 'unknown', why: 'redacted', said: 'a value was masked before it was recorded', where: [where] } };
  const template = /@\.service$/.test(unit) ? value.replace(/%[iI]/g, '%H') : value;
  const parts = template.split('%%').map(expand);
  const variable = /\$\{\w+\}|^\$[A-Za-z_]\w*$/.test(value.replaceAll('$$', ''));
  if (variable || parts.some((p) => laterSpecifiers.test(p))) return {};
  return { text: parts.join('%').replaceAll('$$', '$') };
}

function problemsOf(given: Given, { ending, release, user }: Valued): BadValue[] {
  const check = checkOf(ending, given.flag);
  if (!check) return [];
  const parts = isSlice(given.flag) ? (csvRecord(given.value) ?? [given.value]) : [given.value];
  const why = parts.map((part) => check(part, { release, user })).find((w) => w !== undefined);
  return why === undefined ? [] : [bad(given, why)];
}

function optionProblem(given: Given, { ending, release }: Valued): BadValue[] {
  if (isNeither({ name: given.flag, value: given.value }) && !/[%$]/.test(given.value)) return [bad(given, 'it is a switch, and this is neither on nor off')];
  const why = /^[\w-]+$/.test(given.flag) ? unknownOption(ending, given.flag, release) : undefined;
  return why === undefined ? [] : [{ ...bad(given, why), value: given.flag.length === 1 ? `-${given.flag}` : `--${given.flag}` }];
}

const updateLabel = 'io.containers.autoupdate=';
const isUpdate = ({ flag, value }: Given): boolean => flag === 'auto-update' || (flag === 'label' && value.startsWith(updateLabel));

function updateProblem(given: Given): BadValue[] {
  if (!isUpdate(given)) return [];
  const policy = given.flag === 'label' ? given.value.slice(updateLabel.length) : given.value.slice(given.value.lastIndexOf('/') + 1);
  const why = updatePolicy(policy);
  return why === undefined ? [] : [bad(given, why)];
}

/** Podman looks for `srv` where it stands for `srv/srv` of the image (containers/podman:libpod/container_path_resolution.go; tried with 4.3.1 and 5.4.2). */
function relativeDirectory(known: readonly Given[]): Unknown | undefined {
  const given = known.findLast((g) => g.flag === 'workdir');
  if (given === undefined || given.value === '' || /^\/|(?:^|\/)\.\.(?:\/|$)/.test(given.value)) return undefined;
  const said = `WorkingDir=${given.value} has no / before it: Podman starts the container only where its image holds /${given.value}/${given.value}, which no file tells`;
  return { is: 'unknown', why: 'ambiguous', said, where: [given.where] };
}

/** The image follows what PodmanArgs= adds: a word that is neither a flag nor the value of one stands in its place (tried on Podman 5.4.2). */
function strayWord({ ending, assignments }: Valued): BadValue[] {
  if (ending !== 'container') return [];
  const words = argumentsOf(assignments, 'Container', 'PodmanArgs');
  const complete = (text: string | undefined): boolean => text === undefined || /^--[\w-]+=/.test(text);
  const stray = words.find((w, at) => !w.text.startsWith('-') && !/^$|[$%]/.test(w.text) && complete(words[at - 1]?.text));
  const end = words.at(-1);
  const eats = end !== undefined && complete(words.at(-2)?.text) && end.text.startsWith('--') && takesWord(ending, end.text.slice(2));
  return [
    ...(stray ? [{ key: 'PodmanArgs', value: stray.text, why: 'Podman takes it for the image: it belongs to no option', where: stray.where }] : []),
    ...(eats ? [{ key: 'PodmanArgs', value: end.text, why: 'it has no value, and takes the image for it', where: end.where }] : []),
  ];
}

/** The generator joins User= and Group= by a colon, and what stands behind the second one is lost (tried on Podman 5.4.2). */
function groupProblem({ ending, assignments }: Valued): BadValue[] {
  const last = (key: string): Assignment | undefined => assignments.findLast((a) => a.section === 'Container' && a.key === key);
  const group = last('Group');
  if (ending !== 'container' || !group || group.value === '' || !last('User')?.value.includes(':')) return [];
  const why = 'User= names a group already, and Podman does not start what has two where the image does not know that user';
  return [{ key: group.key, value: group.value, why, where: group.where }];
}

/** Each key of the own section becomes a part of ExecStart=, and with one line that systemd cannot read the service is no service. */
function specifierProblems({ ending, assignments, dropIns }: Valued): BadValue[] {
  const own = sectionOf(ending);
  const lines = [
    ...assignments.filter((a) => a.section === own && a.key !== 'ServiceName'),
    ...[...assignments, ...dropIns].filter((a) => a.section === 'Service' && /^Exec/.test(a.key)),
  ];
  return lines.flatMap(({ key, value, where }) => {
    const letter = unknownSpecifiers.exec(value)?.[1];
    return letter === undefined
      ? []
      : [{ key, value, why: `systemd knows no specifier %${letter}, and does not load the service; %%${letter} is the text itself`, where }];
  });
}

function serviceProblems({ ending, assignments, dropIns, unit, path }: Valued): BadValue[] {
  const restart = restartProblem(ending, [...assignments.filter((a) => a.section === 'Service'), ...dropIns]);
  const own = assignments.findLast((a) => a.section === sectionOf(ending) && a.key === 'ServiceName');
  const name = unitNameProblem(unit);
  return [
    ...(restart ? [{ key: 'Restart', value: restart.value, why: 'systemd refuses it for a service of Type=oneshot', where: restart.where }] : []),
    ...(name === undefined
      ? []
      : [
          {
            key: own ? 'ServiceName' : 'the name of the file',
            value: own?.value ?? path.slice(path.lastIndexOf('/') + 1),
            why: name,
            where: own?.where ?? { path },
          },
        ]),
  ];
}
