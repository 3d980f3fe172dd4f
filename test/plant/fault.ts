/** What a planted fault is, and whether a second look at the tree tells of it and of nothing else. */
import type { Outcome, Verdict } from '../../src/verdicts/report.ts';
import type { Tree } from './tree.ts';

export type Suite = 'bookworm' | 'trixie';
export const suites: readonly Suite[] = ['bookworm', 'trixie'];

/** A small change of a tree, and the rule that has to tell of it. */
export interface Fault {
  readonly rule: string;
  /** In a few words; faults of one rule differ in it. */
  readonly what: string;
  readonly plant: (tree: Tree) => unknown;
  /** Default: all. */
  readonly suites?: readonly Suite[];
  /** It changes what only the prepared tree has (prepared.ts), or would say more there than the fault. */
  readonly preparedOnly?: true;
  /** Other rules that it breaks as truly wherever they apply, and why. */
  readonly also?: Readonly<Record<string, string>>;
}

/** What of a look counts here. */
export type Look = readonly Pick<Verdict, 'rule' | 'subject' | 'outcome' | 'severity' | 'message'>[];

/** What became of a fault: `found` by its rule, and what is not as it has to be, a sentence each. */
export interface Finding {
  /** The words of the rule; undefined: it was missed. */
  readonly found?: string;
  readonly wrong: readonly string[];
  /** What is neither: verdicts of other rules that changed without failing. */
  readonly beside: readonly string[];
}

const keyOf = ({ rule, subject }: Look[number]): string => `${rule} ${subject ?? ''}`;

/** Compares the look at the tree as it was with the one after planting. */
export function compare(before: Look, after: Look, { rule, also = {} }: Pick<Fault, 'rule' | 'also'>): Finding {
  const was = new Map(before.map((v) => [keyOf(v), v]));
  const changed = after.flatMap((now) => {
    const old = was.get(keyOf(now));
    return old?.outcome === now.outcome ? [] : [{ now, old }];
  });
  const failing = changed.filter(({ now }) => now.outcome === 'fail');
  const own = failing.find(({ now }) => now.rule === rule)?.now;
  const others = failing.filter(({ now }) => now.rule !== rule);
  const stays = Object.keys(also).filter((name) => before.some((v) => v.rule === name && v.outcome === 'pass') && !others.some(({ now }) => now.rule === name));
  const healed = changed.filter(({ now, old }) => old?.outcome === 'fail' && now.outcome === 'pass');
  return {
    ...(own ? { found: own.message } : {}),
    wrong: [
      ...others.filter(({ now }) => !Object.hasOwn(also, now.rule)).map(({ now }) => `${named(now)} fails, too: ${now.message}`),
      ...stays.map((name) => `${name} is said to fail, too, and does not`),
      ...healed.map(({ now }) => `${named(now)} passes now, and failed before`),
    ],
    beside: changed
      .filter(({ now, old }) => now.outcome !== 'fail' && old && clouded(old.outcome, now.outcome))
      .map(({ now, old }) => `${named(now)}: ${old?.outcome}, now ${now.outcome}: ${now.message}`),
  };
}

/** What was decided is not any more. */
const clouded = (old: Outcome, now: Outcome): boolean => now === 'unknown' && (old === 'pass' || old === 'fail');

const named = ({ rule, subject }: Look[number]): string => (subject === undefined ? rule : `${rule} (${subject})`);
