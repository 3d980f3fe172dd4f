/**
 * What an inspection asks and concludes: choose the profiles whose subject is present, learn what their rules want to
 * know, judge. It can only ask; whoever drives it decides whether a target or a recording answers.
 */
import { type Judgement, judge, type Open } from './evaluate/judge.ts';
import type { Account, Asking } from './facts/ask.ts';
import type { Json, Where } from './facts/fact.ts';
import type { Given } from './facts/kind.ts';
import { kindsByName } from './kinds/kinds.ts';
import { type Context, inquire, nameAnAccount, newlyLearnt, type Scope } from './plan/questions.ts';
import { generalStep } from './rules/fill.ts';
import { admits, controlsLeft, numberingOf } from './rules/narrowing.ts';
import { type GivenParam, type Pack, paramChoice, paramValues } from './rules/pack.ts';
import { type Profile, presenceRule } from './rules/profile.ts';
import type { Item, Rule } from './rules/rule.ts';
import type { AskedFor, Caveat, Report, RuleCard } from './verdicts/report.ts';

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
  /** The controls of a rule, of the chosen releases of benchmarks alone. */
  readonly controls: (rule: Rule) => readonly string[];
  readonly numbering?: string;
  readonly verdicts: readonly Judgement[];
  /** Values by `RULE:NAME`. */
  readonly params: Readonly<Record<string, Json>>;
  /** The profile that a value is from, where the chosen ones differ. */
  readonly stricter: Readonly<Record<string, string>>;
  readonly caveats: readonly Caveat[];
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
  const choice = paramChoice(selection.params, profiles);
  const context = { ...base, params: (rule: Rule, name: string) => choice(rule, name).value, scope: scopeOf(selection, profiles) };
  const inquiries = yield* inquire(rules, context);
  const caveats = [
    ...(yield* withoutAccounts(profiles, selection, context)),
    ...withoutEngine(pack.profiles, selection, [...profiles.map((p) => p.id), ...undecided.map((p) => p.id)]),
  ];
  const declaring = pack.profiles.filter((p) => selection.byName || profiles.includes(p));
  const numbering = numberingOf(declaring, selection.params);
  const params = rules.flatMap((r) => Object.keys(r.params).map((name) => [`${r.id}:${name}`, choice(r, name)] as const));
  return {
    profiles: chosen.map(({ profile, because }) => ({ id: profile.id, because })),
    undecidedProfiles: undecided,
    rules,
    controls: (rule) => controlsLeft(rule, declaring, selection.params),
    ...(numbering === undefined ? {} : { numbering }),
    verdicts: inquiries.flatMap(judge),
    params: Object.fromEntries([...ofProfiles(selection), ...params.map(([name, { value }]) => [name, value] as const)]),
    stricter: Object.fromEntries(params.flatMap(([name, { from }]) => (from === undefined ? [] : [[name, from]]))),
    caveats,
    defects,
  };
}

/** Parameters of profiles, under the name of the profile. */
const ofProfiles = ({ params }: Selection): (readonly [string, Json])[] =>
  params.flatMap(({ profile, name, value }) => (profile === undefined ? [] : [[`${profile}:${name}`, value] as const]));

/** A rule that only profiles about accounts have is about these alone. */
const scopeOf =
  ({ profiles: asked = [], byName }: Selection, profiles: readonly Profile[]) =>
  (rule: Rule): Scope => {
    const mine = profiles.filter((p) => rule.profiles.includes(p.id));
    return {
      accounts: !byName && mine.every((p) => p.about === 'accounts'),
      asked: mine.some((p) => p.about === 'accounts' && asked.includes(p.id)),
    };
  };

/** Says so where profiles about accounts were asked for, and no account is found. */
function* withoutAccounts(profiles: readonly Profile[], { profiles: asked }: Selection, context: Context): Asking<Caveat[]> {
  const meant = asked ? profiles.filter((p) => p.about === 'accounts') : [];
  if (meant.length === 0) return [];
  const rule = presenceRule({ ...(meant[0] as Profile), present: [anyAccount] });
  const [ranged] = yield* inquire([rule], context);
  if (!ranged || judge(ranged)[0]?.outcome !== 'fail') return [];
  return [{ about: 'accounts', said: `${nameAnAccount} (${meant.map((p) => p.id).join(', ')})` }];
}

const anyAccount: Item = {
  kind: 'accounts',
  query: {},
  ifMissing: 'fail',
  expect: [{ path: ['anyRootless'], tests: [{ operator: 'equals', value: { literal: true } }], at: { path: 'accounts' } }],
  at: { path: 'accounts' },
};

/** Says so where nobody asked for profiles, and none of those that are about an engine is present. `found`: those that are, or may be. */
function withoutEngine(all: readonly Profile[], { profiles: asked, byName }: Selection, found: readonly string[]): Caveat[] {
  const others = all.filter((p) => p.about !== 'host' && p.present.length > 0).map((p) => p.id);
  if (asked || byName || others.length === 0 || others.some((id) => found.includes(id))) return [];
  const said =
    'neither K3s nor k3d, Podman or CRI-O is on this host: only what holds for any host was judged. Name the profile of what it is to become: ' +
    `${others.map((id) => `-p ${id}`).join(', ')}; -p base says that the host alone is meant`;
  return [{ about: 'engine', said }];
}

/** The rules of the chosen profiles that the selection wants, sorted by id. */
export function chooseRules({ pack, selection }: Order, profiles: readonly Profile[]): Rule[] {
  const ids = new Set(profiles.map((p) => p.id));
  const { byName, params } = selection;
  const own = (r: Rule): boolean => pack.profiles.some((p) => (byName || ids.has(p.id)) && r.profiles.includes(p.id) && admits(p, r, params));
  const free = (r: Rule): boolean => byName && !pack.profiles.some((p) => r.profiles.includes(p.id));
  return pack.rules.filter((r) => selection.wants(r) && (own(r) || free(r))).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The rules that decide which profiles' subjects are present. */
export const presenceRules = (profiles: readonly Profile[]): Rule[] => profiles.filter((p) => p.present.length > 0).map(presenceRule);

interface Choice {
  readonly chosen: readonly { readonly profile: Profile; readonly because: string }[];
  readonly undecided: readonly UndecidedProfile[];
}

function* chooseProfiles(profiles: readonly Profile[], selection: Selection, context: Context): Asking<Choice> {
  const named = selection.profiles;
  if (named) return { chosen: profiles.filter((p) => named.includes(p.id)).map((profile) => ({ profile, because: 'requested' })), undecided: [] };
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
export function cardOf(rule: Rule, param: (name: string) => Json, controls: readonly string[]): RuleCard {
  return {
    id: rule.id,
    title: rule.title,
    ...(rule.failing === undefined ? {} : { failing: rule.failing }),
    severity: rule.severity,
    why: rule.why,
    remedy: rule.remedy.map(({ template }) => generalStep(template, param)),
    references: rule.references,
    controls,
    profiles: rule.profiles,
    ...(rule.formerly.length > 0 ? { formerly: rule.formerly } : {}),
  };
}
