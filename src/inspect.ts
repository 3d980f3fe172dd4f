/**
 * What an inspection asks and concludes: choose the profiles whose subject is present, learn what their rules want to
 * know, judge. It can only ask; whoever drives it decides whether a target or a recording answers.
 */
import { type Judgement, judge, type Open } from './evaluate/judge.ts';
import type { Account, Asking } from './facts/ask.ts';
import type { Json, Where } from './facts/fact.ts';
import type { Given } from './facts/kind.ts';
import { kindsByName } from './kinds/kinds.ts';
import { type Context, inquire, newlyLearnt } from './plan/questions.ts';
import { fillStep } from './rules/fill.ts';
import { type GivenParam, type Pack, paramValues } from './rules/pack.ts';
import { type Profile, presenceRule } from './rules/profile.ts';
import type { Rule } from './rules/rule.ts';
import type { AskedFor, Report, RuleCard } from './verdicts/report.ts';

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

/** Which rules to judge, out of which. */
export interface Order {
  readonly pack: Pack;
  readonly selection: Selection;
}

/** Who looks, and what the inspection itself knows. */
export interface Looker {
  readonly audited: Account;
  readonly given: Given;
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

/** Chooses, asks and judges. */
export function* inspect({ pack, selection }: Order, { audited, given }: Looker): Asking<Inspection> {
  const defects: string[] = [];
  const base = { kinds: kindsByName, audited, given, learnt: newlyLearnt(), defect: (said: string) => void defects.push(said) };
  const { chosen, undecided } = yield* chooseProfiles(pack.profiles, selection, { ...base, params: paramValues([], []) });
  const profiles = chosen.map((c) => c.profile);
  const rules = chooseRules({ pack, selection }, profiles);
  const params = paramValues(selection.params, profiles);
  const inquiries = yield* inquire(rules, { ...base, params });
  return {
    profiles: chosen.map(({ profile, because }) => ({ id: profile.id, because })),
    undecidedProfiles: undecided,
    rules,
    verdicts: inquiries.flatMap(judge),
    params: Object.fromEntries(rules.flatMap((r) => Object.keys(r.params).map((name) => [`${r.id}:${name}`, params(r, name)]))),
    defects,
  };
}

/** The rules of the chosen profiles that the selection wants, sorted by id. */
export function chooseRules({ pack, selection }: Order, profiles: readonly Profile[]): Rule[] {
  const ids = new Set(profiles.map((p) => p.id));
  return pack.rules.filter((r) => selection.wants(r) && (selection.byName || r.profiles.some((p) => ids.has(p)))).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The rules that decide which profiles' subjects are present. */
export const presenceRules = (profiles: readonly Profile[]): Rule[] => profiles.filter((p) => p.present.length > 0).map(presenceRule);

interface Choice {
  readonly chosen: readonly { readonly profile: Profile; readonly because: string }[];
  readonly undecided: readonly UndecidedProfile[];
}

function* chooseProfiles(profiles: readonly Profile[], selection: Selection, context: Context): Asking<Choice> {
  const named = selection.profiles;
  if (named) return { chosen: profiles.filter((p) => named.includes(p.id)).map((profile) => ({ profile, because: 'it was asked for' })), undecided: [] };
  if (selection.byName) return { chosen: [], undecided: [] };
  const candidates = profiles.filter((p) => p.present.length > 0);
  const inquiries = yield* inquire(presenceRules(candidates), context);
  const judged = candidates.map((profile, at) => ({ profile, verdict: inquiries[at] && judge(inquiries[at])[0] }));
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
    remedy: rule.remedy.map((step) => fillStep(step, (word, name) => (word === 'param' ? param(name) : `<${name}>`))),
    references: rule.references,
    controls: rule.controls,
    profiles: rule.profiles,
    ...(rule.formerly.length > 0 ? { formerly: rule.formerly } : {}),
  };
}
