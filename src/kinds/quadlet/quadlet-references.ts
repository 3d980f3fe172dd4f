/** Kind `quadlet-references`: what a Quadlet file names and what is neither there nor made before it starts. */
import { type Asking, nothing, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { words } from '../../facts/containers/lookup.ts';
import { storageConf } from '../../facts/containers/storage-conf.ts';
import { type Fact, FactBuilder, type Unknown, type Where } from '../../facts/fact.ts';
import { kernelPath } from '../../facts/host/running.ts';
import { defineKind } from '../../facts/kind.ts';
import type { Word } from '../../facts/podman/podman-flags.ts';
import { networkName } from '../../facts/quadlet/quadlet-claims.ts';
import { cutFields } from '../../facts/quadlet/quadlet-cuts.ts';
import { type QuadletFile, quadletRoots } from '../../facts/quadlet/quadlet-disk.ts';
import { type Findings, setFindings, underEachRelease } from '../../facts/quadlet/quadlet-each.ts';
import { madeAtBoot, scriptIn, spokenOf } from '../../facts/quadlet/quadlet-made.ts';
import { managerUnits } from '../../facts/quadlet/quadlet-manager.ts';
import { isOpen, isRecordedAs, localImagesOf, networksOf, secretsOf, tagsOf } from '../../facts/quadlet/quadlet-named.ts';
import { placementOf } from '../../facts/quadlet/quadlet-placement.ts';
import type { Referring } from '../../facts/quadlet/quadlet-referring.ts';
import { generatedService } from '../../facts/quadlet/quadlet-service.ts';
import { dependenciesOf, servicesOf, siblingsOf } from '../../facts/quadlet/quadlet-siblings.ts';
import { type Source, sourceOf } from '../../facts/quadlet/quadlet-source.ts';
import { type Stored, storedImages, storedNetworks, storedSecrets } from '../../facts/quadlet/quadlet-stores.ts';
import { playedYaml } from '../../facts/quadlet/quadlet-surroundings.ts';
import { type QuadletHost, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { setReferredPaths } from '../../facts/quadlet/referred-paths.ts';
import { linked, requiring, setReferredUnits, wishing } from '../../facts/quadlet/referred-units.ts';
import { globalOptions } from '../../facts/quadlet/value-global.ts';
import { holdsPlaceholder } from '../../facts/redacted.ts';
import { list, record, string } from '../../facts/shape.ts';
import { anyone, forAccount, type Touches } from '../../facts/source.ts';
import { parseUnitName } from '../../facts/systemd/names.ts';
import { expander } from '../../facts/systemd/specifiers.ts';
import { shortened } from '../../facts/text/shortened.ts';

const findings = (describe: string) => list(string('a name'), describe);

const shape = record({
  requiredUnits: findings('units that it requires and that its manager does not have'),
  wishedUnits: findings('units that it wants, or starts after, and that its manager does not have'),
  ignoredUnits: findings('names in [Unit] that systemd does not take: those of Quadlet files before Podman 5.5'),
  environmentFiles: findings('files of variables that are not there'),
  environmentDirectories: findings('directories that it names as files of variables'),
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
      'what Volume=, Mount=, Rootfs=, Network=, UserNS=, EnvironmentFile=, Yaml=, ConfigMap=, File=, Secret=, SetWorkingDirectory=, Device=, AddDevice=, SeccompProfile= and ContainersConfModule= of Quadlet files name',
    namedIn: {
      files: quadletRoots.map((root) => `${root}/**`),
      keys: [
        'Volume',
        'Mount',
        'Rootfs',
        'Network',
        'UserNS',
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
  const known: Referring = {
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
  setReferredUnits(fact, known, dependencies, host, here);
  yield* setReferredPaths(fact, known, here);
  yield* setStored(fact, known, here);
  return fact;
}

function* setStored(fact: FactBuilder, known: Referring, here: Where): Asking<undefined> {
  const { source, siblings, expand } = known;
  const named = known.played && !('is' in known.played) ? known.played.secrets.filter((s) => !holdsPlaceholder(s.text)) : [];
  const secrets = [...secretsOf(source, expand), ...named];
  const images = localImagesOf(source);
  const networks = networksOf(source);
  const [kept, pulled, connected] = yield* together([
    secrets.length > 0 ? movedTo(source, ['root'], storedSecrets(source.owner)) : nothing(),
    images.length > 0 ? movedTo(source, ['root', 'imagestore', 'storage-driver'], storedImages(source.owner)) : nothing(),
    networks.length > 0 ? movedTo(source, ['root', 'network-config-dir'], storedNetworks(source.owner)) : nothing(),
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

/** With one of these options Podman looks elsewhere than in the account's own store. */
function* movedTo({ ending, assignments, command }: Source, names: readonly string[], stored: Asking<Stored>): Asking<Stored> {
  const flags = command.flags.map((f) => ({ name: f.name, where: f.where }));
  const option = [...globalOptions(ending, assignments), ...flags].find((o) => names.includes(o.name));
  if (!option) return yield* stored;
  return { is: 'unknown', why: 'ambiguous', said: `--${option.name} makes Podman look elsewhere, where nothing is looked into`, where: [option.where] };
}

/** Names that the store does not hold and that no command before speaks of. */
function absentFrom(
  stored: Stored | undefined,
  found: readonly Word[],
  has: (name: string, names: ReadonlySet<string>) => boolean,
  { before, hidden }: Referring,
): Findings {
  const asked = found.filter((w) => !spokenOf(w.text, before));
  const open = asked.find((w) => isOpen(w.text));
  const script = scriptIn(before);
  const filled: Unknown | undefined = open && {
    is: 'unknown',
    why: 'ambiguous',
    said: `systemd fills in ${shortened(open.text, 80)} when the service starts`,
    where: [open.where],
  };
  if (asked.length === 0 || !stored) return { each: [] };
  if (stored.is === 'unknown') return { each: [], unseen: stored };
  const absent = asked.filter((w) => !isOpen(w.text) && !has(w.text, stored.names));
  if (absent.length > 0 && hidden) return { each: [], unseen: hidden };
  if (absent.length > 0 && script)
    return { each: [], unseen: { is: 'unknown', why: 'ambiguous', said: `${shortened(script.value, 60)} may make ${absent[0]?.text}`, where: [script.where] } };
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
