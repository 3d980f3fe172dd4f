/** DOCKER_HOST as the docker client library reads it, which k3d uses. */

export interface DockerHost {
  readonly wellFormed: boolean;
  /** What is wrong with it, when it is not well formed. */
  readonly reason?: string;
  readonly scheme?: string;
  readonly user?: string;
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
}

/**
 * Takes apart a DOCKER_HOST value. Follows docker/cli:opts/hosts.go (a value
 * without a scheme is a TCP address) and cli/connhelper/ssh (user, host and
 * port; no password, query or fragment). A unix path must be absolute.
 */
export function parseDockerHost(value: string): DockerHost {
  const bad = (reason: string, rest: Omit<DockerHost, 'wellFormed' | 'reason'> = {}): DockerHost => ({ wellFormed: false, reason, ...rest });
  const text = value.trim();
  const cut = text.indexOf('://');
  if (text.includes('$')) return bad('it holds a $ that nothing has expanded');
  if (cut < 0)
    return bad(
      text.startsWith('/') ? 'it has no scheme: a plain path is taken for a TCP address, write unix://' : 'it has no scheme: it is taken for a TCP address',
    );
  const scheme = text.slice(0, cut);
  const rest = text.slice(cut + 3);
  if (scheme === 'unix' || scheme === 'npipe' || scheme === 'fd') return unixHost(scheme, rest, bad);
  if (scheme === 'ssh' || scheme === 'tcp' || scheme === 'http' || scheme === 'https') return networkHost(scheme, rest, bad);
  return bad(`${scheme} is not a scheme that the docker client knows`, { scheme });
}

type Bad = (reason: string, rest?: Omit<DockerHost, 'wellFormed' | 'reason'>) => DockerHost;

function unixHost(scheme: string, path: string, bad: Bad): DockerHost {
  if (scheme !== 'unix') return { wellFormed: true, scheme, path };
  if (path === '') return bad('it names no socket', { scheme });
  if (path.includes('://')) return bad('it has two schemes', { scheme });
  if (!path.startsWith('/')) return bad('the path is relative: unix:// and an absolute path make three slashes', { scheme, path });
  if (path === '/podman/podman.sock') return bad('XDG_RUNTIME_DIR was empty when this was set, so the path lacks /run/user/UID', { scheme, path });
  return { wellFormed: true, scheme, path };
}

function networkHost(scheme: string, rest: string, bad: Bad): DockerHost {
  const m = /^(?:([^@/?#]*)@)?(\[[^\]/]*\]|[^:/?#@]*)(?::([^/?#]*))?(\/[^?#]*)?([?#].*)?$/s.exec(rest);
  if (!m) return bad('it is not a URL', { scheme });
  const [, user, host = '', port, path, tail] = m;
  if (host === '' || host === '[]') return bad('it names no host', { scheme });
  if (user?.includes(':')) return bad('it holds a password, which the docker client refuses', { scheme, host });
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) > 65535))
    return bad(`${port === '' ? 'the port is empty' : 'the port is not a number up to 65535'}`, { scheme, host });
  if (tail !== undefined) return bad('it holds a query or a fragment, which the docker client refuses', { scheme, host });
  return {
    wellFormed: true,
    scheme,
    host: host.replace(/^\[|\]$/g, ''),
    ...(user ? { user } : {}),
    ...(port !== undefined ? { port: Number(port) } : {}),
    ...(path !== undefined && path !== '/' ? { path } : {}),
  };
}

/** Whether two host names mean the local machine alike: localhost, 127.0.0.0/8 and ::1. */
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host);
