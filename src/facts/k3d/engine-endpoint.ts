/** Which engine the docker client library inside k3d would talk to, given the environment. */

import { type Account, type Asking, read } from '../ask.ts';
import type { SessionVariables } from '../environment/session.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { type DockerHost, parseDockerHost } from './docker-host.ts';

export const defaultSocket = '/var/run/docker.sock';

/** The endpoint: taken from DOCKER_HOST, from a docker context, or the default socket. */
export interface Endpoint {
  readonly by: 'DOCKER_HOST' | 'context' | 'default';
  /** Name of the context, when one decides. */
  readonly context?: string;
  /** Absent for a context: its endpoint is docker's own business. */
  readonly address?: DockerHost;
  readonly where: readonly Where[];
}

/**
 * Follows docker/cli:cli/command/cli.go (resolveContextName): DOCKER_HOST, then
 * DOCKER_CONTEXT, then currentContext of ~/.docker/config.json, then the default.
 */
export const learnEndpoint = source([{ do: 'read', path: '~/.docker/config.json' }], followEndpoint);

function* followEndpoint(variables: SessionVariables, as: Account): Asking<Endpoint | Unknown> {
  const host = variables.get('DOCKER_HOST');
  if (host?.gap) return host.gap;
  if (host?.value !== undefined) return { by: 'DOCKER_HOST', address: parseDockerHost(host.value), where: host.where };
  const chosen = variables.get('DOCKER_CONTEXT');
  if (chosen?.gap) return chosen.gap;
  if (chosen?.value !== undefined) return contextEndpoint(chosen.value, chosen.where);
  const path = `${as.home}/.docker/config.json`;
  const config = yield* read(path);
  if (config.is === 'blocked') return unknown(config, path);
  if (config.is === 'absent') return contextEndpoint('default', [...(host?.where ?? []), { path }]);
  const name = currentContext(config.value);
  if (name === undefined) return unparsable(`${path} is not a JSON object, so its currentContext cannot be told`, { path });
  return contextEndpoint(name === '' ? 'default' : name, [{ path, said: name === '' ? 'no currentContext' : `currentContext is ${name}` }]);
}

function contextEndpoint(name: string, where: readonly Where[]): Endpoint {
  if (name === 'default') return { by: 'default', address: { wellFormed: true, scheme: 'unix', path: defaultSocket }, where };
  return { by: 'context', context: name, where };
}

function currentContext(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    const name: unknown = Object.hasOwn(value, 'currentContext') ? (value as { currentContext: unknown }).currentContext : '';
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
