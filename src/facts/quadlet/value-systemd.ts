/**
 * What systemd refuses of a service that the generator makes, or passes over in it (systemd/systemd:src/shared/specifier.c,
 * src/core/unit-printf.c, src/core/service.c service_verify, src/core/load-fragment.c; tried with systemd 252).
 */

import type { Assignment } from '../systemd/syntax.ts';
import { timeSpan } from '../systemd/time-span.ts';

/** Letters and digits after % that no release of systemd fills in: the line is an error. Before anything else % stays as it is. */
export const unknownSpecifiers = /(?<!%)(?:%%)*%([ekxzFKOQXZ0-9])/;

/** Letters that only the running host tells, or the instance of a template. */
export const laterSpecifiers = /%[aAbBcdDEfgGhHiIjJlLmMnNopPqrRsStTuUvVwWyYC]/;

/** Names of units (systemd/systemd:src/basic/unit-name.h VALID_CHARS). */
export const unitNameProblem = (name: string): string | undefined =>
  /^[a-zA-Z0-9:_.\\@-]+$/.test(name) && name.length <= 255 ? undefined : `${name} is not a name of a unit; letters, digits and :_.\\@- are allowed`;

const restarts = /^(?:no|always|on-(?:success|failure|abnormal|abort|watchdog))$/;
const bytes = /^(?:infinity|\d+(?:\.\d+)?%|[1-9]\d*(?:\.\d+)?[BKMGTPE]?|0\.\d+[BKMGTPE])$/;
const count = /^(?:infinity|\d+(?:\.\d+)?%|[1-9]\d*)$/;

/** Keys of [Service] whose other values systemd passes over: the setting is not made. */
const forms: Readonly<Record<string, readonly [(value: string) => boolean, string]>> = {
  Restart: [(v) => restarts.test(v), 'it takes no, always, on-success, on-failure, on-abnormal, on-abort and on-watchdog'],
  RestartSec: [(v) => timeSpan(v) !== undefined, 'it is not a time span'],
  TimeoutStopSec: [(v) => timeSpan(v) !== undefined, 'it is not a time span'],
  MemoryMax: [(v) => bytes.test(v), 'a size such as 512M, a percentage or infinity is needed'],
  MemoryHigh: [(v) => bytes.test(v), 'a size such as 512M, a percentage or infinity is needed'],
  TasksMax: [(v) => count.test(v), 'a number, a percentage or infinity is needed'],
  CPUQuota: [(v) => /^\d+(?:\.\d+)?%$/.test(v) && Number.parseFloat(v) > 0, 'a percentage above 0 is needed'],
  CPUWeight: [(v) => v === 'idle' || (/^\d+$/.test(v) && Number(v) >= 1 && Number(v) <= 10000), 'a number from 1 to 10000, or idle, is needed'],
};

/** Why systemd passes over a setting; undefined: it does not, or it is not looked at. */
export function passedOver({ key, value }: Assignment): string | undefined {
  const form = Object.hasOwn(forms, key) ? forms[key] : undefined;
  return form && value !== '' && !/[%$]\w/.test(value) && !form[0](value) ? form[1] : undefined;
}

/** Endings whose services run once unless Type= says otherwise. */
const once = ['volume', 'network', 'image', 'build', 'artifact'];

/** A service that runs once may not be restarted whatever happens. The service of a pod has its type from the generator. */
export function restartProblem(ending: string, service: readonly Assignment[]): Assignment | undefined {
  const last = (key: string): Assignment | undefined => service.findLast((a) => a.key === key && a.value !== '');
  const type = last('Type')?.value ?? (once.includes(ending) ? 'oneshot' : 'notify');
  const restart = last('Restart');
  return ending !== 'pod' && type === 'oneshot' && restart && ['always', 'on-success'].includes(restart.value) ? restart : undefined;
}
