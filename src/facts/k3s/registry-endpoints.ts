/**
 * Where K3s' containerd pulls from by registries.yaml: each endpoint with its scheme, and whether certificates are checked
 * (k3s-io/k3s:pkg/agent/containerd/config.go getHostConfigs, normalizeEndpointAddress).
 */
import { entry, type Place, plain, type TextNode } from '../text/node.ts';

/** An endpoint over which images can be changed on their way. */
export interface Insecure {
  readonly registry: string;
  readonly endpoint: string;
  readonly how: 'http' | 'unverified';
  /** The key of registries.yaml that says so, as a path. */
  readonly key: string;
  /** The endpoint by HTTPS. */
  readonly secure: string;
  readonly at: Place;
}

const entriesOf = (node: TextNode | undefined) => (node?.is === 'map' ? node.entries : []);

/** The endpoints of mirrors that are plain HTTP, and the registries whose certificate is not checked; those on this host excepted. */
export function insecureIn(root: TextNode): Insecure[] {
  const plainHttp = entriesOf(entry(root, 'mirrors')?.value).flatMap(({ key: registry, value }) => {
    const list = entry(value, 'endpoint')?.value;
    const items = list?.is === 'list' ? list.items : [];
    return items.flatMap((item, nth): Insecure[] => {
      const endpoint = item.is === 'scalar' ? String(item.value) : '';
      const key = `mirrors.${JSON.stringify(registry)}.endpoint.${nth}`;
      const secure = endpoint.replace(/^http:/i, 'https:');
      return schemeOf(endpoint) === 'http' && !isLoopback(hostOf(endpoint))
        ? [{ registry: named(registry), endpoint, how: 'http', key, secure, at: item.at }]
        : [];
    });
  });
  const unverified = entriesOf(entry(root, 'configs')?.value).flatMap(({ key: registry, value }): Insecure[] => {
    const skip = entry(entry(value, 'tls')?.value, 'insecure_skip_verify');
    const key = `configs.${JSON.stringify(registry)}.tls.insecure_skip_verify`;
    return skip && plain(skip.value) === true && !isLoopback(hostOf(registry))
      ? [{ registry: named(registry), endpoint: registry, how: 'unverified', key, secure: registry, at: skip.at }]
      : [];
  });
  return [...plainHttp, ...unverified];
}

/** The scheme that is used: the one written, else HTTP for a port of this host other than 443, else HTTPS. */
export function schemeOf(endpoint: string): string {
  const written = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(endpoint)?.[1];
  if (written) return written.toLowerCase();
  const host = hostOf(endpoint);
  const port = portOf(host);
  return isLoopback(host) && port !== '' && port !== '443' ? 'http' : 'https';
}

/** Host and port of an address, without a scheme, a user and a path. */
const hostOf = (endpoint: string): string =>
  endpoint
    .replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, '')
    .replace(/[/?#].*$/, '')
    .replace(/^.*@/, '');

const portOf = (host: string): string => /:(\d+)$/.exec(host.replace(/^\[[^\]]*\]/, ''))?.[1] ?? '';

/** Whether it is this host itself: localhost, or a loopback address. */
export function isLoopback(host: string): boolean {
  const name = /^\[([^\]]*)\]/.exec(host)?.[1] ?? (host === '::1' ? host : host.replace(/:\d+$/, ''));
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** A star stands for whatever has no entry of its own. */
const named = (registry: string): string => (registry === '*' ? 'all other registries' : registry);
