/** Everything that rules want to know, learnt once each, in as few rounds as the questions allow. */

import { type Context, type Facts, queryOf, resolver, selected } from '../evaluate/judge.ts';
import type { Account, Ask, Asking } from '../facts/ask.ts';
import { together } from '../facts/ask.ts';
import type { Fact, Subject, Subjects, Unknown } from '../facts/fact.ts';
import type { Kind, Query } from '../facts/kind.ts';
import { asking } from '../facts/settle.ts';
import { type Item, isGroup, type Probe, type Rule } from '../rules/rule.ts';
import { within } from './touches.ts';

/** Facts and subjects by question, and the probes that crashed: defects of pretrip, unknown for the rules. */
export class Book implements Facts {
  /** Whether a target is asked: then every ask must be in the plan. A recording can be asked anything. */
  readonly asksTarget: boolean;
  readonly facts = new Map<string, Fact>();
  readonly found = new Map<string, Subjects>();
  readonly defects: string[] = [];

  constructor(asksTarget: boolean) {
    this.asksTarget = asksTarget;
  }

  fact(kind: string, query: Query, as: Account): Fact {
    return this.facts.get(questionKey(kind, query, as)) ?? notAsked;
  }

  subjects(kind: string): Subjects {
    return this.found.get(kind) ?? notAsked;
  }
}

const notAsked: Unknown = { is: 'unknown', why: 'not-recorded', said: 'was not asked', where: [] };

const questionKey = (kind: string, query: Query, as: Account): string => JSON.stringify([kind, Object.entries(query).sort(), as.name, as.uid, as.home]);

/** Learns all that the rules ask about, adding to `book` what it does not hold yet. */
export function* inquire(rules: readonly Rule[], context: Context, book: Book): Asking<void> {
  const ranged = [...new Set(rules.flatMap((r) => r.forEach?.kind ?? []))].filter((k) => !book.found.has(k));
  const found = yield* together(ranged.map((name) => findSubjects(context.kinds.get(name), context.audited, book)));
  for (const [at, name] of ranged.entries()) book.found.set(name, found[at] as Subjects);
  const questions = new Map<string, { kind: Kind; query: Query; as: Account }>();
  for (const rule of rules) {
    for (const subject of subjectsOf(rule, book, context)) {
      const resolve = resolver(rule, subject, context);
      for (const probe of [...probesIn(rule.when), ...probesIn(rule.check)]) {
        const kind = context.kinds.get(probe.kind);
        const query = queryOf(probe, resolve);
        if (!kind || 'is' in query) continue;
        const as = subject?.as ?? context.audited;
        const key = questionKey(kind.name, query as Query, as);
        if (!book.facts.has(key)) questions.set(key, { kind, query: query as Query, as });
      }
    }
  }
  const keys = [...questions.keys()];
  const facts = yield* together([...questions.values()].map((q) => learn(q.kind, q.query, q.as, context.audited, book)));
  for (const [at, key] of keys.entries()) book.facts.set(key, facts[at] as Fact);
}

/** The probes of items, groups opened. */
export function probesIn(items: readonly Item[]): Probe[] {
  return items.flatMap((i) => (isGroup(i) ? probesIn(i.items) : [i]));
}

function subjectsOf(rule: Rule, book: Book, context: Context): (Subject | undefined)[] {
  if (!rule.forEach) return [undefined];
  const subjects = book.subjects(rule.forEach.kind);
  return subjects.is === 'unknown' ? [] : subjects.each.filter((s) => selected(rule, s, context).truth === 'yes');
}

function* learn(kind: Kind, query: Query, as: Account, audited: Account, book: Book): Asking<Fact> {
  const name = (): string => `${kind.name} ${JSON.stringify(query)} as ${as.name}`;
  try {
    const probe = asRoot(kind.learn(query, as), as, audited);
    return yield* book.asksTarget ? within(kind.touches(query), as, probe, name()) : probe;
  } catch (error) {
    return crashed(name(), error, book);
  }
}

/**
 * Podman answers every account with containers of its own. Asked for root, it must not be answered by another account
 * that happens to inspect: there, the ask says whom it is about.
 */
export function asRoot<T>(probe: Asking<T>, as: Account, audited: Account): Asking<T> {
  const own = (ask: Ask): Ask => (ask.do === 'run' && !ask.user && ask.argv[0] === 'podman' && ask.argv[1] !== '--version' ? { ...ask, user: as } : ask);
  return as.uid === 0 && audited.uid !== 0 ? asking(probe, own) : probe;
}

function* findSubjects(kind: Kind | undefined, as: Account, book: Book): Asking<Subjects> {
  if (!kind?.find) return notAsked;
  try {
    const probe = kind.find.learn(as);
    return yield* book.asksTarget ? within(kind.find.touches(), as, probe, `the subjects of ${kind.name}`) : probe;
  } catch (error) {
    return crashed(`the subjects of ${kind.name}`, error, book);
  }
}

/** A crash is unknown for the rule and ends the run as a defect; nothing else catches. */
function crashed(name: string, error: unknown, book: Book): Unknown {
  book.defects.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return { is: 'unknown', why: 'failed', said: `pretrip itself failed on ${name}; please report it`, where: [] };
}
