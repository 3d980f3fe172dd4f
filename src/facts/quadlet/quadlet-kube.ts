/** The Kubernetes YAML of a .kube file, in the flags that `podman kube play` makes of it (containers/podman:pkg/specgen/generate/kube). */

import type { Where } from '../fact.ts';
import { boundDevice, type VolumeOptions } from '../podman/mount-option.ts';
import type { Flag } from '../podman/podman-flags.ts';
import { entry, placed, type TextEntry, type TextNode } from '../text/node.ts';
import { parseYamlAll } from '../text/yaml.ts';

export interface Played {
  /** Of all containers together; of what holds for a container only where it holds for each, the user and its namespace. */
  readonly flags: readonly Flag[];
  /** Of each container by itself, with what its pod says. */
  readonly containers: readonly (readonly Flag[])[];
  readonly images: readonly Named[];
  /** Paths of the host that have to be there: those of types that end in OrCreate are made (pkg/specgen/generate/kube/volume.go VolumeFromHostPath). */
  readonly needed: readonly Named[];
  /** Secrets that Podman has to have: neither optional, nor made by the text itself. */
  readonly secrets: readonly Named[];
}

interface Named {
  readonly text: string;
  readonly where: Where;
}

/** Reads every pod of the text; undefined with the reason when a document does not parse. */
export function playedBy(text: string, path: string): Played | { readonly broken: string; readonly line: number } {
  const pods: Pod[] = [];
  const claims = new Map<string, Claim>();
  const made = new Set<string>();
  for (const document of parseYamlAll(text)) {
    if (document.is === 'broken') return { broken: document.problem.message, line: document.problem.line };
    for (const object of objects(document.root)) {
      const metadata = entry(object, 'metadata')?.value;
      if (textAt(object, 'kind') === 'Secret') made.add(textAt(metadata, 'name') ?? '');
      if (textAt(object, 'kind') === 'PersistentVolumeClaim') claims.set(textAt(metadata, 'name') ?? '', claimOf(metadata));
      pods.push(...podOf(object));
    }
  }
  const of = pods.map((pod) => ({ ...pod, path, claims }));
  // What a pod says holds where it names no container as well.
  const containers = of.flatMap((pod) => (containersOf(pod.spec).length > 0 ? containersOf(pod.spec) : [pod.spec]).map((c) => flagsOf(c, pod)));
  return {
    flags: joined(containers),
    containers,
    images: of.flatMap(({ spec }) => containersOf(spec).flatMap((c) => named(entry(c, 'image'), path))),
    needed: of.flatMap((pod) => itemsOf(pod.spec, 'volumes').flatMap((volume) => neededBy(volume, pod))),
    secrets: of.flatMap(({ spec }) => secretsIn(spec, path)).filter((s) => !made.has(s.text)),
  };
}

/** What several texts play together. */
export const playedTogether = (all: readonly Played[]): Played => ({
  flags: joined(all.flatMap((p) => p.containers)),
  containers: all.flatMap((p) => p.containers),
  images: all.flatMap((p) => p.images),
  needed: all.flatMap((p) => p.needed),
  secrets: all.flatMap((p) => p.secrets),
});

/** Root in one of the containers is root, and what a pod says stands once. */
function joined(containers: readonly (readonly Flag[])[]): Flag[] {
  const confined = ['userns', 'user'].flatMap((name): Flag[] => {
    const each = containers.map((flags) => flags.find((f) => f.name === name && !/^(?:0+(?::.*)?|host)$/.test(f.value)));
    return each[0] && each.every((f) => f) ? [each[0]] : [];
  });
  const others = containers.flat().filter((f) => f.name !== 'userns' && f.name !== 'user');
  const told = (f: Flag): string => JSON.stringify([f.name, f.value, f.where]);
  return [...new Map([...others, ...confined].map((f) => [told(f), f])).values()];
}

/** A pod, and where its text stands. */
interface Pod {
  readonly spec: TextNode;
  readonly annotations: TextNode | undefined;
}
interface Placed extends Pod {
  readonly path: string;
  readonly claims: ReadonlyMap<string, Claim>;
}

/** What a claim makes of its volume: options of the driver local, and an archive that is unpacked into it. */
interface Claim {
  readonly options: VolumeOptions;
  readonly annotations: TextNode | undefined;
}

/** containers/podman:pkg/domain/infra/abi/play.go playKubePVC: a volume that is there is taken as it is. */
function claimOf(metadata: TextNode | undefined): Claim {
  const annotations = entry(metadata, 'annotations')?.value;
  const of = (key: string): string | undefined => textAt(annotations, `volume.podman.io/${key}`);
  return { options: { device: of('device'), o: of('mount-options'), type: of('type') }, annotations };
}

/** A List holds further objects. */
const objects = (root: TextNode): TextNode[] => {
  const items = entry(root, 'items')?.value;
  return textAt(root, 'kind') === 'List' && items?.is === 'list' ? [...items.items] : [root];
};

