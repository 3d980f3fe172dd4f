/** Who answers on a local socket that should carry Podman's or Docker's API. */

import { type Answer, type Asking, get, type Stat, stat, together } from '../ask.ts';
import { socketPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';

export type Answering =
  | { readonly is: 'answers'; readonly who: 'podman' | 'docker' | 'other'; readonly version?: string; readonly versionAt: Where; readonly where: Where }
  /** Connecting is refused: a socket file that no program listens on. */
  | { readonly is: 'nobody'; readonly where: Where }
  /** Nothing runs on this target. */
  | { readonly is: 'offline' }
  | Unknown;

/** A unit may name any path; only what lies where sockets belong is connected to. */
export const mayLookAt = (path: string): boolean => /^\/(run|var)\//.test(path) && !path.includes('/../');

/** Where the API sockets of Podman and Docker lie unless somebody moved them. */
const usualSockets = ['/run/podman/podman.sock', '/run/user/{uid}/podman/podman.sock', '/run/docker.sock', '/var/run/docker.sock'] as const;

/** A path, and the directories above it. */
function withParents(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 2).join('/'));
}

/** Paths that lead to others where /var/run is the link that it is since long, and docker.sock one to Podman's. */
const elsewhere = (path: string): { readonly unasked?: string } =>
  /^\/var(?:\/|$)|docker\.sock$/.test(path) ? { unasked: 'it is tried where a link leads from there' } : {};

const asked = ['/_ping', '/version'];
const named = 'a socket that a unit, a process or a variable names';

const touches = (socket: string): Touches =>
  socket === '*'
    ? asked.flatMap((path): Pattern[] => [
        ...usualSockets.map((usual): Pattern => ({ do: 'get', socket: usual, path, ...elsewhere(usual) })),
        { do: 'get', named, path, later: true },
      ])
    : asked.map((path): Pattern => ({ do: 'get', socket, path }));

/** Looks at a socket itself, or at a directory above one. */
export const lookAtSocket = source(
  [
    ...[...new Set(usualSockets.flatMap(withParents))].map((path): Pattern => ({ do: 'stat', path, ...elsewhere(path) })),
    { do: 'stat', named: `${named}, and what lies above`, later: true },
  ],
  function* socketPath(path: string): Asking<Answer<Stat>> {
    return yield* stat(path);
  },
);

/**
 * Asks `/_ping` and `/version`. Podman is known by its `Libpod-Api-Version` or `Server: Libpod/…`
 * header (containers/podman:pkg/api/handlers/compat/ping.go). Its version is that of the component
 * "Podman Engine": the header is another number on 3.0.1, and `ApiVersion` is Docker's.
 */
export const whoAnswers = source(touches, askSocket);

function* askSocket(socket: string): Asking<Answering> {
  const [ping, version] = yield* together([get(socket, '/_ping'), get(socket, '/version')]);
  const where = { path: socketPlace(socket) };
  if (ping.is === 'absent') return { is: 'nobody', where: { ...where, said: 'nothing is there' } };
  if (ping.is === 'blocked') {
    if (ping.why === 'unsupported') return { is: 'offline' };
    if (ping.why === 'failed' && /refused|ECONNREFUSED/i.test(ping.said ?? '')) return { is: 'nobody', where: { ...where, said: 'connection refused' } };
    return unknown(ping, socketPlace(socket));
  }
  if (version.is === 'blocked' && version.why !== 'failed') return unknown(version, socketPlace(socket));
  const { headers, status } = ping.value;
  const libpod = headers['libpod-api-version'];
  const server = headers.server ?? '';
  const components = version.is === 'got' && version.value.status === 200 ? engineVersions(version.value.body) : {};
  const engine = components['Podman Engine'];
  const said = `GET /_ping: ${status}, server ${server || 'not named'}`;
  const podman = libpod !== undefined || server.startsWith('Libpod/') || engine !== undefined;
  if (podman && (server.startsWith('Docker/') || components.Engine !== undefined))
    return { is: 'unknown', why: 'ambiguous', said: `who answers on ${socket} calls itself both Podman and Docker`, where: [{ ...where, said }] };
  // A server that answers a ping with an error serves nobody, whatever its headers say.
  if (status !== 200) return { is: 'answers', who: 'other', versionAt: where, where: { ...where, said } };
  if (podman) {
    const known = engine ?? (libpod !== undefined && versionForm.test(libpod) ? libpod : undefined);
    const versionAt = { ...where, said: engine !== undefined ? 'GET /version: component "Podman Engine"' : 'GET /_ping: Libpod-Api-Version' };
    return { is: 'answers', who: 'podman', versionAt, where: { ...where, said }, ...(known === undefined ? {} : { version: known }) };
  }
  const docker = server.startsWith('Docker/') || components.Engine !== undefined;
  const known = components.Engine;
  return {
    is: 'answers',
    who: docker ? 'docker' : 'other',
    versionAt: { ...where, said: 'GET /version' },
    where: { ...where, said },
    ...(docker && known !== undefined ? { version: known } : {}),
  };
}

const versionForm = /^v?\d+(?:\.\d+)*(?:[-+~.][\w.+~-]*)?$/;

/** The versions of the components in a `/version` answer, by component name. Anything unexpected yields none. */
function engineVersions(body: string): Partial<Record<string, string>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return {};
  }
  const components = (parsed as { Components?: unknown } | null)?.Components;
  if (!Array.isArray(components)) return {};
  const named: [string, string][] = [];
  for (const part of components as { Name?: unknown; Version?: unknown }[]) {
    if (typeof part?.Name === 'string' && typeof part.Version === 'string' && versionForm.test(part.Version)) named.push([part.Name, part.Version]);
  }
  return Object.fromEntries(named);
}
