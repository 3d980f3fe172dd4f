/** Ports that are published on every address of the host. Pure. */
import { lookup } from '../containers/lookup.ts';
import type { Known, Unknown } from '../fact.ts';
import type { Flag } from '../podman/podman-flags.ts';
import type { Finding } from './quadlet-isolation.ts';

/**
 * `[[IP:][HOST]:]CONTAINER[/PROTOCOL]` without an address, or with 0.0.0.0 or [::], as `8080/tcp`. Without an address Podman 6
 * takes network.default_host_ips; before, and when that is unset, it is every address (podman-run(1) --publish).
 */
export function openPorts(flags: readonly Flag[], conf: Known | Unknown): Finding[] | Unknown {
  const usual = conf.is === 'known' ? lookup(conf, 'network', 'default_host_ips') : undefined;
  const all = flags.filter((f) => isEvery(addressOf(f.value)));
  const bare = flags.filter((f) => addressOf(f.value) === '');
  if (bare.length > 0 && all.length === 0) {
    if (conf.is === 'unknown') return conf;
    if (usual?.gap) return usual.gap;
  }
  const addresses = Array.isArray(usual?.value) ? usual.value.map(String) : [];
  const kept = addresses.length > 0 && !addresses.some(isEvery) ? [] : bare;
  return [...all, ...kept].map((f) => ({ said: portOf(f.value), where: { ...f.where, said: `publishes ${f.value}` } }));
}

/** Ports in the form `podman ps` prints them: `0.0.0.0:8080->80/tcp, …`. */
export function openPortsIn(text: string): string[] {
  return text.split(', ').flatMap((one) => {
    const found = /^(.*):(\d+(?:-\d+)?)->\S*?(?:\/([a-z]+))?$/.exec(one.trim());
    return found && isEvery(found[1] ?? '') ? [`${found[2]}/${found[3] ?? 'tcp'}`] : [];
  });
}

const isEvery = (address: string): boolean => /^(0\.0\.0\.0|::|\[::\])$/.test(address);

function addressOf(value: string): string {
  const v6 = /^\[([^\]]*)\]:/.exec(value);
  if (v6) return v6[1] ?? '';
  const parts = value.split(':');
  return parts.length >= 3 ? parts.slice(0, -2).join(':') : '';
}

/** Without a host port Podman takes a free one: `*`. */
function portOf(value: string): string {
  const [ports = '', protocol = 'tcp'] = value.trim().split('/');
  const parts = ports.replace(/^\[[^\]]*\]:/, 'x:').split(':');
  const host = parts.length > 1 ? parts.at(-2) : '';
  return `${host === '' || host === 'x' || host === undefined ? '*' : host}/${protocol.toLowerCase()}`;
}
