/** Who holds the sockets on which a running host waits: ss(8), which shows the processes of others to root alone. */
import { type Asking, run } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';
import type { Socket } from './sockets.ts';

export const ownersArgv = ['ss', '-Hltnup'];

interface Held {
  readonly protocol: string;
  readonly port: number;
  readonly address: string;
  /** `kubelet` with its process id; none of a socket of the kernel, and of one whose process is hidden. */
  readonly processes: readonly { readonly name: string; readonly pid: string }[];
  readonly at: Where;
}

export type Owners = { readonly is: 'known'; readonly each: readonly Held[] } | Unknown;

export const socketOwners = source([{ do: 'run', argv: ownersArgv }], readOwners);

function* readOwners(): Asking<Owners> {
  const path = commandPlace(ownersArgv);
  const answer = yield* run(ownersArgv);
  if (answer.is === 'blocked') return unknown(answer, path);
  if (answer.is === 'absent' || answer.value.exit !== 0)
    return { is: 'unknown', why: 'failed', said: 'ss, which shows who holds a port, is not there or refuses; install iproute2', where: [{ path }] };
  return { is: 'known', each: answer.value.stdout.split('\n').flatMap((line, index) => heldIn(line, { path, line: index + 1 })) };
}

/** `tcp LISTEN 0 4096 127.0.0.1:10248 0.0.0.0:* users:(("k3s-server",pid=812,fd=12))`; an address may bear its interface. */
function heldIn(line: string, at: Where): Held[] {
  const [, protocol, host = '', port] = /^(tcp|udp)\s+\S+\s+\d+\s+\d+\s+(\S+):(\d+)\s/.exec(`${line} `) ?? [];
  if (protocol === undefined || port === undefined) return [];
  const address = host.replace(/%[^\]]*/, '').replace(/^\[|\]$/g, '');
  const processes = [...line.matchAll(/\("((?:[^"\\]|\\.)*)",pid=(\d+),fd=\d+\)/g)].map(([, name = '', pid = '']) => ({ name, pid }));
  return [{ protocol, port: Number(port), address: address === '*' ? '::' : address.replace(/^::ffff:/, ''), processes, at }];
}

/** Whose a socket is: processes; none where it is the kernel's own. */
export interface Owner {
  readonly is: 'owner';
  readonly names: readonly string[];
  readonly pid?: string;
  readonly at: Where;
}

/** Who holds one of the sockets of the host. */
export function ownerOf(socket: Socket, all: readonly Socket[], owners: Owners): Owner | Unknown {
  if (owners.is === 'unknown') return owners;
  const held = heldOf(socket, owners.each);
  const [first] = held?.processes ?? [];
  if (held && first) return { is: 'owner', names: [...new Set(held.processes.map((p) => p.name))], pid: first.pid, at: held.at };
  // Whoever is shown a process of root is shown all of them: then a socket without one is the kernel's.
  const seesAll = all.some((s) => s.uid === 0 && (heldOf(s, owners.each)?.processes.length ?? 0) > 0);
  if (held && seesAll) return { is: 'owner', names: [], at: held.at };
  const said = `who holds port ${socket.port}/${socket.protocol} is shown to root alone (ss -ltnup)`;
  return { is: 'unknown', why: 'denied', said, where: [held?.at ?? socket.at] };
}

function heldOf(socket: Socket, each: readonly Held[]): Held | undefined {
  const same = each.filter((o) => o.protocol === socket.protocol && o.port === socket.port);
  return same.find((o) => o.address === socket.address) ?? (same.length === 1 ? same[0] : undefined);
}
