/**
 * Things that are not what they should be: on every host of fixtures/hosts each file that a rule meets becomes a
 * directory, each directory a file, a dangling link and a loop. Nothing crashes, and no verdict turns into a pass
 * that would not also pass without the thing.
 */
import { hostNamed } from '../../src/cli/hosts.ts';
import { type FileSpec, type HostSpec, overlay } from '../../src/collect/composed/composed.ts';
import type { Stat } from '../../src/facts/ask.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { hostNames } from '../fixtures/hosts.ts';
import type { RuleTried } from './every-rule.ts';
import { drawn, type Form } from './form.ts';
import { answersTo, judge, type On, whole } from './judging.ts';

const on = (host: HostSpec): On => ({ host, trial: { params: {} } });
type Named = On & { readonly name: string };
const hosts: readonly Named[] = hostNames.map((name) => ({ name, ...on(hostNamed(name) ?? {}) }));

/** What may stand in the place of a file, or of a directory. */
const instead: Readonly<Record<'file' | 'directory', Readonly<Record<string, (path: string) => FileSpec>>>> = {
  file: { 'a directory': () => ({ type: 'directory' }), 'a loop': (path) => ({ link: path }) },
  directory: { 'a file': () => 'x\n', 'a dangling link': () => ({ link: '/nowhere/at/all' }), 'a loop': (path) => ({ link: path }) },
};

/** Short: for each path one of these things, drawn; many rules meet the same paths. */
function things(form: Form, rule: Rule, type: 'file' | 'directory', path: string): [string, (path: string) => FileSpec][] {
  const all = Object.entries(instead[type]);
  return form === 'full' ? all : all.filter((_, at) => at === drawn(all.length, rule.id, path));
}

export function* nothingForWhatItIsNot({ rule }: RuleTried, form: Form): Generator<string> {
  const done = new Set<string>();
  for (const host of hosts) {
    for (const [path, type] of met(rule, host)) {
      if (done.has(`${type} ${path}`) || path === '/') continue;
      done.add(`${type} ${path}`);
      const stands = standing(rule, host, path);
      for (const [what, by] of things(form, rule, type, path)) {
        const about = `${host.name}: ${path} is ${what}`;
        const { verdicts, defects } = judge(rule, replaced(host, path, what, by(path)));
        for (const defect of defects) yield `${about}: ${defect}`;
        for (const subject of passing(verdicts)) if (!stands(subject)) yield `${about}: ${subject || 'the host'} passes`;
      }
    }
  }
}

/** Whether a subject passes with the thing as it is, or without it. */
function standing(rule: Rule, host: Named, path: string): (subject: string) => boolean {
  const asItIs = passing(whole(rule, host).inspection.verdicts);
  let without: string[] | undefined;
  return (subject) => {
    if (asItIs.includes(subject)) return true;
    without ??= passing(judge(rule, replaced(host, path, 'nothing', null)).verdicts);
    return without.includes(subject);
  };
}

/** Paths that the rule meets on this host, and what they are. */
function met(rule: Rule, host: On): Map<string, 'file' | 'directory'> {
  const answer = answersTo(host.host);
  const found = new Map<string, 'file' | 'directory'>();
  for (const ask of whole(rule, host).asked.values()) {
    if (ask.do !== 'read' && ask.do !== 'list' && ask.do !== 'stat') continue;
    const stat = answer({ do: 'stat', path: ask.path });
    const type = stat.is === 'got' ? (stat.value as Stat).type : undefined;
    if (type === 'file' || type === 'directory') found.set(ask.path, type);
  }
  return found;
}

const made = new Map<string, On>();
/** The host with another thing at a path; its directory stays. Many rules meet the same. */
function replaced({ name, host }: Named, path: string, what: string, by: FileSpec): On {
  const key = [name, path, what].join('\0');
  const known = made.get(key);
  if (known) return known;
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  const gone = overlay(host, { ...kept(host), files: { [path]: null } });
  const files = { [parent]: host.files?.[parent] ?? { type: 'directory' as const }, ...(by === null ? {} : { [path]: by }) };
  const now = on(overlay(gone, { ...kept(host), files }));
  made.set(key, now);
  return now;
}

const kept = (spec: HostSpec) => ({ ...(spec.user ? { user: spec.user } : {}), ...(spec.kind ? { kind: spec.kind } : {}) });
const passing = (verdicts: readonly { readonly outcome: string; readonly subject?: string }[]): string[] =>
  verdicts.filter((v) => v.outcome === 'pass').map((v) => v.subject ?? '');
