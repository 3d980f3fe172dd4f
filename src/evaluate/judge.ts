/** Rules × facts → verdicts. Pure: everything that could be learnt has been learnt. */

import { type Judged, judgeExpectation, type Resolve } from '../expect/expectation.ts';
import type { Account } from '../facts/ask.ts';
import { type Fact, fewPlaces, type Json, type Unknown, type Where } from '../facts/fact.ts';
import type { Kind, Query } from '../facts/kind.ts';
import type { Inquiry, Ranged } from '../plan/questions.ts';
import { fillStep } from '../rules/fill.ts';
import { type Group, type Item, isGroup, type Probe, type Rule } from '../rules/rule.ts';
import { type Severity, severities, type Verdict } from '../verdicts/report.ts';
import { atHome, type Step } from '../verdicts/steps.ts';
import { advice } from './advice.ts';
import { type Piece, sentence, told } from './told.ts';

/** A question whose answer left a verdict open: one fact at one path, or the subjects of a kind. */
export type Open = { readonly why: Unknown } & (
  | { readonly kind: string; readonly query: Query; readonly as: Account; readonly path: readonly string[] }
  | { readonly find: string }
);

/** A verdict, and for an unknown one the questions behind it. */
export type Judgement = Verdict & { readonly open?: readonly Open[] };

/** What came of an item: which severities fail or stay undecided, or that it does not apply. */
interface Finding {
  readonly applies: boolean;
  readonly fails?: Severity;
  readonly undecided?: Severity;
  readonly evidence: readonly (Piece & { readonly severity: Severity; readonly open?: Open })[];
}

/** A probe's answer, and the question that a reason leaves open: of the fact, or of the subject that a value came from. */
interface Answered {
  readonly kind: Kind;
  readonly fact: Fact;
  open(path: readonly string[], why: Unknown): Open;
}

/** All verdicts of one rule, sorted by subject. A rule always has at least one. */
export function judge({ rule, inquiries, undecided, others, consulted, none, notRunning }: Ranged): Judgement[] {
  if (notRunning) return [applyingToNothing(rule, 'the rule is about what runs, and this target is not a running host', [])];
  const verdicts: Judgement[] = [
    ...inquiries.map(judgeOne),
    ...undecided.map(({ subject, why }) => undecidedVerdict(rule, subject, why)),
    ...(others ? [undecidedVerdict(rule, '(others)', others)] : []),
  ];
  if (verdicts.length === 0) verdicts.push(none ? aboutNone(none, consulted) : nobody(rule, consulted));
  return verdicts.sort((a, b) => ((a.subject ?? '') < (b.subject ?? '') ? -1 : 1));
}

/** Where `when` does not hold, the rule applies to nothing; elsewhere nothing that was found says that nothing is meant. */
function aboutNone(none: Inquiry, consulted: readonly Where[]): Judgement {
  const early = mayApply(none);
  return early?.outcome === 'not-applicable' ? early : unseen(none.rule, consulted);
}

type Base = Pick<Judgement, 'rule' | 'subject'>;
const baseOf = ({ rule, subject }: Inquiry): Base => ({ rule: rule.id, ...(subject && subject.key !== '' ? { subject: subject.key } : {}) });

/** The verdict where `when` does not hold, or nobody knows whether it does. */
function mayApply(inquiry: Inquiry): Judgement | undefined {
  const { rule } = inquiry;
  const base = baseOf(inquiry);
  const when = together(rule.when.map((item) => judgeItem(item, rule.severity, inquiry)));
  if (when.fails) return { ...base, outcome: 'not-applicable', severity: rule.severity, ...told('not applicable', when.evidence, (e) => e.truth === 'no') };
  return when.undecided ? unknownVerdict(base, rule.severity, when) : undefined;
}

function judgeOne(inquiry: Inquiry): Judgement {
  const { rule, resolve } = inquiry;
  const base = baseOf(inquiry);
  const early = mayApply(inquiry);
  if (early) return early;
  const finder = (item: Item): Finding => judgeItem(item, rule.severity, inquiry);
  const check = together(rule.check.map(finder));
  if (!check.applies) return { ...base, outcome: 'not-applicable', severity: rule.severity, ...told('not applicable', check.evidence, () => true) };
  // A failure must not hide an undecided item that weighs more: taking evidence away may only ever lead to unknown.
  if (check.undecided && (!check.fails || rank(check.undecided) < rank(check.fails))) return unknownVerdict(base, check.undecided, check);
  if (!check.fails) return { ...base, outcome: 'pass', severity: rule.severity, ...told('', check.evidence, (e) => e.truth === 'yes') };
  const remedy = stepsOf(rule, resolve, inquiry.as);
  return {
    ...base,
    outcome: 'fail',
    severity: check.fails,
    ...told('', check.evidence, (e) => e.truth === 'no' && e.severity === check.fails),
    ...(remedy.length > 0 ? { remedy } : {}),
  };
}

