/** Whether the firewall of a host keeps a TCP port closed, from what is enabled and its permanent configuration. */

import { type Asking, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { admits } from './admits.ts';
import { firewalld } from './firewalld.ts';

const wants = '/etc/systemd/system/multi-user.target.wants';
const wanted = `${wants}/firewalld.service`;
/** A link to /dev/null: `systemctl mask`. */
const mask = '/etc/systemd/system/firewalld.service';
/** Firewalls whose rules are not read here. */
const others = ['nftables.service', 'iptables.service', 'ufw.service', 'SuSEfirewall2.service'] as const;

export type Closed = { readonly is: 'known'; readonly closed: boolean; readonly where: readonly Where[] } | Unknown;

const touches: Touches = [...[wanted, mask, ...others.map((u) => `${wants}/${u}`)].map((path) => ({ do: 'stat' as const, path })), firewalld];

/** Asks systemd's links first, then firewalld's files. */
export const portClosed = source(touches, seePort);

function* seePort(port: number): Asking<Closed> {
  const [enabled, masked, ...other] = yield* together([stat(wanted), stat(mask), ...others.map((u) => stat(`${wants}/${u}`))]);
  if (enabled?.is === 'blocked') return unknown(enabled, wanted);
  if (masked?.is === 'blocked') return unknown(masked, mask);
  const off = enabled?.is !== 'got' ? { path: wanted } : masked?.is === 'got' && isMask(masked.value) ? { path: mask } : undefined;
  if (off) {
    const at = other.findIndex((a) => a.is !== 'absent');
    if (at < 0)
      return { is: 'known', closed: false, where: [{ ...off, said: off.path === mask ? 'masked: no firewall is started' : 'no firewall is enabled' }] };
    return { is: 'unknown', why: 'unsupported', said: `${others[at]} is enabled, and its rules are not read`, where: [{ path: `${wants}/${others[at]}` }] };
  }
  const config = yield* firewalld();
  if (config.is === 'unknown') return config;
  const admission = admits(config, port);
  if (admission.is === 'unknown') return admission;
  return { is: 'known', closed: admission.is === 'closed', where: [...(admission.is === 'closed' ? [{ path: wanted }] : []), ...admission.where] };
}

const isMask = (link: Stat): boolean => link.target === '/dev/null';
