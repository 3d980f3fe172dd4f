/** How systemd looks after the service of a Quadlet file: limits, restart, start time-out. Pure. */
import type { Where } from '../fact.ts';
import { type Flag, flagsNamed, lastFlag } from '../podman/podman-flags.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { timeSpan } from '../systemd/time-span.ts';
import { splitWords } from '../systemd/words.ts';
import { shortened } from '../text/shortened.ts';
import type { Finding } from './quadlet-isolation.ts';
import { lastOf } from './quadlet-text.ts';

/** [Service] of the file and of the drop-ins for the generated unit, in order. */
export type Service = readonly Assignment[];

/** The last value of a key; an empty one unsets it. */
function setting(service: Service, key: string): { value: string; where: Where } | undefined {
  const found = service.findLast((a) => a.section === 'Service' && a.key === key);
  const value = lastOf(service, 'Service', key) ?? '';
  return found && value !== '' ? { value, where: found.where } : undefined;
}

export interface Limits {
  /** `split` unless CgroupsMode= or --cgroups says otherwise. */
  readonly cgroups: { readonly value: string; readonly where?: Where };
  /** Limits that reach the container. */
  readonly effective: readonly Finding[];
  /** Limits of the service that do not reach the container. */
  readonly lost: readonly Finding[];
}

/**
 * Limits of the container, and those of the service. The payload of `enabled` and `no-conmon` lies in
 * machine.slice, out of the service's reach (tried with Podman 5.4.2).
 */
export function limitsOf(flags: readonly Flag[], service: Service): Limits {
  const mode = lastFlag(flags, 'cgroups');
  const own = flagsNamed(flags, 'memory', 'cpus', 'cpu-quota', 'pids-limit').filter((f) => !/^(0|-1|)$/.test(f.value));
  const idle = setting(service, 'CPUWeight');
  const units = ['MemoryMax', 'MemoryHigh', 'CPUQuota', 'TasksMax'].flatMap((key) => {
    const found = setting(service, key);
    return found && found.value !== 'infinity' ? [{ said: `${key}=${found.value}`, where: found.where }] : [];
  });
  // With the lowest weight there is it runs only where nothing else wants to (systemd.resource-control(5)).
  if (idle?.value === 'idle') units.push({ said: 'CPUWeight=idle', where: idle.where });
  const cgroups = mode?.value ?? 'split';
  const reaches = cgroups !== 'enabled' && cgroups !== 'no-conmon';
  return {
    cgroups: { value: cgroups, ...(mode ? { where: mode.where } : {}) },
    effective: [...(cgroups === 'disabled' ? [] : own.map((f) => ({ said: `${f.name} ${f.value}`, where: f.where }))), ...(reaches ? units : [])],
    lost: reaches || own.length > 0 ? [] : units,
  };
}

export interface Restart {
  readonly policy: { readonly value: string; readonly where?: Where };
  readonly oneshot: boolean;
  /** A health check of the unit. That of the image is not seen. */
  readonly health?: Flag;
  /** HealthOnFailure=kill leaves the container dead without a restart. */
  readonly kills?: Flag;
}

/** The generator sets Restart=on-failure for a pod and nothing for the others. */
export function restartOf(ending: string, flags: readonly Flag[], service: Service): Restart {
  const set = setting(service, 'Restart');
  const health = lastFlag(flags, 'health-cmd');
  const onFailure = lastFlag(flags, 'health-on-failure');
  const policy = set ?? { value: ending === 'pod' ? 'on-failure' : 'no' };
  const kills = onFailure && onFailure.value === 'kill' && !/^(always|on-failure|on-abnormal|on-abort)$/.test(policy.value) ? onFailure : undefined;
  return {
    policy,
    oneshot: setting(service, 'Type')?.value === 'oneshot',
    ...(health && health.value !== '' && health.value !== 'none' ? { health } : {}),
    ...(kills ? { kills } : {}),
  };
}

export interface StartTimeout {
  readonly seconds: number;
  readonly unlimited: boolean;
  readonly where?: Where;
}

/** TimeoutStartSec= or TimeoutSec=, else systemd's 90 s; a oneshot service has none. 0 and `infinity` are no limit. */
export function startTimeoutOf(service: Service): StartTimeout | { readonly problem: string; readonly where: Where } {
  const last = service.findLast((a) => a.section === 'Service' && (a.key === 'TimeoutStartSec' || a.key === 'TimeoutSec') && a.value !== '');
  const type = setting(service, 'Type');
  if (!last) return type?.value === 'oneshot' ? { seconds: 0, unlimited: true, where: type.where } : { seconds: 90, unlimited: false };
  const seconds = timeSpan(last.value);
  if (seconds === undefined) return { problem: `${last.key}=${shortened(last.value, 40)} is not a time span, so systemd passes over it`, where: last.where };
  const unlimited = seconds === 0 || seconds === Number.POSITIVE_INFINITY;
  return { seconds: unlimited ? 0 : seconds, unlimited, where: last.where };
}

/** Variables that are set to a text of some length, be it a secret: not to nothing, another variable, a yes or no, or a small number. Values never leave this place. */
export function literalVariables(flags: readonly Flag[], service: Service): Finding[] {
  const inService = service
    .filter((a) => a.section === 'Service' && a.key === 'Environment')
    .flatMap((a) => splitWords(a.value, true).words.map((text) => ({ value: text, where: a.where })));
  return [...flagsNamed(flags, 'env'), ...inService].flatMap(({ value, where }) => {
    const equals = value.indexOf('=');
    const literal = equals < 0 ? '' : value.slice(equals + 1).replace(/^["']|["']$/g, '');
    return literal === '' || /^(?:\$\{\w+\}|\$\w+)+$/.test(literal) || /^(true|false|yes|no|\d{1,4})$/i.test(literal)
      ? []
      : [{ said: value.slice(0, equals), where }];
  });
}
