/**
 * Files of a host that no program can use: on whole hosts, each file that a rule about hosts, their LSM, SUSE or vehicles reads
 * is in turn garbage, empty, a directory, a link to nowhere, closed, or larger than anything is read. A pass then rests on what
 * is there besides: it is one without the file, or with the file closed; and no pass names a line of what is not there.
 */
import type { FileSpec } from '../../src/collect/composed/composed.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { Verdict } from '../../src/verdicts/report.ts';
import { pack } from '../laws/every-rule.ts';
import type { On } from '../laws/judging.ts';
import { cites, passes, passesClosed, type Read, readBy, spoiltBy, verdictsWrong, without } from './unusable.ts';

const own = /^(?:host|lsm|suse|vehicle)\./;
export const rules = pack.rules.filter(({ id }) => own.test(id));

/** Formats in which a program refuses a whole file for one mistake, or for being none at all. */
const strict = /\/(?:nftables\.(?:conf|nft)|rauc\/system\.conf|baseproduct|[^/]+\.prod|[^/]+\.xml|passwd|shadow|policy\.json)$/;

/** The kernel's own files, which hold what they say; units of Quadlet, which are what is judged, and which other attacks break. */
const ofOthers = /^\/(?:proc|sys)\/|\/containers\/systemd\//;
/** Files in which nothing is a meaning of its own: a machine id that is still to be made, no module built in, the profile easy. */
const mayBeEmpty = /^\/etc\/machine-id$|\/modules\.builtin$|^\/etc\/sysconfig\/security$/;

export const ways = {
  garbage: { content: '\u0007[[[ {{{ "\n\t: = ]\n' },
  empty: { content: '' },
  'a directory': { type: 'directory', mode: '0700' },
  'a dangling link': { link: '/nowhere/at/all' },
  closed: { content: '', blocked: 'denied' },
  '10 MB': { content: '' },
} as const satisfies Record<string, FileSpec>;
export type How = keyof typeof ways;

const padding = '# padding\n'.repeat(1_050_000);

/** Every file of a host that one of the rules reads. */
export const filesOf = (on: On): Read[] => readBy(rules, on, (ask, path) => ask.do === 'read' && !ofOthers.test(path));

/** What is wrong with the verdicts on a host with one of its files spoilt. */
export function wrongWith(on: On, read: Read, how: How): Generator<string> {
  const { path, text } = read;
  const old = on.host.files?.[path];
  const { mode, owner } = typeof old === 'object' && old !== null ? old : {};
  const spec: FileSpec = {
    ...(mode && how !== 'a directory' ? { mode } : {}),
    ...(owner ? { owner } : {}),
    ...ways[how],
    ...(how === 'closed' ? { content: text } : how === '10 MB' ? { content: `${text}\n${padding}` } : {}),
  };
  const spoilt = spoiltBy(on, path, spec);
  return verdictsWrong(read, spoilt, how, (rule, v) => mayPass(rule, on, path, how, v));
}

/** Whether a pass on the spoilt host rests on something else. */
function mayPass(rule: Rule, on: On, path: string, how: How, v: Verdict): boolean {
  if (how !== 'garbage' && cites(v, path)) return false;
  if (passesClosed(rule, on, path, v)) return true;
  if ((how === 'empty' || how === 'garbage') && mayBeEmpty.test(path)) return true;
  if (how === 'closed' || how === '10 MB' || (how === 'garbage' && strict.test(path))) return false;
  return passes(rule, without(on, path), v);
}
