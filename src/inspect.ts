/**
 * The product on one screen: choose the profiles whose subject is present, learn what
 * their rules want to know, judge. It can only ask; whoever drives it decides whether
 * a target or a recording answers.
 */

import { type Context, type Judgement, judge, type Open } from './evaluate/judge.ts';
import type { Account, Asking } from './facts/ask.ts';
import type { Json, Where } from './facts/fact.ts';
import { kinds } from './kinds/kinds.ts';
import { Book, inquire } from './plan/inquire.ts';
import { fill } from './rules/fill.ts';
import { type GivenParam, type Pack, paramValues } from './rules/pack.ts';
import { type Profile, presenceRule } from './rules/profile.ts';
import type { Rule } from './rules/rule.ts';
import type { AskedFor, Report, RuleCard, Step } from './verdicts/report.ts';

/** What to judge. `profiles` undefined: those whose subject is present. */
export interface Selection {
  readonly profiles?: readonly string[];
  /** Whether a rule id, given its profiles are chosen, is wanted. */
  readonly wants: (rule: Rule) => boolean;
  /** Rules named one by one are judged whatever their profiles. */
  readonly byName: boolean;
  readonly params: readonly GivenParam[];
  /** The words that made this selection, for the report. */
  readonly asked?: AskedFor;
}

export interface Inspection {
  readonly profiles: Report['profiles'];
  /** Profiles whose subject may or may not be present: nobody could look. */
  readonly undecidedProfiles: readonly UndecidedProfile[];
  readonly rules: readonly Rule[];
  readonly verdicts: readonly Judgement[];
  /** Values by `RULE:NAME`. */
  readonly params: Readonly<Record<string, Json>>;
  /** Crashes of our own probes; any of them makes the run a defect. */
  readonly defects: readonly string[];
}

interface UndecidedProfile {
  readonly id: string;
  readonly because: string;
  readonly open: readonly Open[];
}

/** `asksTarget` is false where a recording answers: only a target has to be kept from unplanned asks. */
export function* inspect(pack: Pack, selection: Selection, audited: Account, asksTarget = true): Asking<Inspection> {
  const book = new Book(asksTarget);
  const base: Omit<Context, 'params'> = { kinds: new Map(kinds.map((k) => [k.name, k])), audited };
  const { chosen, undecided } = yield* chooseProfiles(pack.profiles, selection, { ...base, params: paramValues([], []) }, book);
  const context: Context = {
    ...base,
    params: paramValues(
      selection.params,
      chosen.map((c) => c.profile),
    ),
  };
  const rules = chooseRules(
    pack.rules,
    selection,
    chosen.map((c) => c.profile.id),
  );
  yield* inquire(rules, context, book);
  const verdicts = rules.flatMap((rule) => judge(rule, book, context));
  return {
    profiles: chosen.map(({ profile, because }) => ({ id: profile.id, because })),
    undecidedProfiles: undecided,
    rules,
    verdicts,
    params: Object.fromEntries(rules.flatMap((r) => Object.keys(r.params).map((name) => [`${r.id}:${name}`, context.params(r, name)]))),
    defects: book.defects,
  };
}

/** The rules of the chosen profiles that the selection wants, sorted by id. */
export function chooseRules(rules: readonly Rule[], selection: Selection, profiles: readonly string[]): Rule[] {
  return rules.filter((r) => selection.wants(r) && (selection.byName || r.profiles.some((p) => profiles.includes(p)))).sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface Choice {
  readonly chosen: readonly { readonly profile: Profile; readonly because: string }[];
  readonly undecided: readonly UndecidedProfile[];
}

function* chooseProfiles(profiles: readonly Profile[], selection: Selection, context: Context, book: Book): Asking<Choice> {
  const named = selection.profiles;
  if (named) return { chosen: profiles.filter((p) => named.includes(p.id)).map((profile) => ({ profile, because: 'it was asked for' })), undecided: [] };
  if (selection.byName) return { chosen: [], undecided: [] };
  const candidates = profiles.filter((p) => p.present.length > 0);
  yield* inquire(candidates.map(presenceRule), context, book);
  const judged = candidates.map((profile) => ({ profile, verdict: judge(presenceRule(profile), book, context)[0] }));
  return {
    chosen: judged
      .filter((j) => j.verdict?.outcome === 'pass')
      .map(({ profile, verdict }) => ({ profile, because: `${profile.because}${seenAt(verdict?.evidence[0]?.where[0])}` })),
    undecided: judged
      .filter((j) => j.verdict?.outcome === 'unknown')
      .map(({ profile, verdict }) => ({ id: profile.id, because: verdict?.message ?? '', open: verdict?.open ?? [] })),
  };
}

/** The first place that showed it. What nothing shows, such as a rule that holds everywhere, names none. */
const seenAt = (place: Where | undefined): string => (place ? ` (${place.path}${place.line === undefined ? '' : `:${place.line}`})` : '');

/** What a reader of the report needs to know of a rule. Fields of a subject stand as `<name>`. */
export function cardOf(rule: Rule, param: (name: string) => Json): RuleCard {
  return {
    id: rule.id,
    title: rule.title,
    severity: rule.severity,
    why: rule.why,
    remedy: rule.remedy.map((step) => fill(step as Json, (word, name) => (word === 'param' ? param(name) : `<${name}>`)) as unknown as Step),
    references: rule.references,
    controls: rule.controls,
    profiles: rule.profiles,
    ...(rule.formerly.length > 0 ? { formerly: rule.formerly } : {}),
  };
}
