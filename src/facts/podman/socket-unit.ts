/** What podman.socket and podman.service of one manager are configured to listen on. */

import { type Account, type Asking, together } from '../ask.ts';
import { type Environment, gapOf, sureValues } from '../environment/environment.ts';
import { environmentOf } from '../environment/environment-of.ts';
import { environmentOfUnit } from '../environment/unit.ts';
import type { Unknown, Where } from '../fact.ts';
import { type Ground, inQuestion, source } from '../source.ts';
import { execCommands, execKeys } from '../systemd/exec-line.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../systemd/load.ts';
import { type Manager, managers } from '../systemd/paths.ts';
import { expander } from '../systemd/specifiers.ts';
import { sinceReset } from '../systemd/syntax.ts';
import type { ServiceCommand } from './service-processes.ts';
import { startedBy, variablePrograms } from './started-service.ts';

/** One address that a unit listens on. `unix` addresses are absolute paths, `abstract` ones have no file and no mode (unix(7)). */
export interface Listen {
  readonly type: 'unix' | 'abstract' | 'tcp' | 'vsock' | 'other';
  readonly address: string;
  readonly where: Where;
}

/** What a socket unit makes: addresses, and who may connect to those that are files. */
export interface Sockets {
  readonly listens: readonly Listen[];
  readonly mode?: { readonly value: number; readonly where: Where };
  readonly user?: { readonly value: string; readonly where: Where };
  readonly group?: { readonly value: string; readonly where: Where };
}

/** The API services that a unit's commands start. */
export interface Commands {
  readonly commands: readonly (ServiceCommand & { readonly key: string; readonly where: Where })[];
  /** A command that could not be resolved: it may start an API at any address. */
  readonly unsure?: Unknown;
}

export interface SocketUnit extends Sockets, Commands {
  /** The unit is there and not masked. */
  readonly loaded: boolean;
  /** A part that could not be read: the rest may be wrong. */
  readonly unseen?: Unknown;
  readonly consulted: readonly Where[];
}

/** `%t`: the runtime directory of the manager (systemd.unit(5) "Specifiers"). */
const runtimeDir = (as: Account): string => (as.uid === 0 ? '/run' : `/run/user/${as.uid}`);

/** Where podman-system-service(1) and the shipped podman.socket put the socket. */
export const defaultSocket = (as: Account): string => `${runtimeDir(as)}/podman/podman.sock`;

/** What {@link commandsOf} stands on for that unit of the account in question. */
export const commandsNamed = (name: string, manager: Manager): Ground => environmentOfUnit.of(name, { manager, as: inQuestion });

/** podman.socket and podman.service of an account: root's come from the system manager. */
export const socketUnit = source(
  managers.flatMap((m) => [unitNamed('podman.socket', m), unitNamed('podman.service', m), commandsNamed('podman.service', m)]),
  readSocketUnit,
);

function* readSocketUnit(as: Account): Asking<SocketUnit> {
  const manager = as.uid === 0 ? 'system' : 'user';
  const [socket, service] = yield* together([loadUnit('podman.socket', { manager, as }), loadUnit('podman.service', { manager, as })]);
  // An image has no runtime directories, so nothing in them is missed.
  const unseen = [socket, service].flatMap((u) => (u.is === 'unknown' ? [u] : u.unseen)).find((u) => u.why !== 'unsupported');
  const loaded = socket.is === 'loaded' && socket.exists && !socket.masked;
  const started: Commands = service.is === 'loaded' && !service.masked ? yield* commandsOf(service, as, () => true) : { commands: [] };
  return {
    loaded,
    ...(loaded ? socketsOf(socket, as) : { listens: [] }),
    ...started,
    ...(unseen ? { unseen } : {}),
    consulted: socket.is === 'loaded' ? socket.consulted : socket.where,
  };
}

/** What a loaded socket unit listens on. An empty Listen…= of any type resets them all (systemd.socket(5)). */
export function socketsOf(unit: LoadedUnit, as: Account): Sockets {
  const own = unit.assignments.filter((a) => a.section === 'Socket');
  const mode = own.findLast((a) => a.key === 'SocketMode' && /^0*[0-7]{1,4}$/.test(a.value));
  const user = own.findLast((a) => a.key === 'SocketUser');
  const group = own.findLast((a) => a.key === 'SocketGroup');
  const expand = expander(unit.unit, unit.manager, as);
  return {
    listens: sinceReset(own.filter((a) => a.key.startsWith('Listen')))
      .filter((a) => a.key === 'ListenStream')
      .map((a) => listen(expand(a.value), a.where)),
    ...(mode ? { mode: { value: Number.parseInt(mode.value, 8), where: mode.where } } : {}),
    ...(user && user.value !== '' ? { user: { value: expand(user.value), where: user.where } } : {}),
    ...(group && group.value !== '' ? { group: { value: expand(group.value), where: group.where } } : {}),
  };
}

