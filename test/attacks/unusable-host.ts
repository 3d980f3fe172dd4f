/**
 * Files of a host that no program can use: on whole hosts, each file that a rule about hosts, their LSM, SUSE or vehicles reads
 * is in turn garbage, empty, a directory, a link to nowhere, closed, or larger than anything is read. A pass then rests on what
 * is there besides: it is one without the file, or with the file closed; and no pass names a line of what is not there.
 */
import { type FileSpec, type HostSpec, overlay } from '../../src/collect/composed/composed.ts';
import type { AnyAnswer, Ask } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { Verdict } from '../../src/verdicts/report.ts';
import { pack } from '../laws/every-rule.ts';
import { judge, type On, whole } from '../laws/judging.ts';

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

/** One file of a host, and the rules that read it. */
export interface Read {
  readonly path: string;
  readonly rules: readonly Rule[];
}

/** Every file of a host that one of the rules reads. */
export function filesOf(on: On): Read[] {
  const readers = new Map<string, Set<Rule>>();
  for (const rule of rules)
    for (const ask of whole(rule, on).asked.values())
      if (ask.do === 'read' && !ofOthers.test(ask.path) && isText(on.host, ask.path)) readers.set(ask.path, (readers.get(ask.path) ?? new Set()).add(rule));
  return [...readers].map(([path, by]) => ({ path, rules: [...by] }));
}

function isText(host: HostSpec, path: string): boolean {
  const spec = host.files?.[path];
  return typeof spec === 'string' || (spec !== undefined && spec !== null && spec.link === undefined && (spec.type ?? 'file') === 'file');
}

/** What is wrong with the verdicts on a host with one of its files spoilt. */
export function* wrongWith(on: On, { path, rules: readers }: Read, how: How): Generator<string> {
  const old = on.host.files?.[path];
  const { mode, owner } = typeof old === 'object' && old !== null ? old : {};
  const text = typeof old === 'string' ? old : (old?.content ?? '');
  const spec: FileSpec = {
    ...(mode && how !== 'a directory' ? { mode } : {}),
    ...(owner ? { owner } : {}),
    ...ways[how],
    ...(how === 'closed' ? { content: text } : how === '10 MB' ? { content: `${text}\n${padding}` } : {}),
  };
  const spoilt: On = { ...on, host: overlay(on.host, { ...unchanged(on.host), files: { [path]: spec } }) };
  for (const rule of readers) {
    const started = performance.now();
    const { verdicts, defects } = judge(rule, spoilt);
    const took = performance.now() - started;
    const about = `${rule.id}: ${path} ${how}`;
    for (const defect of defects) yield `${about}: ${defect.split('\n')[0]}`;
    if (took > 5000) yield `${about}: took ${Math.round(took)} ms`;
    for (const v of verdicts) {
      if (v.outcome === 'fail' && v.evidence.every((e) => e.where.length === 0)) yield `${about}: fails and shows nothing: ${v.message}`;
      if (v.outcome === 'pass' && !mayPass(rule, on, path, how, v)) yield `${about}: passes: ${v.message}`;
    }
  }
}

/** `overlay` takes the other parts of the change for the new ones. */
const unchanged = ({ user, kind }: HostSpec): HostSpec => ({ ...(user ? { user } : {}), ...(kind ? { kind } : {}) });

/** Whether a pass on the spoilt host rests on something else. */
function mayPass(rule: Rule, on: On, path: string, how: How, v: Verdict): boolean {
  if (how !== 'garbage' && cites(v, path)) return false;
  if (passesClosed(rule, on, path, v)) return true;
  if ((how === 'empty' || how === 'garbage') && mayBeEmpty.test(path)) return true;
  if (how === 'closed' || how === '10 MB' || (how === 'garbage' && strict.test(path))) return false;
  return has(judge(rule, without(on, path)).verdicts, v);
}

const subject = (v: Verdict): string => v.subject ?? '';
const has = (verdicts: readonly Verdict[], v: Verdict): boolean => verdicts.some((o) => o.outcome === 'pass' && subject(o) === subject(v));
/** A place in the file: its inode alone has no line. */
const cites = (v: Verdict, path: string): boolean => v.evidence.some((e) => e.where.some((w) => w.path === path && (w.line ?? 0) >= 1));

/** With what it holds closed. */
function passesClosed(rule: Rule, on: On, path: string, v: Verdict): boolean {
  const shut = (ask: Ask, answer: AnyAnswer): AnyAnswer => (keyOf(ask) === `read ${path}` ? { is: 'blocked', why: 'denied' } : answer);
  return has(judge(rule, on, shut).verdicts, v);
}

const without = (on: On, path: string): On => {
  const directory = path.slice(0, path.lastIndexOf('/'));
  const there = on.host.files?.[directory] ?? { type: 'directory' as const };
  return {
    ...on,
    host: overlay(overlay(on.host, { ...unchanged(on.host), files: { [path]: null } }), { ...unchanged(on.host), files: { [directory]: there } }),
  };
};
