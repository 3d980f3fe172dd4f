/** The promise of a plan: which asks a kind's declared patterns allow. */
import type { Account, Ask, Asking } from '../facts/ask.ts';
import { keyOf } from '../facts/ask.ts';
import type { Pattern } from '../facts/kind.ts';

/** A probe asked outside of what its kind declares: a defect in pretrip, never the target's fault. */
class OutsideThePlan extends Error {}

/** Runs a probe, refusing every ask that none of the patterns allows. */
export function* within<T>(patterns: readonly Pattern[], as: Account, probe: Asking<T>, name: string): Asking<T> {
  const allows = promise(patterns, as);
  let step = probe.next();
  while (!step.done) {
    for (const ask of step.value) if (!allows(ask)) throw new OutsideThePlan(`${name} asks outside its plan: ${keyOf(ask)}`);
    step = probe.next(yield step.value);
  }
  return step.value;
}

/** Whether the patterns, read for an account, allow an ask. Most asks are named outright, so those are looked up first. */
function promise(patterns: readonly Pattern[], as: Account): Matcher {
  const named = new Set<string>();
  const open: { readonly do: Pattern['do']; readonly start: string; readonly pattern: Pattern }[] = [];
  for (const pattern of patterns) {
    const outright = outrightKey(pattern, as);
    if (outright === undefined)
      open.push({ do: pattern.do, start: 'path' in pattern && pattern.do !== 'get' ? beforeStar(filledIn(pattern.path, as)) : '', pattern });
    else named.add(outright);
  }
  const path = (ask: Ask): string => (ask.do === 'stat' || ask.do === 'read' || ask.do === 'list' ? ask.path : '');
  return (ask) => named.has(plainKey(ask)) || open.some((p) => p.do === ask.do && path(ask).startsWith(p.start) && matcher(p.pattern, as)(ask));
}

/** The key of the one ask that a pattern without stars allows. */
function outrightKey(pattern: Pattern, as: Account): string | undefined {
  const words =
    pattern.do === 'run' ? pattern.argv : pattern.do === 'get' ? [pattern.socket, pattern.path] : [pattern.do === 'env' ? pattern.name : pattern.path];
  const filled = words.map((word) => filledIn(word, as));
  return filled.some((word) => word.includes('*')) ? undefined : [pattern.do, ...filled].join('\0');
}

const beforeStar = (word: string): string => word.slice(0, word.indexOf('*'));

function plainKey(ask: Ask): string {
  const words = ask.do === 'run' ? ask.argv : ask.do === 'get' ? [ask.socket, ask.path] : [ask.do === 'env' ? ask.name : ask.path];
  return [ask.do, ...words].join('\0');
}

type Matcher = (ask: Ask) => boolean;
const matchers = new Map<string, Matcher>();

/** Whether a pattern, read for an account, allows an ask. */
export function matcher(pattern: Pattern, as: Account): Matcher {
  const key = JSON.stringify([pattern, as]);
  const known = matchers.get(key);
  if (known) return known;
  const made = make(pattern, as);
  matchers.set(key, made);
  return made;
}

function make(pattern: Pattern, as: Account): Matcher {
  switch (pattern.do) {
    case 'stat':
    case 'read':
    case 'list': {
      const path = glob(pattern.path, as);
      return (ask) => ask.do === pattern.do && path(ask.path);
    }
    case 'run': {
      const words = pattern.argv.map((word) => glob(word, as));
      return (ask) => ask.do === 'run' && ask.argv.length === words.length && words.every((matches, at) => matches(ask.argv[at] ?? ''));
    }
    case 'get': {
      const socket = glob(pattern.socket, as);
      const path = glob(pattern.path, as);
      return (ask) => ask.do === 'get' && socket(ask.socket) && path(ask.path);
    }
    case 'env': {
      const name = glob(pattern.name, as);
      return (ask) => ask.do === 'env' && name(ask.name);
    }
  }
}

/** A pattern word for one account; stars stay. */
function filledIn(word: string, as: Account): string {
  const homed = word === '~' || word.startsWith('~/') ? as.home + word.slice(1) : word;
  return homed.includes('{') ? homed.replaceAll('{uid}', String(as.uid)).replaceAll('{user}', as.name).replaceAll('{files}', '**') : homed;
}

/** Matches text against a pattern word: `~`, `{uid}`, `{user}`, `{files}`, `*` (no slash) and `**`. */
export function glob(pattern: string, as: Account): (text: string) => boolean {
  const filled = filledIn(pattern, as);
  if (!filled.includes('*')) return (text) => text === filled;
  const source = filled
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '[^]*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
}