function answered(probe: Probe, { rule, subject, asked }: Inquiry): Answered {
  const question = asked.get(probe);
  const find = rule.forEach?.kind ?? '';
  if (!question) throw new Error(`${rule.id}: a probe of ${probe.kind} was not asked`);
  if ('why' in question) return { kind: question.kind, fact: question.why, open: (_, why) => ({ find, why }) };
  const { fact, kind, query, as } = question;
  const open = (path: readonly string[], why: Unknown): Open =>
    subject && [...subject.fact.gaps.values()].some((gap) => isSame(gap, why)) ? { find, why } : { kind: kind.name, query, as, path, why };
  return { kind, fact, open };
}

/** Whether two reasons say the same: on a target each answer is made anew, on a recording they are shared. */
const isSame = (one: Unknown, other: Unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const rank = (severity: Severity): number => severities.indexOf(severity);
const graver = (a: Severity | undefined, b: Severity | undefined): Severity | undefined => (a && b ? (rank(a) <= rank(b) ? a : b) : (a ?? b));

function together(findings: readonly Finding[]): Finding {
  const applying = findings.filter((f) => f.applies);
  const fails = applying.reduce<Severity | undefined>((s, f) => graver(s, f.fails), undefined);
  const undecided = applying.reduce<Severity | undefined>((s, f) => graver(s, f.undecided), undefined);
  return { applies: applying.length > 0, evidence: findings.flatMap((f) => f.evidence), ...(fails ? { fails } : {}), ...(undecided ? { undecided } : {}) };
}

const ofRunning: Piece = { truth: 'yes', said: 'what runs is left out, as this target is not a running host', where: [] };

function judgeItem(item: Item, usual: Severity, inquiry: Inquiry): Finding {
  if (item.running !== undefined && item.running !== inquiry.running)
    return { applies: false, evidence: item.running ? [{ ...ofRunning, severity: usual }] : [] };
  const severity = item.severity ?? usual;
  return isGroup(item) ? judgeGroup(item, severity, inquiry) : judgeProbe(item, severity, inquiry);
}

function judgeGroup(group: Group, severity: Severity, inquiry: Inquiry): Finding {
  const inner = group.items.map((i) => judgeItem(i, severity, inquiry));
  const applying = inner.filter((f) => f.applies);
  const evidence = inner.flatMap((f) => f.evidence).map((e) => ({ ...e, ...(group.say ? { say: group.say } : {}) }));
  if (applying.length === 0) return { applies: false, evidence };
  if (group.group === 'all') return { ...together(inner), evidence };
  const holds = (f: Finding): boolean => !f.fails && !f.undecided;
  const turned = group.group === 'none';
  if (applying.some(holds))
    return turned
      ? { applies: true, fails: severity, evidence: turn(evidence, severity) }
      : { applies: true, evidence: evidence.filter((e) => e.truth === 'yes') };
  if (applying.some((f) => f.undecided && !f.fails)) return { applies: true, undecided: severity, evidence };
  return turned
    ? { applies: true, evidence: turn(evidence, severity) }
    : { applies: true, fails: severity, evidence: (group.say ? ways(applying, group.say) : evidence).map((e) => ({ ...e, severity })) };
}

/**
 * The evidence of an `any` of which nothing held, under the sentence that says what is wanted: what was found on each
 * way, without what each wanted, as one would do; and without the ways whose subject is not on this host at all (a Mac's
 * file on Linux), unless there is no other.
 */
function ways(branches: readonly Finding[], say: string): Finding['evidence'] {
  const here = branches.filter((f) => !f.evidence.some((e) => e.truth === 'no' && e.missing));
  return (here.length > 0 ? here : branches).flatMap((f) => f.evidence).map((e) => ({ ...e, said: e.found ?? e.said, say }));
}

/** Under `none`, what holds is what is wrong. */
function turn(evidence: Finding['evidence'], severity: Severity): Finding['evidence'] {
  return evidence.map((e) => ({ ...e, severity, truth: e.truth === 'yes' ? 'no' : e.truth === 'no' ? 'yes' : 'unknown' }));
}

function judgeProbe(probe: Probe, severity: Severity, inquiry: Inquiry): Finding {
  const { kind, fact, open } = answered(probe, inquiry);
  const { resolve } = inquiry;
  const mark = (j: Judged): Finding['evidence'][number] => ({ ...j, severity, ...(probe.say ? { say: probe.say } : {}) });
  const label = labelOf(probe, kind, resolve);
  const aboutExistence = probe.expect.some((e) => e.path[0] === 'exists');
  if (fact.is === 'known' && !fact.exists && !aboutExistence) {
    const evidence = { said: `${label} does not exist`, where: fact.consulted };
    if (probe.ifMissing === 'not-applicable') return { applies: false, evidence: [mark({ ...evidence, truth: 'yes' })] };
    if (probe.ifMissing === 'pass') return { applies: true, evidence: [mark({ ...evidence, truth: 'yes' })] };
    return { applies: true, fails: severity, evidence: [mark({ ...evidence, truth: 'no', missing: true })] };
  }
  const judged = probe.expect.map((e) => {
    const j = judgeExpectation(e, fact, kind.shape, label, resolve);
    return { ...mark(j), ...(j.truth === 'unknown' && j.unknown ? { open: open(e.path, j.unknown) } : {}) };
  });
  return {
    applies: true,
    evidence: judged,
    ...(judged.some((j) => j.truth === 'no') ? { fails: severity } : judged.some((j) => j.truth === 'unknown') ? { undecided: severity } : {}),
  };
}

function labelOf(probe: Probe, kind: Kind, resolve: Resolve): string {
  const main = kind.main === undefined ? undefined : probe.query[kind.main];
  const value = main && resolve(main);
  return typeof value === 'string' ? value : (kind.noun ?? kind.name);
}

/** The rule's steps for one subject: fields filled in, `~` being the home of its account. */
function stepsOf(rule: Rule, resolve: Resolve, as: Account): Step[] {
  return rule.remedy.map((template) => {
    const step = fillStep(template, (word, name) => {
      const value = resolve(word === 'param' ? { param: name } : { each: name });
      return typeof value === 'object' && value !== null && 'is' in value ? `<${name}>` : (value as Json);
    });
    return atHome(step, as.home);
  });
}

function unknownVerdict(base: Base, severity: Severity, finding: Finding): Judgement {
  const reasons = finding.evidence.flatMap((e) => e.unknown ?? []);
  const open = finding.evidence.flatMap((e) => e.open ?? []);
  return { ...base, outcome: 'unknown', severity, ...told('', finding.evidence, (e) => e.truth === 'unknown'), next: advice(reasons), open };
}

function undecidedVerdict(rule: Rule, subject: string | undefined, why: Unknown): Judgement {
  return {
    rule: rule.id,
    ...(subject ? { subject } : {}),
    outcome: 'unknown',
    severity: rule.severity,
    message: sentence(subject === '(others)' ? 'there may be more of them' : '', why.said),
    evidence: [{ truth: 'unknown', said: why.said, where: fewPlaces(why.where) }],
    next: advice([why]),
    open: [{ find: rule.forEach?.kind ?? '', why }],
  };
}

const noneOf = ({ forEach }: Rule): string => {
  const filter = forEach?.filter.map((f) => f.path.join('.')).join(', ');
  return `there is no ${forEach?.kind}${filter ? ` chosen by ${filter}` : ''} on this host`;
};

/** There is no subject, and that does not show that none is meant (`ifNone: unknown`). */
function unseen(rule: Rule, consulted: readonly Where[]): Judgement {
  const said = rule.ifNone?.say ?? noneOf(rule);
  const why: Unknown = { is: 'unknown', why: 'ambiguous', said, where: consulted };
  return {
    rule: rule.id,
    outcome: 'unknown',
    severity: rule.ifNone?.severity ?? rule.severity,
    message: sentence('', said),
    evidence: [{ truth: 'unknown', said, where: consulted }],
    next: advice([why]),
    open: [{ find: rule.forEach?.kind ?? '', why }],
  };
}

const nobody = (rule: Rule, consulted: readonly Where[]): Verdict => applyingToNothing(rule, noneOf(rule), consulted);

function applyingToNothing(rule: Rule, said: string, consulted: readonly Where[]): Verdict {
  return {
    rule: rule.id,
    outcome: 'not-applicable',
    severity: rule.severity,
    message: sentence('not applicable', said),
    evidence: [{ truth: 'yes', said, where: fewPlaces(consulted) }],
  };
}
