/** The Kubernetes YAML of a .kube file, in the flags that `podman kube play` makes of it (containers/podman:pkg/specgen/generate/kube). */

import type { Where } from '../fact.ts';
import type { Flag } from '../podman/podman-flags.ts';
import { entry, placed, type TextNode } from '../text/node.ts';
import { parseYamlAll } from '../text/yaml.ts';

export interface Played {
  readonly flags: readonly Flag[];
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
  const flags: Flag[] = [];
  const images: Named[] = [];
  const needed: Named[] = [];
  const secrets: Named[] = [];
  const made = new Set<string>();
  for (const document of parseYamlAll(text)) {
    if (document.is === 'broken') return { broken: document.problem.message, line: document.problem.line };
    for (const object of objects(document.root)) {
      const spec = podSpec(object);
      if (textAt(object, 'kind') === 'Secret') made.add(textAt(entry(object, 'metadata')?.value, 'name') ?? '');
      if (!spec) continue;
      fromPod(spec, path, flags, images);
      needed.push(...neededBy(spec, path));
      secrets.push(...secretsIn(spec, path));
    }
  }
  return { flags, images, needed, secrets: secrets.filter((s) => !made.has(s.text)) };
}

/** A List holds further objects. */
const objects = (root: TextNode): TextNode[] => {
  const items = entry(root, 'items')?.value;
  return textAt(root, 'kind') === 'List' && items?.is === 'list' ? [...items.items] : [root];
};

function podSpec(object: TextNode): TextNode | undefined {
  const spec = entry(object, 'spec')?.value;
  if (textAt(object, 'kind') === 'Pod') return spec;
  const template = entry(entry(entry(spec, 'jobTemplate')?.value, 'spec')?.value ?? spec, 'template')?.value;
  return entry(template, 'spec')?.value;
}

function fromPod(spec: TextNode, path: string, flags: Flag[], images: { text: string; where: Where }[]): void {
  const add = (name: string, value: string, node: { at: { line: number; column: number } }): void =>
    void flags.push({ name, value, where: placed(path, node.at) });
  for (const [key, name] of [
    ['hostNetwork', 'network'],
    ['hostPID', 'pid'],
    ['hostIPC', 'ipc'],
  ] as const) {
    const found = entry(spec, key);
    if (found && scalarOf(found.value) === true) add(name, 'host', found);
  }
  const paths = new Map(
    itemsOf(spec, 'volumes').flatMap((v): [string, TextNode][] => {
      const host = entry(entry(v, 'hostPath')?.value, 'path')?.value;
      return host ? [[textAt(v, 'name') ?? '', host]] : [];
    }),
  );
  for (const container of [...itemsOf(spec, 'containers'), ...itemsOf(spec, 'initContainers')]) {
    const image = entry(container, 'image');
    if (image) images.push({ text: String(scalarOf(image.value) ?? ''), where: placed(path, image.at) });
    fromContainer(container, add);
    for (const mount of itemsOf(container, 'volumeMounts')) {
      const host = paths.get(textAt(mount, 'name') ?? '');
      const readOnly = scalarOf(entry(mount, 'readOnly')?.value) === true;
      if (host) add('volume', `${String(scalarOf(host) ?? '')}:${textAt(mount, 'mountPath') ?? ''}${readOnly ? ':ro' : ''}`, host);
    }
  }
}

function neededBy(spec: TextNode, path: string): Named[] {
  return itemsOf(spec, 'volumes').flatMap((volume): Named[] => {
    const host = entry(volume, 'hostPath')?.value;
    const found = entry(host, 'path');
    const text = scalarOf(found?.value);
    return found && typeof text === 'string' && text.startsWith('/') && !/OrCreate$/.test(textAt(host, 'type') ?? '')
      ? [{ text, where: placed(path, found.at) }]
      : [];
  });
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

function fromContainer(container: TextNode, add: (name: string, value: string, node: { at: { line: number; column: number } }) => void): void {
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