/**
 * The API services that a unit's `Exec…=` lines start. A line makes it unsure where `concerns` takes it, as it stands or with
 * the variables filled in that its manager and the unit set, and where its program is a variable that could not be seen.
 */
export function* commandsOf(unit: LoadedUnit, as: Account, concerns: (line: string) => boolean): Asking<Commands> {
  const expand = expander(unit.unit, unit.manager, as);
  const own = unit.assignments.filter((a) => a.section === 'Service');
  const lines = execKeys.flatMap((key) => sinceReset(own.filter((a) => a.key === key)));
  const names = lines.flatMap((l) => [...l.value.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map((m) => m[1] as string));
  // Only a variable that is filled in makes its value matter.
  const environment: Environment | undefined =
    names.length > 0 ? yield* environmentOf({ unit: unit.asked.name, manager: unit.manager, as }, [...new Set(names)].sort()) : undefined;
  const variables = environment ? sureValues(environment) : new Map<string, string>();
  const commands: (ServiceCommand & { key: string; where: Where })[] = [];
  let unsure: Unknown | undefined;
  for (const { key, value, where } of lines) {
    for (const { words, unresolved } of execCommands(value, expand, variables)) {
      const started = startedBy(words, unresolved, variables);
      commands.push(...started.services.map((s) => ({ ...s, key, where })));
      const hidden = hiddenProgram(value, variables, environment);
      const why = started.unsure ?? hidden;
      const filled = filledIn(value, variables);
      // Beside ExecStart, what does not name Podman prepares something.
      const concerned = (concerns(value) || concerns(filled)) && (key === 'ExecStart' || filled.includes('podman'));
      if (why === undefined || !(concerned || hidden !== undefined)) continue;
      const because = unresolved.length > 0 && environment?.unseen ? ` (${environment.unseen.said})` : '';
      unsure ??= { is: 'unknown', why: 'ambiguous', said: `${unit.unit.name}: ${why}${because}`, where: [{ ...where, said: `${key}=${value}` }] };
    }
  }
  return { commands, ...(unsure ? { unsure } : {}) };
}

const filledIn = (line: string, variables: ReadonlyMap<string, string>): string =>
  line.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (whole, braced?: string, plain?: string) => variables.get(braced ?? plain ?? '') ?? whole);

/** Why it cannot be told what a line starts, where a variable that could not be seen holds the program. */
function hiddenProgram(line: string, known: ReadonlyMap<string, string>, environment: Environment | undefined): string | undefined {
  const name = variablePrograms(line).find((n) => !known.has(n) && environment && (gapOf(environment, n) !== undefined || environment.variables.has(n)));
  return name && `the value of $${name}, which is the program, is not known`;
}

/** Classifies a socket address: a path, an abstract name, a port, HOST:PORT, or vsock:CID:PORT (systemd.socket(5) ListenStream=). */
export function listen(address: string, where: Where): Listen {
  if (address.startsWith('/')) return { type: 'unix', address, where };
  if (address.startsWith('@')) return { type: 'abstract', address, where };
  if (/^vsock(?:-\w+)?:/.test(address)) return { type: 'vsock', address, where };
  return { type: /^(\d{1,5}|.*:\d{1,5})$/.test(address) ? 'tcp' : 'other', address, where };
}

/**
 * HOST:PORT of `tcp://HOST:PORT` or `tcp:HOST:PORT`, anything else as it is. Of `tcp:/…` and `tcp:///…` Podman takes no
 * host, and listens on all addresses (containers/podman:cmd/podman/system/service_abi.go; tried with 4.3.1).
 */
const listensAt = (address: string): string => /^tcp:(?:\/\/)?([^/]*)/.exec(address)?.[1] ?? address;

/** Whether a TCP or vsock address can be reached from this host alone. Virtual machines reach every CID but 1 (vsock(7) VMADDR_CID_LOCAL). */
export function isLoopback(address: string): boolean {
  if (/^vsock(?:-\w+)?:/.test(address)) return /^vsock(?:-\w+)?:1:/.test(address);
  const host = listensAt(address)
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