function podOf(object: TextNode): Pod[] {
  const spec = entry(object, 'spec')?.value;
  const template = entry(entry(entry(spec, 'jobTemplate')?.value, 'spec')?.value ?? spec, 'template')?.value;
  const pod = textAt(object, 'kind') === 'Pod' ? object : template;
  const found = entry(pod, 'spec')?.value;
  return found ? [{ spec: found, annotations: entry(entry(pod, 'metadata')?.value, 'annotations')?.value }] : [];
}

const containersOf = (spec: TextNode): TextNode[] => [...itemsOf(spec, 'containers'), ...itemsOf(spec, 'initContainers')];

const named = (found: TextEntry | undefined, path: string): Named[] =>
  found ? [{ text: String(scalarOf(found.value) ?? ''), where: placed(path, found.at) }] : [];

/** The flags of a container, those of its pod first. */
function flagsOf(container: TextNode, pod: Placed): Flag[] {
  const flags: Flag[] = [];
  const add: Add = (name, value, node) => void flags.push({ name, value, where: placed(pod.path, node.at) });
  for (const [key, name] of [
    ['hostNetwork', 'network'],
    ['hostPID', 'pid'],
    ['hostIPC', 'ipc'],
  ] as const) {
    const found = entry(pod.spec, key);
    if (found && scalarOf(found.value) === true) add(name, 'host', found);
  }
  addUsers(container, pod, add);
  addLabels(container, pod, add);
  fromContainer(container, add);
  const volumes = new Map(itemsOf(pod.spec, 'volumes').map((v) => [textAt(v, 'name') ?? '', v]));
  for (const mount of itemsOf(container, 'volumeMounts')) addMount(mount, volumes.get(textAt(mount, 'name') ?? ''), pod, add);
  return flags;
}

type Add = (name: string, value: string, node: Pick<TextEntry, 'at'>) => void;

/** The user namespace by an annotation, else by hostUsers (containers/podman:pkg/domain/infra/abi/play.go); the user of the container, else of the pod. */
function addUsers(container: TextNode, { spec, annotations }: Placed, add: Add): void {
  const annotated = entry(annotations, 'io.podman.annotations.userns');
  const hostUsers = entry(spec, 'hostUsers');
  const mode = scalarOf(annotated?.value);
  if (annotated && typeof mode === 'string') add('userns', mode === 'private' ? 'auto' : mode, annotated);
  else if (hostUsers && scalarOf(hostUsers.value) === false) add('userns', 'auto', hostUsers);
  const user = [container, spec].map((n) => entry(entry(n, 'securityContext')?.value, 'runAsUser')).find((e) => e && scalarOf(e.value) !== null);
  if (user) add('user', String(scalarOf(user.value)), user);
}

/** The SELinux label of the container, else of its pod, and what an annotation says of it (containers/podman:pkg/specgen/generate/kube/kube.go). */
function addLabels(container: TextNode, { spec, annotations }: Placed, add: Add): void {
  const options = [container, spec].map((n) => entry(entry(n, 'securityContext')?.value, 'seLinuxOptions')).find((e) => e && scalarOf(e.value) !== null);
  for (const key of ['user', 'role', 'type', 'level']) {
    const found = entry(options?.value, key);
    const value = scalarOf(found?.value);
    if (found && typeof value === 'string' && value !== '') add('security-opt', `label=${key}:${value}`, found);
  }
  const annotated = entry(annotations, `io.podman.annotations.label/${textAt(container, 'name') ?? ''}`);
  const said = scalarOf(annotated?.value);
  if (annotated && typeof said === 'string') add('security-opt', `label=${said}`, annotated);
}

const propagations: Readonly<Record<string, string>> = { None: 'private', HostToContainer: 'rslave', Bidirectional: 'rshared' };

/** What a container mounts of a volume of its pod. `mountPath` may hold options after a colon. */
function addMount(mount: TextNode, volume: TextNode | undefined, { annotations, claims }: Placed, add: Add): void {
  const [target = '', written = ''] = (textAt(mount, 'mountPath') ?? '').split(':');
  const propagation = propagations[textAt(mount, 'mountPropagation') ?? ''];
  const options = [
    ...written.split(',').filter((o) => o !== ''),
    ...(scalarOf(entry(mount, 'readOnly')?.value) === true ? ['ro'] : []),
    ...(propagation ? [propagation] : []),
  ];
  const host = entry(volume, 'hostPath')?.value;
  const path = entry(host, 'path')?.value;
  if (path) addHostPath(path, textAt(host, 'type') ?? '', { target, options, annotations }, add);
  const claim = entry(entry(volume, 'persistentVolumeClaim')?.value, 'claimName');
  if (claim) addClaim(claim, claims, { target, options }, add);
}

const volumeFlag = (source: string, target: string, options: readonly string[]): string =>
  [source, target, ...(options.length > 0 ? [options.join(',')] : [])].join(':');

