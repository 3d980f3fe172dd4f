/** The components that a node of K3s runs, and the flags that each of them gets. */
import type { Unknown, Where } from '../fact.ts';
import { type Release, releaseOf, since } from '../text/version.ts';
import type { ChosenFlags } from './chosen-flags.ts';
import { type ComponentFlag, componentFlags, type Default } from './component-args.ts';
import { apiServerDefaults, cloudControllerDefaults, controllerManagerDefaults, ownApiServerArgs, schedulerDefaults } from './control-plane-defaults.ts';
import type { Defaults } from './defaults.ts';
import type { Chosen } from './given.ts';
import { kubeletArgs, kubeletDefaults, kubeProxyDefaults } from './node-defaults.ts';
import type { NodeSettings } from './node-settings.ts';
import { hasChange, newest, oldest } from './release-changes.ts';

/** Names of the components, and the flags of K3s that hold the user's own arguments for each. */
const argumentsOf = {
  'kube-apiserver': 'kube-apiserver-arg',
  'kube-controller-manager': 'kube-controller-manager-arg',
  'kube-scheduler': 'kube-scheduler-arg',
  'kube-cloud-controller-manager': 'kube-cloud-controller-manager-arg',
  kubelet: 'kubelet-arg',
  'kube-proxy': 'kube-proxy-arg',
} as const;

export type Component = keyof typeof argumentsOf;

export type Flags = ReadonlyMap<string, ComponentFlag>;

/** Which components run, by the role of the node and what is switched off. */
export function running({ role, flags }: Pick<NodeSettings, 'role' | 'flags'>): Component[] {
  const node: Component[] = ['kubelet', 'kube-proxy'];
  if (role === 'agent') return node;
  const off = (flag: string): boolean => flags.on(flag);
  const noCloud = off('disable-cloud-controller') && flags.lists('disable', 'servicelb') !== undefined;
  const control: [Component, boolean][] = [
    ['kube-apiserver', off('disable-apiserver')],
    ['kube-controller-manager', off('disable-controller-manager')],
    ['kube-scheduler', off('disable-scheduler')],
    ['kube-cloud-controller-manager', noCloud],
    ['kubelet', off('disable-agent')],
    ['kube-proxy', off('disable-agent') || off('disable-kube-proxy')],
  ];
  return control.flatMap(([name, without]) => (without ? [] : [name]));
}

/** The user's own arguments of a component, in order. */
const givenTo = (component: Component, flags: ChosenFlags): readonly Chosen[] => flags.all(argumentsOf[component]);

function defaultsOf(component: Component, settings: NodeSettings, release: Release): Defaults {
  switch (component) {
    case 'kube-apiserver':
      return apiServerDefaults(settings, release, givenTo(component, settings.flags));
    case 'kube-controller-manager':
      return controllerManagerDefaults(settings, release);
    case 'kube-scheduler':
      return schedulerDefaults(settings, release);
    case 'kube-cloud-controller-manager':
      return cloudControllerDefaults(settings, release);
    case 'kubelet':
      return kubeletDefaults(settings, release);
    case 'kube-proxy':
      return kubeProxyDefaults(settings, release);
  }
}

/** The flags of a component of a known release. */
export function flagsOf(component: Component, settings: NodeSettings, release: Release): Flags {
  const given = givenTo(component, settings.flags);
  const { map } = defaultsOf(component, settings, release);
  if (component === 'kube-apiserver') {
    const own = ownApiServerArgs(release, given);
    return 'is' in own ? componentFlags(new Map([...map, ['tls-cipher-suites', own as Default]]), given) : componentFlags(map, [...given, ...own]);
  }
  const dropIns = component === 'kubelet' && hasChange(release, 'kubeletDropIns') === true;
  return componentFlags(map, kubeletArgs(given, dropIns).given);
}

/** Releases that between them have every flag that K3s ever set. */
const samples = [`${oldest}.0`, '1.29.0', '1.31.0', `${newest}.0`].flatMap((text) => releaseOf(text) ?? []);

/** The flags of a component where the release is not known: what the user gives counts, whatever K3s may set is unknown. */
export function flagsWithoutRelease(component: Component, settings: NodeSettings, why: Unknown): Flags {
  const names = samples.flatMap((release) => [...flagsOf(component, settings, release).keys()]);
  const defaults = new Map<string, Default>(names.map((name) => [name, why]));
  return componentFlags(defaults, kubeletArgs(givenTo(component, settings.flags), false).given);
}

/** Why the defaults of a release are not known; undefined for those whose sources were read. */
export function beyondSources(release: Release, where: Where): Unknown | undefined {
  const next = oldestBeyond();
  if (since(release, oldest) && !since(release, next)) return undefined;
  return { is: 'unknown', why: 'unsupported', said: `the defaults of K3s ${release.said} are not known: those of ${oldest} to ${newest} are`, where: [where] };
}

/** The minor release behind the newest one that is known. */
function oldestBeyond(): string {
  const [major = 1, minor = 0] = releaseOf(newest)?.numbers ?? [];
  return `${major}.${minor + 1}`;
}
