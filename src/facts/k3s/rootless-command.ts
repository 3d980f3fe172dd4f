/** What the flags of rootless K3s lead to: how its images are unpacked, whom it joins, and which ports of the host it takes. */
import type { Unknown, Where } from '../fact.ts';
import type { K3sModel } from './k3s-model.ts';

/** A value with the place that decided it; without one it is a default. */
export interface Decided<T> {
  readonly value: T;
  readonly where?: Where;
}

/** The port on which the API server of a server answers. */
export function apiPort({ flags }: K3sModel): Decided<number> {
  const found = flags.one('https-listen-port');
  return found && /^\d+$/.test(found.value) ? { value: Number(found.value), where: found.where } : { value: 6443 };
}

/** K3s' own default is overlayfs (k3s-io/k3s:pkg/cli/cmds/agent.go, pkg/agent/config/config.go). */
export function snapshotterOf({ flags }: K3sModel): Decided<string> {
  const found = flags.one('snapshotter');
  return found && found.value !== '' ? { value: found.value, where: found.where } : { value: 'overlayfs' };
}

/** The server that this node is to join; undefined where there is none. */
export function joined({ flags }: K3sModel): Decided<string> | Unknown | undefined {
  const gap = flags.gap('server');
  const found = flags.one('server');
  return gap ?? (found && found.value !== '' ? found : undefined);
}

/** Ports of the packaged ingress: K3s binds ports up to 1024 at 10000 more (k3s-io/k3s:pkg/rootlessports/controller.go). */
const ingress = [80, 443];

/** What the host reaches at another port than the service has, as `80 at 10080`; empty where no packaged service has such a port. */
export function movedPorts({ role, flags }: K3sModel): Decided<readonly string[]> {
  if (role !== 'server') return { value: [] };
  const off = flags.lists('disable', 'servicelb') ?? flags.lists('disable', 'traefik');
  return off ? { value: [], where: off } : { value: ingress.map((port) => `${port} at ${port + 10000}`) };
}
