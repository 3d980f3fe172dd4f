/** Whether firewalld's permanent configuration keeps a TCP port closed: firewalld.zone(5), firewalld.conf(5). */

import { type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Touches } from '../source.ts';

const wants = '/etc/systemd/system/multi-user.target.wants';
/** Firewalls whose rules are not read here. */
const others = ['nftables.service', 'iptables.service', 'ufw.service', 'SuSEfirewall2.service'] as const;
const configPath = '/etc/firewalld/firewalld.conf';
const zoneDirectories = ['/etc/firewalld/zones', '/usr/lib/firewalld/zones'] as const;

export const firewallTouches: Touches = [
  ...['firewalld.service', ...others].map((u) => ({ do: 'stat' as const, path: `${wants}/${u}` })),
  { do: 'read', path: configPath },
  { do: 'list', path: zoneDirectories[0] },
  ...zoneDirectories.map((d) => ({ do: 'read' as const, path: `${d}/*` })),
];

export type Closed = { readonly is: 'known'; readonly closed: boolean; readonly where: readonly Where[] } | Unknown;

/** Looks at the default zone and at every zone that the administrator has written. `service` is the name of a firewalld service for the port. */
export function* portClosed(port: number, service: string): Asking<Closed> {
  const [enabled, config, zones, ...other] = yield* together([
    stat(`${wants}/firewalld.service`),
    read(configPath),
    list(zoneDirectories[0]),
    ...others.map((u) => stat(`${wants}/${u}`)),
  ]);
  const wanted = { path: `${wants}/firewalld.service` };
  if (enabled.is === 'blocked') return unknown(enabled, wanted.path);
  if (enabled.is === 'absent') {
    const at = other.findIndex((a) => a.is !== 'absent');
    if (at < 0) return { is: 'known', closed: false, where: [{ ...wanted, said: 'no firewall is enabled' }] };
    return { is: 'unknown', why: 'unsupported', said: `${others[at]} is enabled, and its rules are not read`, where: [{ path: `${wants}/${others[at]}` }] };
  }
  if (config.is === 'blocked') return unknown(config, configPath);
  if (zones.is === 'blocked') return unknown(zones, zoneDirectories[0]);
  const zone = (config.is === 'got' && /^[ \t]*DefaultZone[ \t]*=[ \t]*(\S+)/m.exec(config.value)?.[1]) || 'public';
  const own = zones.is === 'got' ? zones.value.filter((n) => n.endsWith('.xml')) : [];
  const paths = [...own.map((n) => `${zoneDirectories[0]}/${n}`), ...(own.includes(`${zone}.xml`) ? [] : [`${zoneDirectories[1]}/${zone}.xml`])];
  const texts = yield* together(paths.map((p) => read(p)));
  for (const [at, text] of texts.entries()) {
    const path = paths[at] as string;
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'absent') return { is: 'unknown', why: 'failed', said: `the zone ${zone} of firewalld is nowhere defined`, where: [{ path }] };
    const open = opening(text.value, port, service);
    if (open) return { is: 'known', closed: false, where: [{ path, line: open.line, said: open.said }] };
  }
  return { is: 'known', closed: true, where: [wanted, ...paths.map((path) => ({ path, said: `does not open port ${port}` }))] };
}

/** The line of a zone that lets the port in. A rich rule with the port counts: whom it lets in is not judged. */
function opening(xml: string, port: number, service: string): { line: number; said: string } | undefined {
  for (const [index, line] of xml.split('\n').entries()) {
    if (/<zone\b[^>]*\btarget="ACCEPT"/.test(line)) return { line: index + 1, said: 'the zone accepts everything' };
    if (new RegExp(`<service\\b[^>]*\\bname="${service}`).test(line)) return { line: index + 1, said: `opens the service ${service}` };
    for (const m of line.matchAll(/<port\b[^>]*\bport="(\d{1,5})(?:-(\d{1,5}))?"/g)) {
      if (port >= Number(m[1]) && port <= Number(m[2] ?? m[1])) return { line: index + 1, said: `opens port ${port}` };
    }
  }
  return undefined;
}
