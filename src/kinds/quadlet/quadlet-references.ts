/** Kind `quadlet-references`: what a Quadlet file names and what is neither there nor made before it starts. */
import { type Answer, type Asking, nothing, type Stat, stat, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { words } from '../../facts/containers/lookup.ts';
import { since } from '../../facts/containers/podman-release.ts';
import { storageConf } from '../../facts/containers/storage-conf.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { defineKind } from '../../facts/kind.ts';
import type { Word } from '../../facts/podman/podman-flags.ts';
import { hasUnit } from '../../facts/quadlet/quadlet-boot.ts';
import { networkName } from '../../facts/quadlet/quadlet-claims.ts';
import { cutFields, cutsFor, setCuts } from '../../facts/quadlet/quadlet-cuts.ts';
import { looksLikeQuadlet, type QuadletFile, quadletRoots } from '../../facts/quadlet/quadlet-disk.ts';
import { type Finding, type Findings, setFindings, underEachRelease } from '../../facts/quadlet/quadlet-each.ts';
import type { Played } from '../../facts/quadlet/quadlet-kube.ts';
import { type Before, type MadeAtBoot, madeAtBoot, makerOf, scriptIn, spokenOf } from '../../facts/quadlet/quadlet-made.ts';
import { type ManagerUnits, managerUnits } from '../../facts/quadlet/quadlet-manager.ts';
import {
  bindSourcesOf,
  devicesOf,
  environmentFilesOf,
  inputFilesOf,
  isOpen,
  isRecordedAs,
  localImagesOf,
  networksOf,
  secretsOf,
  tagsOf,
} from '../../facts/quadlet/quadlet-named.ts';
import { placementOf } from '../../facts/quadlet/quadlet-placement.ts';
import { generatedService } from '../../facts/quadlet/quadlet-service.ts';
import { type Dependency, dependenciesOf, type Sibling, servicesOf, siblingsOf } from '../../facts/quadlet/quadlet-siblings.ts';
import { completed, type Source, sourceOf } from '../../facts/quadlet/quadlet-source.ts';
import { type Stored, storedImages, storedNetworks, storedSecrets } from '../../facts/quadlet/quadlet-stores.ts';
import { playedYaml } from '../../facts/quadlet/quadlet-surroundings.ts';
import { type QuadletHost, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { holdsPlaceholder } from '../../facts/redacted.ts';
import { list, record, string } from '../../facts/shape.ts';
import { anyone, forAccount, type Touches } from '../../facts/source.ts';
import { parseUnitName } from '../../facts/systemd/names.ts';
import { expander } from '../../facts/systemd/specifiers.ts';

const findings = (describe: string) => list(string('a name'), describe);

const shape = record({
  requiredUnits: findings('units that it requires and that its manager does not have'),
  wishedUnits: findings('units that it wants, or starts after, and that its manager does not have'),
  ignoredUnits: findings('names in [Unit] that systemd does not take: those of Quadlet files before Podman 5.5'),
  environmentFiles: findings('files of variables that are not there'),
  variablesIn: findings('those that are to be made: a dash before a path, by which systemd means that the file may be missing, is part of it to Podman'),
  inputs: findings('files that Podman reads to make it and that are not there'),
  binds: findings('directories and files that it mounts and that are not there'),
  secrets: findings('secrets that its Podman does not have'),
  devices: findings('devices of the host that are not there'),
  networks: findings('networks that its Podman does not have'),
  images: findings('images that no registry can give and its Podman does not have'),
  ...cutFields,
});

const touches: Touches = [
  quadletHosts,
  managerUnits,
  madeAtBoot,
  storedSecrets,
  storedImages,
  storedNetworks,
  storageConf,
  containersConf,
  forAccount(generatedService, anyone),
  playedYaml,
  { do: 'stat', path: kernelPath },
  {
    do: 'stat',
    named:
      'what Volume=, Mount=, Rootfs=, EnvironmentFile=, Yaml=, ConfigMap=, File=, Secret=, SetWorkingDirectory=, Device=, AddDevice=, SeccompProfile= and ContainersConfModule= of Quadlet files name',
    namedIn: {
      files: quadletRoots.map((root) => `${root}/**`),
      keys: [
        'Volume',
        'Mount',
        'Rootfs',
        'EnvironmentFile',
        'Yaml',
        'ConfigMap',
        'File',
        'Secret',
        'SetWorkingDirectory',
        'Device',
        'AddDevice',
        'SeccompProfile',
        'ContainersConfModule',
      ],
    },
  },
];

export const quadletReferences = defineKind({
  name: 'quadlet-references',
  noun: 'what the unit names',
  describe:
    'What a Quadlet file names and what is neither there nor made before it starts: units, files of variables, profiles, sources of mounts, devices, secrets, networks, images. What tmpfiles.d, directories and commands of the service, or a unit that it names make is not missing.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path of the file' } },
  shape,
  touches: () => touches,
  *learn({ path }): Asking<Fact> {
    return yield* underEachRelease(path, Object.keys(shape.fields), describeReferences);
  },
});

