/**
 * What kube-proxy and the scheduler have in force where they are told of a file of their own, under the names of the
 * arguments: the file counts instead of them, its defaults included (kubernetes/kubernetes:cmd/kube-proxy/app/options.go
 * Complete, cmd/kube-scheduler/app/options/options.go ApplyTo). The scheduler takes where it listens from arguments alone.
 */
import { type Asking, read } from '../ask.ts';
import { type Unknown, unknown, unparsable } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { entry, type MapNode, placed, plain, type TextNode } from '../text/node.ts';
import { parseYaml } from '../text/yaml.ts';
import type { ComponentFlag } from './component-args.ts';
import type { Flags } from './components.ts';
import type { Placed } from './given.ts';

interface Setting {
  /** Its key in the file. */
  readonly key: string;
  readonly type: 'string' | 'boolean';
  /** What holds where the file leaves it out, or has it empty; undefined: nothing. */
  readonly otherwise?: (root: MapNode) => string;
}

interface FileForm {
  readonly kind: string;
  readonly group: string;
  readonly settings: Readonly<Record<string, Setting>>;
}

const isV6 = (root: MapNode): boolean => String(plainOf(root, 'bindAddress') ?? '').includes(':');
const kubeconfig: Setting = { key: 'clientConnection.kubeconfig', type: 'string' };

/** What rules ask of such a file, with its defaults (pkg/proxy/apis/config/v1alpha1/defaults.go, pkg/scheduler/apis/config/v1/defaults.go). */
const forms = {
  'kube-proxy': {
    kind: 'KubeProxyConfiguration',
    group: 'kubeproxy.config.k8s.io',
    settings: {
      'metrics-bind-address': { key: 'metricsBindAddress', type: 'string', otherwise: (root) => (isV6(root) ? '[::1]:10249' : '127.0.0.1:10249') },
      'healthz-bind-address': { key: 'healthzBindAddress', type: 'string', otherwise: (root) => (isV6(root) ? '[::]:10256' : '0.0.0.0:10256') },
      kubeconfig,
    },
  },
  'kube-scheduler': {
    kind: 'KubeSchedulerConfiguration',
    group: 'kubescheduler.config.k8s.io',
    settings: { profiling: { key: 'enableProfiling', type: 'boolean', otherwise: () => 'true' }, kubeconfig },
  },
} as const satisfies Readonly<Record<string, FileForm>>;

export type WithFile = keyof typeof forms;

/** A setting in force; `key` where it is that of the file. */
export interface InForce {
  readonly flag: ComponentFlag;
  readonly key?: string;
}

const touches: Touches = [{ do: 'read', named: 'what config of kube-proxy-arg and kube-scheduler-arg names', later: true }];

/** The settings above by the names of their arguments; those that nothing sets are not there. */
export const componentSettings = source(touches, learnSettings);

function* learnSettings(component: WithFile, flags: Flags): Asking<ReadonlyMap<string, InForce>> {
  const form: FileForm = forms[component];
  const names = Object.keys(form.settings);
  const config = flags.get('config');
  const last = config && !('is' in config) ? config.values.at(-1) : undefined;
  if (!last || last.value === '')
    return new Map(
      names.flatMap((name) => {
        const flag = flags.get(name);
        return flag ? [[name, { flag }] as const] : [];
      }),
    );
  const root = yield* readForm(component, form, last);
  return new Map(
    names.flatMap((name) => {
      const setting = form.settings[name] as Setting;
      const flag = root.is === 'map' ? settingIn(root, setting, flags.get(name), last.value) : root;
      return flag ? [[name, { flag, key: setting.key }] as const] : [];
    }),
  );
}

/** The file, if the component can take it. go-yaml v2 reads it, and of several documents the first. */
function* readForm(component: string, { kind, group }: FileForm, { value: path, where }: Placed): Asking<MapNode | Unknown> {
  if (!path.startsWith('/')) return { is: 'unknown', why: 'unsupported', said: `${path} depends on the directory in which K3s was started`, where: [where] };
  const text = yield* read(path);
  if (text.is === 'blocked') return unknown(text, path);
  if (text.is === 'absent') return unparsable(`${path}, which ${component} is told to read, is not there, so it does not start`, where);
  const parsed = parseYaml(text.value, { version: '1.1', first: true });
  if (parsed.is === 'broken')
    return unparsable(`${path} is not valid YAML (${parsed.problem.message}), so ${component} does not start`, placed(path, parsed.problem));
  const { root } = parsed;
  if (root.is !== 'map' || plainOf(root, 'kind') !== kind || !String(plainOf(root, 'apiVersion')).startsWith(`${group}/`))
    return unparsable(`${path} holds no ${kind} of ${group}, so ${component} does not start`, placed(path, root.at));
  return root;
}

function settingIn(root: MapNode, { key, type, otherwise }: Setting, argument: ComponentFlag | undefined, path: string): ComponentFlag | undefined {
  let node: TextNode | undefined = root;
  for (const segment of key.split('.')) node = entry(node, segment)?.value;
  const value = node && plain(node);
  const beaten = argument && !('is' in argument) ? argument.values : [];
  if (node && value !== null && value !== undefined && value !== '')
    return typeof value === type
      ? { values: [{ value: String(value), where: placed(path, node.at) }], beaten }
      : unparsable(`${path} has something other than a ${type} for ${key}`, placed(path, node.at));
  return otherwise && { values: [{ value: otherwise(root), where: { path, said: `${key} is not set, so its default holds` } }], beaten };
}

function plainOf(root: MapNode, key: string): unknown {
  const found = entry(root, key);
  return found && plain(found.value);
}
