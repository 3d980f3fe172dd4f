/** Kind `k3s-ports`: whether the ports that K3s listens on are its own, or free. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type Owner, ownerOf, socketOwners } from '../../facts/host/socket-owners.ts';
import { type Socket, sockets } from '../../facts/host/sockets.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { type NodePort, portsOf, usualPorts } from '../../facts/k3s/ports.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, string } from '../../facts/shape.ts';

const roles = ['server', 'agent', 'rootless'] as const;
/** Tunnels of flannel, and what they are made of. */
const tunnels = [
  { path: '/sys/class/net/flannel.1', of: 'VXLAN' },
  { path: '/sys/class/net/flannel-wg', of: 'WireGuard' },
] as const;

const taken = record({
  port: string('the port: 10250/tcp'),
  number: number('its number'),
  of: string('what of K3s listens there'),
  by: string('who listens there now'),
});

export const k3sPorts = defineKind({
  name: 'k3s-ports',
  noun: 'the ports of K3s',
  describe:
    'The ports on which K3s listens by its settings, or will by its defaults, and those of them on which somebody else does. A running host alone shows its sockets.',
  fields: { role: { type: 'string', describe: 'what is meant to run here, where nothing starts K3s yet', values: roles } },
  shape: record({ ports: list(string('a port: 6443/tcp'), 'those that K3s takes'), taken: list(taken, 'those that another program holds') }),
  touches: () => [k3sModel, sockets, socketOwners, ...tunnels.map(({ path }) => ({ do: 'stat', path }) as const)],
  *learn(q): Asking<Fact> {
    const [seen, model] = yield* together([sockets(), k3sModel()]);
    if (model.is === 'unknown') return model;
    if (seen.is === 'unknown') return seen;
    const role = roles.find((r) => r === q.role) ?? 'server';
    const ports = model.is === 'model' ? portsOf(model) : usualPorts(role);
    const fact = new FactBuilder().consulted(...model.consulted);
    fact.set(
      'ports',
      ports.map((p) => `${p.port}/${p.protocol}`),
      ...ports.flatMap((p) => p.where ?? []),
    );
    const met = ports.flatMap((port) => {
      const socket = seen.each.find((s) => collides(s, port));
      return socket ? [{ port, socket }] : [];
    });
    return yield* judge(fact, met, seen.each);
  },
});

interface Met {
  readonly port: NodePort;
  readonly socket: Socket;
}

/** Two cannot listen on one port of one address, and every address holds each of them. VXLAN is the kernel's: its devices share a port. */
function collides(socket: Socket, { port, protocol, local }: NodePort): boolean {
  if (socket.port !== port || socket.protocol !== protocol) return false;
  return !local || ['0.0.0.0', '::', '::1'].includes(socket.address) || socket.address.startsWith('127.');
}

function* judge(fact: FactBuilder, met: readonly Met[], all: readonly Socket[]): Asking<Fact> {
  const tables: Where[] = ['tcp', 'tcp6', 'udp', 'udp6'].map((name) => ({ path: `/proc/net/${name}` }));
  if (met.length === 0) return fact.set('taken', [], ...tables).build();
  const [owners, ...stats] = yield* together([socketOwners(), ...tunnels.map(({ path }) => stat(path))]);
  const found: { readonly met: Met; readonly by: string; readonly at: Where }[] = [];
  let open: Unknown | undefined;
  for (const one of met) {
    const at = tunnels.findIndex(({ of }) => one.port.of.startsWith(of));
    const tunnel = stats[at];
    if (tunnel?.is === 'got') continue;
    const owner = ownerOf(one.socket, all, owners);
    if (owner.is === 'unknown') {
      // No part of K3s has another account than root.
      if (one.socket.uid === 0 || one.port.of === 'the API server') open ??= owner;
      else found.push({ met: one, by: `a program of the account with uid ${one.socket.uid}`, at: one.socket.at });
    } else if (owner.names.length === 0 && tunnel?.is === 'blocked' && at === 1) open ??= unknown(tunnel, tunnels[1].path);
    else if (!isOwn(owner, one.port)) found.push({ met: one, by: nameOf(owner), at: owner.at });
  }
  if (found.length === 0 && open) return fact.gap('taken', open).build();
  const places = found.map(({ met: { port, socket }, at }): Where[] => [socket.at, at, ...(port.where ? [port.where] : [])]);
  fact.set('taken', found.map(elementOf), ...(found.length > 0 ? places.flat() : met.map(({ socket }) => socket.at)));
  for (const [at, place] of places.entries()) fact.at(['taken', String(at)], ...place);
  return fact.build();
}

/** K3s' own processes; containerd and the forwarder of a K3s without root bear other names. VXLAN of the kernel is shared by all its devices. */
function isOwn({ names }: Owner, { of }: NodePort): boolean {
  if (names.length === 0) return of.startsWith('VXLAN');
  return names.some((n) => /^k3s/.test(n) || (n === 'containerd' && of === 'containerd') || (/^(?:exe|rootlesskit)$/.test(n) && of === 'the API server'));
}

const nameOf = ({ names, pid }: Owner): string => (names.length === 0 ? 'the kernel' : `${names.join(', ')} (process ${pid})`);

const elementOf = ({ met: { port }, by }: { readonly met: Met; readonly by: string }): Json => ({
  port: `${port.port}/${port.protocol}`,
  number: port.port,
  of: port.of,
  by,
});