/** All that is known besides the file itself. */
interface Known {
  readonly source: Source;
  /** The YAML of a .kube file. */
  readonly played?: Played | Unknown;
  readonly siblings: readonly Sibling[];
  readonly units: ManagerUnits;
  readonly made: MadeAtBoot;
  readonly before: Before;
  readonly expand: (text: string) => string;
  /** What could not be read, and may make what is missing. */
  readonly hidden?: Unknown;
}

function* describeReferences(host: QuadletHost, file: QuadletFile): Asking<FactBuilder | Unknown> {
  const source = yield* sourceOf(host, file);
  if ('is' in source) return source;
  const { manager, owner, dropIns, assignments } = source;
  const [units, made] = yield* together([managerUnits(manager, owner), madeAtBoot(manager, owner)]);
  const { instance } = placementOf(host, file);
  const siblings = instance ? siblingsOf(host, instance) : [];
  const unit = parseUnitName(source.names[0] ?? '');
  const expand = unit ? expander(unit, manager, owner) : (text: string): string => text;
  const keys = [...requiring, ...wishing];
  const dependencies = [
    ...dependenciesOf(assignments, keys, expand, servicesOf(siblings), host.release),
    ...dependenciesOf(dropIns.unit, keys, expand, new Map(), host.release),
    ...linked(units, source.names),
  ];
  const names = new Set(dependencies.map((d) => d.unit));
  const named = units.local.filter((u) => names.has(u.name));
  const service = [...assignments.filter((a) => a.section === 'Service'), ...dropIns.assignments];
  const hidden = dropIns.unseen ?? units.unseen[0];
  const played = source.ending === 'kube' ? yield* playedYaml(source) : yield* nothing();
  const known: Known = {
    source,
    ...(played ? { played } : {}),
    siblings,
    units,
    made,
    before: { service, expand, manager, owner, named },
    expand,
    ...(hidden ? { hidden } : {}),
  };
  const here: Where = { path: file.path };
  const fact = new FactBuilder().consulted(here);
  setUnits(fact, known, dependencies, host, here);
  yield* setPaths(fact, known, here);
  yield* setStored(fact, known, here);
  return fact;
}

const requiring = ['Requires', 'Requisite', 'BindsTo'];
const wishing = ['Wants', 'Upholds', 'After'];

/** What links in `NAME.requires` add to it (systemd.unit(5)). */
const linked = (units: ManagerUnits, names: readonly string[]): Dependency[] =>
  units.links
    .filter((l) => names.includes(l.by) && l.where.path.endsWith(`/${l.by}.requires/${l.unit}`) && parseUnitName(l.unit) !== undefined)
    .map(({ unit, where }) => ({ key: 'Requires', written: unit, unit, where }));

/** The point of a mount unit, `/srv/my data` of `srv-my\x20data.mount` (systemd.unit(5) on escaping). */
const pointOf = (unit: string): string =>
  `/${unit
    .replace(/\.(?:auto)?mount$/, '')
    .replaceAll('-', '/')
    .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))}`.replace(/^\/\/$/, '/');

