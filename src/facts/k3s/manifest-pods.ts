/**
 * What manifests ask of the host for the pods that they make: documents, lists, templates of workloads, volumes that
 * stand on a path of the host, and the values of Helm charts. Pure.
 */
import type { Place, TextNode } from '../text/node.ts';
import { entry, plain } from '../text/node.ts';
import { parseYamlAll } from '../text/yaml.ts';
import type { ManifestFile } from './manifest-files.ts';

export type Need = 'privileged' | 'namespace' | 'path' | 'capability';

/** Something of the host that a workload is given. */
export interface Given {
  readonly need: Need;
  /** `DaemonSet kube-system/agent`. */
  readonly workload: string;
  /** The container of it, where it is one container's. */
  readonly container?: string;
  /** hostNetwork, the path, or the capability; of `privileged` nothing. */
  readonly value: string;
  readonly path: string;
  readonly at: Place;
  /** Where it stands in the file, where a program can take it out: the file holds one document, and no anchors. */
  readonly key?: string;
  /** The element of the list under the key, where all of the key would be more than this. */
  readonly element?: string;
}

/** A chart whose pods nobody sees in the manifest. */
export interface Chart {
  /** NAMESPACE/NAME */
  readonly name: string;
  readonly path: string;
  readonly at: Place;
}

export interface InManifest {
  readonly given: readonly Given[];
  readonly charts: readonly Chart[];
  readonly broken?: { readonly message: string; readonly at: Place };
}

/** Words without one of which a manifest says nothing of this. A word may be written with escapes. */
const telling = /privileged|host(?:PID|IPC|Network|Path)|capabilities|HelmChart|PersistentVolume|\\/;

