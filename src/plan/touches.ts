/** The promise of a plan: which asks a kind's declared patterns allow. */
import type { Account, Ask, Asking } from '../facts/ask.ts';
import { keyOf } from '../facts/ask.ts';
import type { Pattern } from '../facts/kind.ts';

/** A probe asked outside of what its kind declares: a defect in pretrip, never the target's fault. */
export class OutsideThePlan extends Error {}

/** Runs a probe, refusing every ask that none of the patterns allows. */
export function* within<T>(patterns: readonly Pattern[], as: Account, probe: Asking<T>, name: string): Asking<T> {
  const allowed = patterns.map((p) => matcher(p, as));
  let step = probe.next();
  while (!step.done) {
    for (const ask of step.value) {
      if (!allowed.some((matches) => matches(ask))) throw new OutsideThePlan(`${name} asks outside its plan: ${keyOf(ask)}`);
    }
    step = probe.next(yield step.value);
  }
  return step.value;
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

/** Matches text against a pattern word: `~`, `{uid}`, `{user}`, `{files}`, `*` (no slash) and `**`. */
export function glob(pattern: string, as: Account): (text: string) => boolean {
  const filled = pattern
    .replace(/^~(?=\/|$)/, as.home)
    .replaceAll('{uid}', String(as.uid))
    .replaceAll('{user}', as.name)
    .replaceAll('{files}', '**');
  if (!filled.includes('*')) return (text) => text === filled;
  const source = filled
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '[^]*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
}