function setUnits(
  fact: FactBuilder,
  { siblings, units, source, made: boot }: Known,
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
    const each = absent.filter((d) => !unsure(d)).map((d): Finding => ({ said: `${d.key}=${d.unit}`, where: d.where }));
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
  const gone = dependencies.filter((d) => lost.some((l) => l.said === `${d.key}=${d.unit}` && l.where === d.where));
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

function* setPaths(fact: FactBuilder, known: Known, here: Where): Asking<undefined> {
  const { source, played, expand } = known;
  const conf = source.ending === 'container' ? yield* containersConf(source.owner, source.moves) : yield* nothing();
  const flags = conf?.is === 'known' ? completed(source, conf, undefined).flags : source.command.flags;
  const sorts = {
    environmentFiles: environmentFilesOf(source, expand),
    inputs: inputFilesOf(source, expand),
    binds: [...bindSourcesOf(source, flags, expand), ...(played && !('is' in played) ? played.needed : [])],
    devices: devicesOf(source, expand),
  };
  for (const [field, found] of Object.entries(sorts)) {
    const judged = yield* missingAmong(found, known);
    const shut = played && 'is' in played ? played : conf?.is === 'unknown' ? conf : undefined;
    const more = field === 'binds' ? shut : undefined;
    if (field === 'environmentFiles') yield* setVariables(fact, source, judged.each, here);
    setFindings(fact, field, { each: judged.each, unseen: judged.unseen ?? more ?? source.dropIns.unseen }, here);
  }
  return undefined;
}

/** Podman has no files of variables that may be missing. What is there without the dash is to be kept. */
function* setVariables(fact: FactBuilder, source: Source, missing: readonly Finding[], here: Where): Asking<undefined> {
  const dash = `${source.file.directory}/-/`;
  const dashed = missing.filter((f) => f.said.startsWith(dash));
  const meant = dashed.map((f) => f.said.slice(dash.length - 1));
  const stats: Answer<Stat>[] = yield* together(meant.map((path) => stat(path)));
  const absent = meant.filter((_, at) => stats[at]?.is === 'absent');
  fact.set('variablesIn', [...missing.filter((f) => !dashed.includes(f)).map((f) => f.said), ...absent], here);
  const now = (word: string): string | undefined => (word.startsWith('-') ? word.slice(1) : undefined);
  const { cuts } = cutsFor(source.assignments, dashed, { word: (w) => w.startsWith('-'), now });
  if (cuts.length > 0) fact.set(['cuts', 'dashed'], cuts as unknown as Json, here);
  return undefined;
}

/** The paths that are not there and that nothing makes; a path that is not filled in is unknown. */
function* missingAmong(found: readonly Word[], { made, before, hidden }: Known): Asking<Findings> {
  const open = found.find((w) => isOpen(w.text));
  const paths = [...new Map(found.filter((w) => !isOpen(w.text)).map((w) => [w.text, w])).values()];
  const stats: Answer<Stat>[] = yield* together(paths.map((w) => stat(w.text)));
  const running = paths.length === 0 || runs(yield* stat(kernelPath));
  const each: Finding[] = [];
  let unseen: Unknown | undefined = open && {
    is: 'unknown',
    why: 'ambiguous',
    said: `systemd fills in ${open.text.slice(0, 80)} when the service starts`,
    where: [open.where],
  };
  for (const [at, word] of paths.entries()) {
    const answer = stats[at] as Answer<Stat>;
    const end = answer.is === 'got' ? (answer.value.real ?? answer) : answer;
    if (end.is === 'got') continue;
    const maker = makerOf(word.text, made, before);
    if (maker && !('open' in maker)) continue;
    // What only a running host has (below /proc, /sys, /dev, /run) an image neither has nor lacks.
    if (end.is === 'blocked' && end.why === 'unsupported' && !running) continue;
    if (end.is === 'blocked') unseen ??= unknown(end, word.text);
    else if (maker ?? hidden) unseen ??= maker?.open ?? hidden;
    else each.push({ said: word.text, where: word.where });
  }
  return { each, ...(unseen ? { unseen } : {}) };
}

function* setStored(fact: FactBuilder, known: Known, here: Where): Asking<undefined> {
  const { source, siblings, expand } = known;
  const named = known.played && !('is' in known.played) ? known.played.secrets.filter((s) => !holdsPlaceholder(s.text)) : [];
  const secrets = [...secretsOf(source, expand), ...named];
  const images = localImagesOf(source);
  const networks = networksOf(source);
  const [kept, pulled, connected] = yield* together([
    secrets.length > 0 ? storedSecrets(source.owner) : nothing(),
    images.length > 0 ? storedImages(source.owner) : nothing(),
    networks.length > 0 ? storedNetworks(source.owner) : nothing(),
  ]);
  const has = (name: string, names: ReadonlySet<string>): boolean =>
    names.has(name) || (/^[0-9a-f]{3,}$/.test(name) && [...names].some((n) => n.startsWith(name)));
  setFindings(fact, 'secrets', absentFrom(kept, secrets, has, known), here);
  const coming = new Set(siblings.filter((s) => s.ending === 'network').map(networkName));
  setFindings(
    fact,
    'networks',
    absentFrom(
      connected,
      networks.filter((n) => !coming.has(n.text)),
      (name, names) => names.has(name),
      known,
    ),
    here,
  );
  const built = new Set(siblings.filter((s) => s.ending === 'build').flatMap((s) => tagsOf(s.assignments)));
  const left = images.filter((i) => !isRecordedAs(i.text, new Set([...built].map((t) => (/:[^/]*$/.test(t) ? t : `${t}:latest`)))));
  const found = absentFrom(pulled, left, isRecordedAs, known);
  const elsewhere = found.each.length > 0 ? yield* otherStores(source) : yield* nothing();
  setFindings(fact, 'images', elsewhere ? { each: [], unseen: elsewhere } : found, here);
  return undefined;
}

/** Names that the store does not hold and that no command before speaks of. */
function absentFrom(
  stored: Stored | undefined,
  found: readonly Word[],
  has: (name: string, names: ReadonlySet<string>) => boolean,
  { before, hidden }: Known,
): Findings {
  const asked = found.filter((w) => !spokenOf(w.text, before));
  const open = asked.find((w) => isOpen(w.text));
  const script = scriptIn(before);
  const filled: Unknown | undefined = open && {
    is: 'unknown',
    why: 'ambiguous',
    said: `systemd fills in ${open.text.slice(0, 80)} when the service starts`,
    where: [open.where],
  };
  if (asked.length === 0 || !stored) return { each: [] };
  if (stored.is === 'unknown') return { each: [], unseen: stored };
  const absent = asked.filter((w) => !isOpen(w.text) && !has(w.text, stored.names));
  if (absent.length > 0 && hidden) return { each: [], unseen: hidden };
  if (absent.length > 0 && script)
    return { each: [], unseen: { is: 'unknown', why: 'ambiguous', said: `${script.value.slice(0, 60)} may make ${absent[0]?.text}`, where: [script.where] } };
  return { each: absent.map((w) => ({ said: w.text, where: w.where })), ...(filled ? { unseen: filled } : {}) };
}

/** Whether images may lie in another store as well. */
function* otherStores({ owner }: Source): Asking<Unknown | undefined> {
  const conf = yield* storageConf(owner);
  if (conf.is === 'unknown') return conf;
  const more = words(conf, 'storage', 'options', 'additionalimagestores');
  const where = more.where[0] ?? { path: 'storage.conf' };
  return (
    more.gap ??
    (more.values.length > 0
      ? { is: 'unknown', why: 'unsupported', said: `images may also lie in ${more.values[0]}, which is not looked into`, where: [where] }
      : undefined)
  );
}
