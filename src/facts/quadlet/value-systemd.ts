/**
 * What systemd refuses of a service that the generator makes, or passes over in it (systemd/systemd:src/shared/specifier.c,
 * src/core/unit-printf.c, src/core/service.c service_verify, src/core/load-fragment.c; tried with systemd 252 and 257).
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

type Takes = (value: string) => boolean;
type Form = readonly [takes: Takes, why: string];

const matches =
  (pattern: RegExp): Takes =>
  (value) =>
    pattern.test(value);
const whole =
  (low: number, high: number): Takes =>
  (value) =>
    /^[-+]?\d+$/.test(value) && Number(value) >= low && Number(value) <= high;
const percent = matches(/^\d+(?:\.\d{1,2})?%$/);

const factors = ['B', 'K', 'M', 'G', 'T', 'P', 'E'];
/** Sizes to the base 1024, the larger units first: `1G 512M` (systemd/systemd:src/basic/parse-util.c parse_size). */
function size(text: string): number | undefined {
  const parts = [...text.matchAll(/\s*(\d+(?:\.\d*)?)\s*([BKMGTPE]?)/gy)];
  const units = parts.map((p) => factors.indexOf(p[2] || 'B'));
  const ends = parts.reduce((n, p) => n + p[0].length, 0) === text.length;
  if (parts.length === 0 || !ends || units.some((unit, at) => at > 0 && unit >= (units[at - 1] ?? 0))) return undefined;
  return parts.reduce((sum, p, at) => sum + Number(p[1]) * 1024 ** (units[at] ?? 0), 0);
}

/** A part of what the machine has, or an amount; none is no limit but for what is reserved. */
const amount =
  (measure: (value: string) => number | undefined, least: number): Takes =>
  (value) => {
    if (value === 'infinity') return true;
    const part = percent(value) ? Number.parseFloat(value) : undefined;
    return part === undefined ? (measure(value) ?? -1) >= least : part <= 100 && (part > 0 || least === 0);
  };
const time: Form = [(v) => timeSpan(v) !== undefined, 'it is not a time span'];
const memory = (least: number): Form => [amount(size, least), `a size such as 512M${least > 0 ? ' above 0' : ''}, a percentage or infinity is needed`];
const weight = (words: readonly string[], why: string): Form => [(v) => words.includes(v) || whole(1, 10_000)(v), why];
const cpuWeight = weight(['idle'], 'a number from 1 to 10000, or idle, is needed');
const ioWeight = weight([], 'a number from 1 to 10000 is needed');

/** Limits of processes: one number or `soft:hard`, sizes and times in those that measure them (systemd/systemd:src/basic/rlimit-util.c). */
const limit = (measure: (value: string) => number | undefined, why: string): Form => [
  (value) => {
    const ends = value.split(':').map((each) => (each === 'infinity' ? Number.POSITIVE_INFINITY : measure(each)));
    const [soft = Number.NaN, hard = soft] = ends;
    return ends.length <= 2 && soft <= hard;
  },
  why,
];
const plain = (value: string): number | undefined => (/^\d+$/.test(value) ? Number(value) : undefined);
const limits = (names: string, form: Form): Record<string, Form> => Object.fromEntries(names.split(' ').map((name) => [`Limit${name}`, form]));

/** Keys of [Service] whose other values systemd passes over: the setting is not made (each asked of systemd 257 by `systemctl show`). */
const forms: Readonly<Record<string, Form>> = {
  Restart: [
    matches(/^(?:no|always|on-(?:success|failure|abnormal|abort|watchdog))$/),
    'it takes no, always, on-success, on-failure, on-abnormal, on-abort and on-watchdog',
  ],
  ...Object.fromEntries(
    'RestartSec RestartMaxDelaySec TimeoutSec TimeoutStartSec TimeoutStopSec TimeoutAbortSec RuntimeMaxSec WatchdogSec'.split(' ').map((key) => [key, time]),
  ),
  MemoryMax: memory(1),
  MemoryHigh: memory(1),
  MemorySwapMax: memory(0),
  MemoryLow: memory(0),
  MemoryMin: memory(0),
  TasksMax: [amount(plain, 1), 'a number, a percentage or infinity is needed'],
  CPUQuota: [(v) => percent(v) && Number.parseFloat(v) > 0, 'a percentage above 0 is needed'],
  CPUWeight: cpuWeight,
  StartupCPUWeight: cpuWeight,
  IOWeight: ioWeight,
  StartupIOWeight: ioWeight,
  Nice: [whole(-20, 19), 'a number from -20 to 19 is needed'],
  OOMScoreAdjust: [whole(-1000, 1000), 'a number from -1000 to 1000 is needed'],
  OOMPolicy: [matches(/^(?:continue|stop|kill)$/), 'it takes continue, stop and kill'],
  KillMode: [matches(/^(?:control-group|process|mixed|none)$/), 'it takes control-group, mixed, process and none'],
  ...limits('NOFILE NPROC LOCKS SIGPENDING', limit(plain, 'a number or infinity, or two of them as soft:hard, is needed')),
  ...limits('FSIZE DATA STACK CORE RSS AS MEMLOCK MSGQUEUE', limit(size, 'a size such as 64M or infinity, or two of them as soft:hard, is needed')),
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
