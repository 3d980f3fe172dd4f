/** Remedies that were carried out word for word on booted hosts: what the lab kept (test/lab/healed.ts). */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonical } from '../report/canonical.ts';
import type { Rule } from '../rules/rule.ts';
import { packageRoot } from './paths.ts';

/** What came of the remedy of one failure on one host. `by hand`: a step at least has no command there. */
export interface Carried {
  readonly rule: string;
  readonly suite: string;
  readonly state: string;
  readonly subject: string;
  readonly outcome: 'healed' | 'not healed' | 'by hand';
  /** The remedy as the rule had it then, see `remedyDigest`. */
  readonly remedy: string;
}

export const healedFile: string = join(packageRoot, 'docs', 'healed.json');

/** All that the lab kept; nothing where there is no such file. */
export const carriedOut = (): readonly Carried[] => (existsSync(healedFile) ? (JSON.parse(readFileSync(healedFile, 'utf8')) as readonly Carried[]) : []);

/** Tells one remedy from another, wherever it stands in its file. */
export function remedyDigest({ remedy }: Pick<Rule, 'remedy'>): string {
  const text = JSON.stringify(canonical(remedy), (_, value: unknown) => (isPlace(value) ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

const isPlace = (value: unknown): boolean => typeof value === 'object' && value !== null && 'line' in value && 'column' in value;

/** How many rules' remedies the lab has shown to heal. */
export interface LabProofs {
  /** As they are now: one failure at least was healed, and none was not. */
  readonly proven: readonly string[];
  /** Shown with a remedy that has changed since. */
  readonly changed: readonly string[];
}

/** A remedy that is another than the one carried out is not shown to heal. */
export function labProofs(rules: readonly Pick<Rule, 'id' | 'remedy'>[], carried: readonly Carried[] = carriedOut()): LabProofs {
  const byRule = Map.groupBy(carried, ({ rule }) => rule);
  const heals = (of: readonly Carried[]): boolean => of.some((c) => c.outcome === 'healed') && !of.some((c) => c.outcome === 'not healed');
  const proven = rules.filter((rule) => {
    const now = remedyDigest(rule);
    return heals((byRule.get(rule.id) ?? []).filter((c) => c.remedy === now));
  });
  const changed = rules.filter(
    (rule) => !proven.includes(rule) && (byRule.get(rule.id) ?? []).some((c) => c.outcome === 'healed' && c.remedy !== remedyDigest(rule)),
  );
  return { proven: proven.map(({ id }) => id), changed: changed.map(({ id }) => id) };
}
