/** What the probes of a rule ask: equal questions are one, and on a recording each is put when somebody wants its answer. */
import type { Resolve } from '../expect/expectation.ts';
import { type Account, accountKey } from '../facts/ask.ts';
import type { Fact, Json, Unknown } from '../facts/fact.ts';
import type { Kind, Query } from '../facts/kind.ts';
import { type Item, isGroup, type Probe, type Rule, type Value } from '../rules/rule.ts';

/** One fact that somebody wants to know, and, once it was learnt, the fact. Equal questions are one object. */
export interface Question {
  readonly kind: Kind;
  readonly query: Query;
  /** The account in question. */
  readonly as: Account;
  readonly fact: Fact;
}

/** What cannot be asked: the query wants a field of the subject that is unknown. */
export interface Unasked {
  readonly kind: Kind;
  readonly why: Unknown;
}

/** What a rule asks about one subject; of a recording, each question is put when somebody wants its answer. */
export interface Questions {
  /** The question of a probe of the rule that applies on this target. */
  of(probe: Probe): Question | Unasked;
  /** All probes that apply on this target, and their questions. */
  all(): readonly (readonly [Probe, Question | Unasked])[];
}

/** What is put: a question without its answer. */
export type Put = Omit<Question, 'fact'>;

/** A question whose fact is learnt when it is first wanted. */
export class LaterQuestion implements Question {
  readonly kind: Kind;
  readonly query: Query;
  readonly as: Account;
  readonly #learn: (put: Put) => Fact;
  #fact: Fact | undefined;
  constructor({ kind, query, as }: Put, learn: (put: Put) => Fact) {
    this.kind = kind;
    this.query = query;
    this.as = as;
    this.#learn = learn;
  }
  get fact(): Fact {
    this.#fact ??= this.#learn(this);
    return this.#fact;
  }
}

/** Whose questions they are: one rule about one subject. */
interface About {
  readonly rule: Rule;
  /** The account in question. */
  readonly as: Account;
  readonly resolve: Resolve;
  /** Whether a running host answers. */
  readonly running: boolean;
}

/** What all rules share: the kinds, and the questions that were put so far, by what they ask. */
interface Known {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly questions: Map<string, Question>;
  readonly newQuestion: (put: Put) => Question;
}

/** Questions that others have put already are taken from what was learnt, new ones added to it. */
export class RuleQuestions implements Questions {
  readonly #about: About;
  readonly #all: Known;
  readonly #known = new Map<Probe, Question | Unasked>();
  constructor(about: About, known: Known) {
    this.#about = about;
    this.#all = known;
  }
  of(probe: Probe): Question | Unasked {
    const known = this.#known.get(probe);
    if (known) return known;
    const question = this.#put(probe);
    this.#known.set(probe, question);
    return question;
  }
  all(): readonly (readonly [Probe, Question | Unasked])[] {
    const { rule, running } = this.#about;
    return [...probesIn(rule.when, running), ...probesIn(rule.check, running), ...rule.learn].map((probe) => [probe, this.of(probe)] as const);
  }
  #put(probe: Probe): Question | Unasked {
    const { rule, as, resolve } = this.#about;
    const { kinds, questions, newQuestion } = this.#all;
    const query = queryOf(probe, resolve);
    const kind = kinds.get(probe.kind);
    if (!kind) throw new Error(`${rule.id} asks a kind that is not there: ${probe.kind}`);
    if (isUnknown(query)) return { kind, why: query };
    const key = `${kind.name} ${textOf(query)} ${accountKey(as)}`;
    const known = questions.get(key);
    if (known) return known;
    const question = newQuestion({ kind, query, as });
    questions.set(key, question);
    return question;
  }
}

/** A query in text, the same for equal ones. It has few fields, and most have none or one. */
function textOf(query: Query): string {
  const names = Object.keys(query);
  if (names.length > 1) names.sort();
  return names.map((name) => JSON.stringify([name, query[name]])).join();
}

/** The probes of items, groups opened; where it is said whether a running host answers, of the items that apply there. */
export function probesIn(items: readonly Item[], running?: boolean): Probe[] {
  return items
    .filter((i) => running === undefined || i.running === undefined || i.running === running)
    .flatMap((i) => (isGroup(i) ? probesIn(i.items, running) : [i]));
}

const isUnknown = (one: object): one is Unknown => 'is' in one && one.is === 'unknown';

/** The query with parameters and subject fields filled in, or why a field of the subject is unknown. */
function queryOf(probe: Probe, resolve: Resolve): Query | Unknown {
  const query: Record<string, Json> = {};
  for (const name in probe.query) {
    const value = resolve(probe.query[name] as Value);
    if (typeof value === 'object' && value !== null && isUnknown(value)) return value;
    query[name] = value;
  }
  return query as Query;
}
