/** Units that a Quadlet file names and that its manager does not have. */
import { since } from '../containers/podman-release.ts';
import type { FactBuilder, Unknown, Where } from '../fact.ts';
import { parseUnitName } from '../systemd/names.ts';
import { hasUnit } from './quadlet-boot.ts';
import { cutsFor, setCuts } from './quadlet-cuts.ts';
import { looksLikeQuadlet } from './quadlet-disk.ts';
import { type Finding, type Findings, setFindings } from './quadlet-each.ts';
import type { ManagerUnits } from './quadlet-manager.ts';
import { isOpen } from './quadlet-named.ts';
import type { Referring } from './quadlet-referring.ts';
import { type Dependency, servicesOf } from './quadlet-siblings.ts';
import type { QuadletHost } from './quadlet-units.ts';

/** Keys whose units have to be there. */
export const requiring = ['Requires', 'Requisite', 'BindsTo'];
/** Keys whose units systemd does without. */
export const wishing = ['Wants', 'Upholds', 'After'];

/** What links in `NAME.requires` add to it (systemd.unit(5)). */
export const linked = (units: ManagerUnits, names: readonly string[]): Dependency[] =>
  units.links
    .filter((l) => names.includes(l.by) && l.where.path.endsWith(`/${l.by}.requires/${l.unit}`) && parseUnitName(l.unit) !== undefined)
    .map(({ unit, where }) => ({ key: 'Requires', written: unit, unit, where }));

/** The point of a mount unit, `/srv/my data` of `srv-my\x20data.mount` (systemd.unit(5) on escaping). */
const pointOf = (unit: string): string =>
  `/${unit
    .replace(/\.(?:auto)?mount$/, '')
    .replaceAll('-', '/')
    .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))}`.replace(/^\/\/$/, '/');

const saidOf = ({ key, unit }: Dependency, keys: readonly string[], masked: boolean): string =>
  keys === requiring ? `${key}=${unit}, which is ${masked ? 'masked' : 'not there'}` : `${key}=${unit}`;

/** Sets the units that are missing, wished for in vain, or not translated, and the words that would have to go. */
export function setReferredUnits(
  fact: FactBuilder,
  { siblings, units, source, made: boot }: Referring,
  dependencies: readonly Dependency[],
  host: QuadletHost,
  here: Where,
): void {
  const made = new Set(siblings.flatMap((s) => s.names));
  const hidden = siblings.find((s) => s.unseen)?.unseen ?? units.search.unseen[0];
  const mounts = (name: string): boolean => boot.points.has(pointOf(name)) || name.startsWith('-.');
  const missing = (keys: readonly string[]): Findings => {
    const asked = dependencies.filter((d) => keys.includes(d.key) && d.unit !== undefined && !isOpen(d.unit));
    // systemd does not start what requires a masked unit, and passes over the others.
    const masked = (name: string): boolean => keys === requiring && units.masked.has(name);
    const has = (name: string): boolean => (hasUnit(units, source.manager, name, made) && !masked(name)) || (/\.(?:auto)?mount$/.test(name) && mounts(name));
    const absent = asked.filter((d) => !has(d.unit as string));
    // What could not be read may be a mask, or name a mount; a directory of links may require more.
    const open = [...asked.map((d) => `/${d.unit}`), ...source.names.map((name) => `/${name}.requires`)];
    const shut = keys === requiring ? units.unseen.find((u) => open.some((end) => u.where[0]?.path.endsWith(end))) : undefined;
    const unsure = (d: Dependency): Unknown | undefined => hidden ?? (/mount$/.test(d.unit as string) ? boot.unseen : undefined);
    const each = absent.filter((d) => !unsure(d)).map((d): Finding => ({ said: saidOf(d, keys, masked(d.unit as string)), where: d.where }));
    return { each, unseen: absent.map(unsure).find((u) => u !== undefined) ?? shut };
  };
  setFindings(fact, 'requiredUnits', missing(requiring), here);
  setFindings(fact, 'wishedUnits', missing(wishing), here);
  // From 5.5 on the generator translates them, and loses the unit of a name that it does not know.
  const ignored = since(host.release, '5.5') ? [] : dependencies.filter((d) => d.unit === undefined && looksLikeQuadlet.test(d.written));
  setFindings(fact, 'ignoredUnits', { each: ignored.map((d) => ({ said: `${d.key}=${d.written}`, where: d.where })) }, here);
  const services = servicesOf(siblings);
  const named = (all: readonly Dependency[]) => all.map((d) => ({ said: d.written, where: d.where }));
  const lost = [...missing(requiring).each, ...missing(wishing).each];
  const gone = dependencies.filter((d) => lost.some((l) => l.said.split(',')[0] === `${d.key}=${d.unit}` && l.where === d.where));
  const known = (d: Dependency): boolean => services.has(d.written);
  const at =
    (all: readonly Dependency[]) =>
    (word: string): boolean =>
      all.some((d) => d.written === word || d.unit === word);
  const files = [...source.assignments, ...source.dropIns.unit];
  const unnamed = [...gone, ...ignored.filter((d) => !known(d))];
  const translated = ignored.filter(known);
  setCuts(fact, here, {
    units: cutsFor(files, named(unnamed), { word: at(unnamed) }),
    ignored: cutsFor(files, named(translated), { word: at(translated), now: (word) => services.get(word.trim()) }),
  });
}
