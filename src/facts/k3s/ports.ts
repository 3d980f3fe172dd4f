/**
 * The ports on which a node of K3s listens, by its role and its settings (k3s-io/docs:docs/installation/requirements.md;
 * k3s-io/k3s:pkg/daemons/control/server.go, pkg/agent/proxy/apiproxy.go, pkg/agent/templates, pkg/spegel).
 */
import type { Where } from '../fact.ts';
import type { Component } from './components.ts';
import type { K3sModel } from './k3s-model.ts';

export interface NodePort {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** Who listens: "the kubelet". */
  readonly of: string;
  /** The loopback address alone. */
  readonly local: boolean;
  /** Where the port, or what it follows from, is set. */
  readonly where?: Where;
}

/** The ports of a node that is not set up yet, as K3s chooses them. */
export function usualPorts(role: 'server' | 'agent' | 'rootless'): NodePort[] {
  const api: NodePort = { port: 6443, protocol: 'tcp', of: 'the API server', local: false };
  if (role === 'rootless') return [api];
  const node: NodePort[] = [
    { port: 6444, protocol: 'tcp', of: role === 'server' ? 'the API server' : 'the load balancer of the agent', local: true },
    ...nodePorts(),
    { port: 8472, protocol: 'udp', of: 'VXLAN of flannel', local: false },
  ];
  return role === 'server' ? [api, ...node, ...controlPorts()] : node;
}

type PortOf = (component: Component, flag: string, usual: number) => Pick<NodePort, 'port' | 'where'>;

const asUsual: PortOf = (_component, _flag, port) => ({ port });

const nodePorts = (of: PortOf = asUsual): NodePort[] => [
  { ...of('kubelet', 'healthz-port', 10248), protocol: 'tcp', of: 'the health check of the kubelet', local: true },
  { ...of('kube-proxy', 'metrics-bind-address', 10249), protocol: 'tcp', of: 'the metrics of kube-proxy', local: true },
  { ...of('kubelet', 'port', 10250), protocol: 'tcp', of: 'the kubelet', local: false },
  { ...of('kube-proxy', 'healthz-bind-address', 10256), protocol: 'tcp', of: 'the health check of kube-proxy', local: true },
  { port: 10010, protocol: 'tcp', of: 'containerd', local: true },
];

const controlPorts = (of: PortOf = asUsual): NodePort[] => [
  { ...of('kube-controller-manager', 'secure-port', 10257), protocol: 'tcp', of: 'the controller manager', local: true },
  { ...of('kube-cloud-controller-manager', 'secure-port', 10258), protocol: 'tcp', of: 'the cloud controller manager', local: true },
  { ...of('kube-scheduler', 'secure-port', 10259), protocol: 'tcp', of: 'the scheduler', local: true },
];

/** Which component each of these belongs to, by the words above. */
const components: readonly [Component, RegExp][] = [
  ['kubelet', /kubelet|containerd/],
  ['kube-proxy', /kube-proxy/],
  ['kube-controller-manager', /^the controller manager/],
  ['kube-cloud-controller-manager', /cloud controller/],
  ['kube-scheduler', /scheduler/],
];

/** The ports of the node that is set up. */
export function portsOf(model: K3sModel): NodePort[] {
  const of: PortOf = (component, flag, usual) => chosen(model, component, flag, usual);
  const runs = (name: Component): boolean => model.components.has(name);
  const own = [...nodePorts(of), ...controlPorts(of)].filter(
    ({ of: who, port }) => port > 0 && components.some(([name, words]) => words.test(who) && runs(name)),
  );
  const outside = model.flags.one('container-runtime-endpoint');
  const kept = outside && outside.value !== '' ? own.filter(({ of: who }) => who !== 'containerd') : own;
  return [...entryPorts(model), ...kept, ...etcdPorts(model), ...networkPorts(model), ...registryPort(model)];
}

function entryPorts({ role, flags, components: all }: K3sModel): NodePort[] {
  const number = (flag: string, usual: number): Pick<NodePort, 'port' | 'where'> => {
    const set = flags.one(flag);
    return set && /^\d{1,5}$/.test(set.value) ? { port: Number(set.value), where: set.where } : { port: usual };
  };
  const balancer: NodePort = { ...number('lb-server-port', 6444), protocol: 'tcp', of: 'the load balancer of the agent', local: true };
  if (role === 'agent') return flags.on('disable-apiserver-lb') ? [] : [balancer];
  const { port, ...from } = number('https-listen-port', 6443);
  const api: NodePort = { port, ...from, protocol: 'tcp', of: 'the API server', local: false };
  return all.has('kube-apiserver') ? [api, { ...api, port: port + 1, local: true }] : [api, balancer];
}

/** etcd's clients and peers, its metrics, and its clients over HTTP (pkg/etcd/etcd.go). */
function etcdPorts({ datastore, flags, where }: K3sModel): NodePort[] {
  if (datastore?.is !== 'etcd' || flags.on('disable-etcd')) return [];
  const at = datastore.where[0] ?? where;
  const open = flags.on('etcd-expose-metrics');
  return [
    { port: 2379, protocol: 'tcp', of: 'etcd', local: false, where: at },
    { port: 2380, protocol: 'tcp', of: 'the peers of etcd', local: false, where: at },
    { port: 2381, protocol: 'tcp', of: 'the metrics of etcd', local: !open, where: at },
    { port: 2382, protocol: 'tcp', of: 'etcd over HTTP', local: true, where: at },
  ];
}

/** An agent takes the backend from its server: VXLAN is what servers choose where they are told nothing. */
function networkPorts({ role, flags, components: all }: K3sModel): NodePort[] {
  const flag = flags.one('flannel-backend');
  const backend = flag?.value.split('=')[0] ?? 'vxlan';
  if (!all.has('kubelet') || (role === 'server' && flags.one('flannel-conf')?.value)) return [];
  const at = flag ? { where: flag.where } : {};
  if (backend === 'vxlan') return [{ port: 8472, protocol: 'udp', of: 'VXLAN of flannel', local: false, ...at }];
  if (!/^wireguard/.test(backend)) return [];
  return [51820, 51821].map((port) => ({ port, protocol: 'udp' as const, of: 'WireGuard of flannel', local: false, ...at }));
}

function registryPort({ flags, components: all }: K3sModel): NodePort[] {
  const on = flags.one('embedded-registry');
  return on && flags.on('embedded-registry') && all.has('kubelet')
    ? [{ port: 5001, protocol: 'tcp', of: 'the embedded registry', local: false, where: on.where }]
    : [];
}

/** The last value of an argument, `10250` or `127.0.0.1:10249`; 0 switches the port off. */
function chosen({ components: all, inForce }: K3sModel, component: Component, flag: string, usual: number): Pick<NodePort, 'port' | 'where'> {
  const found = all.get(component);
  const file = component === 'kube-proxy' ? inForce.get(component)?.get(flag)?.flag : undefined;
  const one = file ?? (found && !('is' in found) ? found.get(flag) : undefined);
  const last = one && !('is' in one) ? one.values.at(-1) : undefined;
  const port = /^(?:(?:[^:]*|\[[^\]]*\]):)?(\d{1,5})$/.exec(last?.value ?? '')?.[1];
  return last && port !== undefined ? { port: Number(port), where: last.where } : { port: usual };
}
