/** Whether DOCKER_SOCK names, on the engine's own host, the socket that DOCKER_HOST leads to. */
import type { Answer, Stat } from '../ask.ts';
import { parseDockerHost } from './docker-host.ts';
import { defaultSocket } from './engine-endpoint.ts';

export interface SocketQuestion {
  /** DOCKER_SOCK and DOCKER_HOST; undefined when unset. */
  readonly sock: string | undefined;
  readonly host: string | undefined;
  /** What /var/run/docker.sock is on this host. */
  readonly docker: Answer<Stat>;
  /** The engine runs in a machine: a local socket only forwards to it. */
  readonly mac: boolean;
  /** A root directory or image: nothing of /run is there. */
  readonly offline: boolean;
  readonly uid: number;
}

export type SocketAnswer = { readonly fits: true } | { readonly fits: false | 'unknown'; readonly reason: string };

const no = (reason: string): SocketAnswer => ({ fits: false, reason });
const open = (reason: string): SocketAnswer => ({ fits: 'unknown', reason });

/** k3d bind-mounts the path into its tools node, so the engine's host resolves it (k3d pkg/client/tools.go). */
export function socketRelation(q: SocketQuestion): SocketAnswer {
  if (q.sock !== undefined) {
    if (/^[a-z]+:\/\//i.test(q.sock)) return no(`${q.sock} has a scheme: a plain path is needed`);
    if (!q.sock.startsWith('/')) return no(`${q.sock} is not an absolute path`);
    if (/[$`]/.test(q.sock)) return no(`${q.sock} holds a $ that nothing expands`);
    if (/^\/(?:var\/folders|private|Users)\//.test(q.sock)) return no(`${q.sock} is a path on the Mac, which the machine does not have`);
  }
  const host = q.host === undefined ? undefined : parseDockerHost(q.host);
  if (host && !host.wellFormed) return open('DOCKER_HOST is not well formed, so its socket is not known');
  if (host?.scheme === 'ssh') return overSsh(q.sock, host.user, host.path);
  if (q.mac) return q.sock === undefined ? open("what the machine's own /var/run/docker.sock leads to is not seen from here") : inMachine(q.sock);
  if (host && host.scheme !== 'unix') return open(`the engine is reached over ${host.scheme}, so its socket is not seen from here`);
  return onThisHost(q, host?.path ?? defaultSocket);
}

const plain = (path: string): string => path.replace(/^\/var\/run\//, '/run/').replace(/\/{2,}/g, '/');
const dockerLink = '/run/docker.sock';
const rootful = '/run/podman/podman.sock';
const rootless = /^\/run\/user\/\d+\/podman\/podman\.sock$/;

function inMachine(sock: string): SocketAnswer {
  const path = plain(sock);
  return path === rootful || path === dockerLink || rootless.test(path) ? { fits: true } : no(`${sock} is not where Podman listens inside a machine`);
}

function overSsh(sock: string | undefined, user: string | undefined, path: string | undefined): SocketAnswer {
  if (sock === undefined) return open("what the remote host's own /var/run/docker.sock leads to is not seen from here");
  const wanted = path === undefined ? undefined : plain(path);
  if (wanted !== undefined) return plain(sock) === wanted ? { fits: true } : no(`DOCKER_HOST names the socket ${path}, DOCKER_SOCK ${sock}`);
  const given = plain(sock);
  if (given === dockerLink) return { fits: true };
  if (user === undefined) return inMachine(sock);
  if (user === 'root') return given === rootful ? { fits: true } : no(`root's Podman listens on ${rootful}, DOCKER_SOCK is ${sock}`);
  return rootless.test(given) ? { fits: true } : no(`the Podman of ${user} listens on /run/user/UID/podman/podman.sock, DOCKER_SOCK is ${sock}`);
}

function onThisHost(q: SocketQuestion, engine: string): SocketAnswer {
  const sock = q.sock ?? defaultSocket;
  if (plain(sock) === plain(engine)) return { fits: true };
  const viaLink = plain(sock) === dockerLink || plain(engine) === dockerLink;
  if (!viaLink) return no(`DOCKER_HOST leads to ${engine}, DOCKER_SOCK is ${sock}`);
  if (q.offline) return open(`what ${defaultSocket} leads to is decided when the host runs`);
  if (q.docker.is === 'blocked') return open(`${defaultSocket} cannot be seen`);
  if (q.docker.is === 'absent') return no(`${defaultSocket} is not there, and k3d would mount it`);
  const real = q.docker.value.real;
  if (real === undefined) return no(`${defaultSocket} is no link to ${plain(sock) === dockerLink ? engine : sock}`);
  if (real.is === 'blocked') return open(`where ${defaultSocket} leads cannot be seen`);
  const end = real.is === 'got' ? plain(real.value.path) : plain(q.docker.value.target ?? '');
  const other = plain(sock) === dockerLink ? plain(engine) : plain(sock);
  return end === other ? { fits: true } : no(`${defaultSocket} leads to ${end}, not to ${other}`);
}