/** As K3s' decoder reads it: YAML as go-yaml has it, in which `yes` is true. */
export function inManifest({ path, text }: ManifestFile): InManifest {
  if (!telling.test(text)) return { given: [], charts: [] };
  const documents = parseYamlAll(text, { version: '1.1' });
  // What an anchor brings in stands elsewhere, too.
  const alone = documents.length === 1 && !/(?:^|[\s[{,])[*&]\S/.test(text);
  const given: Given[] = [];
  const charts: Chart[] = [];
  for (const document of documents) {
    if (document.is === 'broken') return { given, charts, broken: { message: document.problem.message, at: document.problem } };
    for (const object of objectsIn(document.root, [])) {
      const seen = new Seen(object, path, alone);
      given.push(...seen.given);
      charts.push(...seen.charts);
    }
  }
  return { given, charts };
}

interface Placed {
  readonly node: TextNode;
  /** The keys that lead there. */
  readonly keys: readonly string[];
}

/** The objects of a document: itself, or the items of a list. */
function objectsIn(node: TextNode, keys: readonly string[]): Placed[] {
  const items = entry(node, 'items')?.value;
  if (items?.is !== 'list' || !/List$/.test(textAt(node, 'kind'))) return [{ node, keys }];
  return items.items.flatMap((item, at) => objectsIn(item, [...keys, 'items', String(at)]));
}

/** The text at these keys; empty where there is none. */
function textAt(node: TextNode | undefined, ...keys: readonly string[]): string {
  const found = nodeAt(node, ...keys);
  return found?.is === 'scalar' && found.value !== null ? String(found.value) : '';
}

function nodeAt(node: TextNode | undefined, ...keys: readonly string[]): TextNode | undefined {
  let here = node;
  for (const key of keys) here = entry(here, key)?.value;
  return here;
}

/** Where the pod stands in an object: itself, or the template of a workload. */
const templates = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['template', 'spec'],
] as const;
const containerLists = ['initContainers', 'containers', 'ephemeralContainers'] as const;
const hostNamespaces = ['hostPID', 'hostIPC', 'hostNetwork'] as const;

/** Charts that K3s brings along and serves itself, with the values that it writes. */
const ownChart = /^https:\/\/%\{KUBERNETES_API\}%\/static\/charts\/(?:traefik|traefik-crd)-[\w.+-]+\.tgz$/;

/** What holds the host itself, or others' pods. */
const ownDirectory = /^\/(?:(?:bin|boot|dev|etc|lib\w*|proc|root|run|sbin|sys|usr|var\/run|var\/lib\/(?:rancher|kubelet|containers))(?:\/.*)?|var(?:\/lib)?)?$/;

/** One object, looked through. */
class Seen {
  readonly given: Given[] = [];
  readonly charts: Chart[] = [];
  readonly #path: string;
  readonly #alone: boolean;
  readonly #workload: string;

  constructor({ node, keys }: Placed, path: string, alone: boolean) {
    this.#path = path;
    this.#alone = alone;
    const kind = textAt(node, 'kind');
    const namespaced = kind !== 'PersistentVolume';
    const name = `${namespaced ? `${textAt(node, 'metadata', 'namespace') || 'default'}/` : ''}${textAt(node, 'metadata', 'name') || textAt(node, 'metadata', 'generateName')}`;
    this.#workload = `${kind || 'object'} ${name}`;
    if (kind === 'HelmChart' || kind === 'HelmChartConfig') this.#chart(node, kind, name);
    else if (kind === 'PersistentVolume') this.#volume(nodeAt(node, 'spec'), [...keys, 'spec']);
    else for (const at of kind === 'Pod' ? [['spec'], ...templates] : templates) this.#pod(nodeAt(node, ...at), [...keys, ...at]);
  }

  #pod(spec: TextNode | undefined, keys: readonly string[]): void {
    for (const name of hostNamespaces) if (isTrue(nodeAt(spec, name))) this.#give('namespace', name, spec, [...keys, name]);
    for (const [at, volume] of itemsOf(spec, 'volumes').entries()) this.#hostPath(volume, [...keys, 'volumes', String(at)]);
    for (const list of containerLists)
      for (const [at, container] of itemsOf(spec, list).entries()) this.#container(container, [...keys, list, String(at), 'securityContext']);
  }

  #container(container: TextNode, keys: readonly string[]): void {
    const context = entry(container, 'securityContext')?.value;
    const name = textAt(container, 'name');
    if (isTrue(entry(context, 'privileged')?.value)) this.#give('privileged', '', context, [...keys, 'privileged'], name);
    for (const added of itemsOf(nodeAt(context, 'capabilities'), 'add')) {
      const written = String(plain(added));
      this.#give('capability', written.toUpperCase().replace(/^CAP_/, ''), added, [...keys, 'capabilities', 'add'], name, written);
    }
  }

  #hostPath(volume: TextNode | undefined, keys: readonly string[]): void {
    const found = volume && entry(volume, 'hostPath');
    if (found?.value.is === 'map') this.#give('path', normal(textAt(found.value, 'path')), volume, [...keys, 'hostPath']);
  }

  /** `local` is meant for disks; of the host's own directories it makes as much as `hostPath`. */
  #volume(spec: TextNode | undefined, keys: readonly string[]): void {
    this.#hostPath(spec, keys);
    const written = textAt(spec, 'local', 'path');
    const path = normal(written);
    if (written !== '' && ownDirectory.test(path)) this.#give('path', path, nodeAt(spec, 'local'), [...keys, 'local', 'path']);
  }

  /** Values name what their chart makes of them in the words of pods, as a rule. */
  #chart(node: TextNode, kind: string, name: string): void {
    const spec = nodeAt(node, 'spec');
    const own = ownChart.test(textAt(spec, 'chart')) && /^kube-system\/traefik(?:-crd)?$/.test(name);
    if (kind === 'HelmChart' && !own) this.charts.push({ name, path: this.#path, at: node.at });
    const content = entry(spec, 'valuesContent');
    const parsed = content && parseYamlAll(textAt(spec, 'valuesContent'), { version: '1.1' })[0];
    if (content && parsed?.is === 'parsed') this.#values(parsed.root, content.at);
    if (content && parsed?.is === 'broken') this.charts.push({ name, path: this.#path, at: content.at });
    const values = entry(spec, 'values');
    if (values) this.#values(values.value);
    const set = nodeAt(spec, 'set');
    for (const { key, value, at } of set?.is === 'map' ? set.entries : [])
      this.#value(key.replace(/^.*\.|\[\d+\]$/g, ''), value, at, /^(?:true|yes)$/i.test(String(plain(value))));
    if (kind === 'HelmChartConfig' && itemsOf(spec, 'valuesSecrets').length > 0) this.charts.push({ name, path: this.#path, at: node.at });
  }

  /** `place`: of a text within a text; otherwise each value has its own. */
  #values(node: TextNode, place?: Place): void {
    if (node.is === 'list') for (const item of node.items) this.#values(item, place);
    if (node.is !== 'map' || isFalse(entry(node, 'enabled')?.value)) return;
    for (const { key, value, at } of node.entries) {
      this.#value(key, value, place ?? at, isTrue(value));
      this.#values(value, place);
    }
  }

  #value(key: string, value: TextNode, at: Place, on: boolean): void {
    const put = (need: Need, what: string): void => void this.given.push({ need, workload: this.#workload, value: what, path: this.#path, at });
    if (key === 'privileged' && on) put('privileged', '');
    if (hostNamespaces.some((name) => name === key) && on) put('namespace', key);
    const path = key === 'hostPath' && value.is === 'map' ? textAt(value, 'path') : '';
    if (path.startsWith('/')) put('path', normal(path));
    if (key === 'capabilities') for (const added of itemsOf(value, 'add')) put('capability', String(plain(added)).toUpperCase().replace(/^CAP_/, ''));
  }

  #give(need: Need, value: string, at: TextNode | undefined, keys: readonly string[], container?: string, element?: string): void {
    const found = at && entry(at, keys.at(-1) ?? '');
    this.given.push({
      need,
      workload: this.#workload,
      value,
      path: this.#path,
      at: found?.at ?? at?.at ?? { line: 1, column: 1 },
      ...(container === undefined ? {} : { container }),
      ...(this.#alone ? { key: keys.join('.') } : {}),
      ...(this.#alone && element !== undefined ? { element } : {}),
    });
  }
}

const isTrue = (node: TextNode | undefined): boolean => node?.is === 'scalar' && node.value === true;
const isFalse = (node: TextNode | undefined): boolean => node?.is === 'scalar' && node.value === false;

const itemsOf = (node: TextNode | undefined, key: string): readonly TextNode[] => {
  const found = entry(node, key)?.value;
  return found?.is === 'list' ? found.items : [];
};

/** Without what names the same place in other words; `..`, which Kubernetes refuses, stays. */
const normal = (path: string): string => path.replace(/\/(?:\.?\/)*/g, '/').replace(/(?<=.)\/\.?$/, '') || '/';