/** What Podman makes of a path it labels as well, and a device is no mount (containers/podman:pkg/specgen/generate/kube/volume.go). */
function addHostPath(
  host: TextNode,
  type: string,
  { target, options, annotations }: { target: string; options: readonly string[]; annotations: TextNode | undefined },
  add: Add,
): void {
  const path = String(scalarOf(host) ?? '');
  const given = options.some((o) => o === 'z' || o === 'Z');
  const label = /OrCreate$/.test(type) ? ['z'] : given ? [] : annotatedOptions(annotations, path);
  if (/^(?:Char|Block)Device$/.test(type)) add('device', path, host);
  else add('volume', volumeFlag(path, target, [...options, ...label]), host);
}

/** A volume by the name of its claim; where the claim makes it of a directory, that is what is mounted. */
function addClaim(claim: TextEntry, claims: ReadonlyMap<string, Claim>, { target, options }: { target: string; options: readonly string[] }, add: Add): void {
  const name = scalarOf(claim.value);
  if (typeof name !== 'string') return;
  const device = boundDevice(claims.get(name)?.options ?? {});
  if (device === undefined) {
    add('volume', volumeFlag(name, target, options), claim);
    return;
  }
  const fields = [
    `source=${name}`,
    `destination=${target}`,
    `volume-opt=device=${device}`,
    'volume-opt=o=bind',
    ...(options.includes('ro') ? ['ro=true'] : []),
  ];
  add('mount', ['type=volume', ...fields.map((f) => (/[",]/.test(f) ? `"${f.replaceAll('"', '""')}"` : f))].join(','), claim);
}

/** `bind-mount-options: PATH:z`, and `bind-mount-options:PATH: z` of Podman 4. */
function annotatedOptions(annotations: TextNode | undefined, path: string): string[] {
  const now = textAt(annotations, 'bind-mount-options');
  const old = textAt(annotations, `bind-mount-options:${path}`);
  const at = now?.lastIndexOf(':') ?? -1;
  return [...(now !== undefined && at >= 0 && now.slice(0, at) === path ? [now.slice(at + 1)] : []), ...(old === undefined ? [] : [old])];
}

/** A path of the host; what a claim binds, and the archive that is to fill its volume. */
function neededBy(volume: TextNode, { path, claims }: Placed): Named[] {
  const host = entry(volume, 'hostPath')?.value;
  const claim = claims.get(textAt(entry(volume, 'persistentVolumeClaim')?.value, 'claimName') ?? '');
  const device = claim && boundDevice(claim.options) !== undefined ? entry(claim.annotations, 'volume.podman.io/device') : undefined;
  const found = /OrCreate$/.test(textAt(host, 'type') ?? '') ? undefined : entry(host, 'path');
  return [found, device, entry(claim?.annotations, 'volume.podman.io/import-source')].flatMap((e) => named(e, path)).filter((n) => n.text.startsWith('/'));
}

/** What envFrom, valueFrom and volumes name. */
function secretsIn(spec: TextNode, path: string): Named[] {
  const of = (node: TextNode | undefined, key: string, name: string): Named[] => {
    const from = entry(node, key)?.value;
    const found = entry(from, name);
    const text = scalarOf(found?.value);
    return found && typeof text === 'string' && scalarOf(entry(from, 'optional')?.value) !== true ? [{ text, where: placed(path, found.at) }] : [];
  };
  return [
    ...itemsOf(spec, 'volumes').flatMap((v) => of(v, 'secret', 'secretName')),
    ...[...itemsOf(spec, 'containers'), ...itemsOf(spec, 'initContainers')].flatMap((c) => [
      ...itemsOf(c, 'envFrom').flatMap((e) => of(e, 'secretRef', 'name')),
      ...itemsOf(c, 'env').flatMap((e) => of(entry(e, 'valueFrom')?.value, 'secretKeyRef', 'name')),
    ]),
  ];
}

function fromContainer(container: TextNode, add: Add): void {
  const security = entry(container, 'securityContext')?.value;
  const privileged = entry(security, 'privileged');
  if (privileged && scalarOf(privileged.value) === true) add('privileged', 'true', privileged);
  for (const one of itemsOf(container, 'env')) {
    const value = entry(one, 'value');
    if (value) add('env', `${textAt(one, 'name') ?? ''}=${String(scalarOf(value.value) ?? '')}`, value);
  }
  for (const port of itemsOf(container, 'ports')) {
    const host = entry(port, 'hostPort');
    if (host)
      add(
        'publish',
        `${textAt(port, 'hostIP') ?? ''}:${String(scalarOf(host.value) ?? '')}:${String(scalarOf(entry(port, 'containerPort')?.value) ?? '')}`,
        host,
      );
  }
}

const scalarOf = (node: TextNode | undefined): null | boolean | number | string | undefined => (node?.is === 'scalar' ? node.value : undefined);
function textAt(node: TextNode | undefined, key: string): string | undefined {
  const value = scalarOf(entry(node, key)?.value);
  return typeof value === 'string' ? value : undefined;
}
function itemsOf(node: TextNode | undefined, key: string): readonly TextNode[] {
  const found = entry(node, key)?.value;
  return found?.is === 'list' ? found.items : [];
}
