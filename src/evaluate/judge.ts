/** Rules × facts → verdicts. Pure: everything that could be learnt has been learnt. */

import { type Judged, judgeExpectation, type Resolve, type ToldOf, type Words } from '../expect/expectation.ts';
import { asSentence } from '../expect/phrase.ts';
import type { Account } from '../facts/ask.ts';
import { type Fact, fewPlaces, type Unknown, type Where } from '../facts/fact.ts';
import type { Kind, Query } from '../facts/kind.ts';
import { withLater } from '../facts/later.ts';
import { probesIn } from '../plan/asked.ts';
import type { Inquiry, Ranged } from '../plan/questions.ts';
import { type Group, type Item, isGroup, type Probe, type Rule } from '../rules/rule.ts';
import { type Severity, severities, type Verdict } from '../verdicts/report.ts';
import { advice } from './advice.ts';
import { remedyFor } from './remedy.ts';
import { type About, kindsWords, type Source, saying } from './say.ts';
import { evidenceOf, type Form, notApplying, type Piece, sentences, undecidedFor } from './told.ts';

/** A question whose answer left a verdict open: one fact at one path, or the subjects of a kind. */
export type Open = { readonly why: Unknown } & (
  | { readonly kind: string; readonly query: Query; readonly as: Account; readonly path: readonly string[] }
  | { readonly find: string }
  | { readonly question: string }
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

const aboutRunning = 'it is about what runs, and this target is not a running host';
const aboutImages = 'it is about what an image brings to every unit, and this is a running host';

/** All verdicts of one rule, sorted by subject. A rule always has at least one. */
export function judge({ rule, by, inquiries, undecided, others, consulted, none, nothing, elsewhere }: Ranged): Judgement[] {
  if (elsewhere) return [applyingToNothing(rule, rule.running ? aboutRunning : aboutImages, [])];
  const verdicts: Judgement[] = [
    ...inquiries.map(judgeOne),
    ...undecided.map(({ subject, why }) => undecidedVerdict(rule, by, subject, why)),
    ...(others ? [undecidedVerdict(rule, by, '(others)', others)] : []),
  ];
  if (verdicts.length === 0) verdicts.push(none ? aboutNone(none, consulted) : applyingToNothing(rule, noneOf(rule, nothing), consulted));
  return verdicts.sort((a, b) => ((a.subject ?? '') < (b.subject ?? '') ? -1 : 1));
}

/** Where `when` does not hold, the rule applies to nothing; elsewhere nothing that was found says that nothing is meant. */
function aboutNone(none: Inquiry, consulted: readonly Where[]): Judgement {
  const early = mayApply(none);
  if (early?.outcome === 'not-applicable') return early;
  const { open = [], ...rest } = unseen(none, consulted);
  // Where it is open whether that is meant at all, knowing so may decide as well.
  return { ...rest, open: [...open, ...(early?.open ?? [])] };
}

type Base = Pick<Judgement, 'rule' | 'subject'>;
const baseOf = ({ rule, subject }: Inquiry): Base => ({ rule: rule.id, ...(subject && subject.key !== '' ? { subject: subject.key } : {}) });

/** The verdict where `when` does not hold, or nobody knows whether it does. */
function mayApply(inquiry: Inquiry, base = baseOf(inquiry)): Judgement | undefined {
  const { rule } = inquiry;
  if (rule.when.length === 0) return undefined;
  const when = together(rule.when.map((item) => judgeItem(item, rule.severity, inquiry)));
  if (when.fails) return notMeant(base, rule, when, (e) => e.truth === 'no');
  return when.undecided ? unknownVerdict(base, rule.severity, when, inquiry) : undefined;
}

/** A rule that does not apply, for what these pieces say. */
function notMeant(base: Base, { severity }: Rule, { evidence }: Finding, decisive: (e: Piece) => boolean): Judgement {
  const clause = (): string => {
    const first = evidence.find(decisive);
    const told = first?.told();
    return first?.tell?.('clause') ?? told?.found ?? told?.said ?? 'nothing here is meant';
  };
  return withLater(
    { ...base, outcome: 'not-applicable' as const, severity },
    { message: () => notApplying(clause()), evidence: () => evidenceOf(evidence, decisive) },
  );
}

function judgeOne(inquiry: Inquiry): Judgement {
  const { rule } = inquiry;
  const base = baseOf(inquiry);
  const early = mayApply(inquiry, base);
  if (early) return early;
  const check = together(rule.check.map((item) => judgeItem(item, rule.severity, inquiry)));
  if (!check.applies) return notMeant(base, rule, check, () => true);
  // A failure must not hide an undecided item that weighs more: taking evidence away may only ever lead to unknown.
  if (check.undecided && (!check.fails || rank(check.undecided) < rank(check.fails))) return unknownVerdict(base, check.undecided, check, inquiry);
  if (!check.fails)
    return withLater(
      { ...base, outcome: 'pass' as const, severity: rule.severity },
      { message: () => asSentence(rule.title), evidence: () => evidenceOf(check.evidence, (e) => e.truth === 'yes') },
    );
  const decisive = (e: Finding['evidence'][number]): boolean => e.truth === 'no' && e.severity === check.fails;
  // What the remedy is made of is learnt now: a crash must not come after the run was found to be sound.
  for (const probe of rule.learn) answered(probe, inquiry);
  return withLater(
    { ...base, outcome: 'fail' as const, severity: check.fails },
    {
      message: () => sentences(check.evidence.filter(decisive), rule.failing),
      evidence: () => evidenceOf(check.evidence, decisive),
      remedy: () => remedyOf(inquiry),
    },
  );
}

/** The steps; undefined where none follows from what was found. */
function remedyOf(inquiry: Inquiry): Verdict['remedy'] {
  const steps = remedyFor(inquiry);
  return steps.length > 0 ? steps : undefined;
}

function answered(probe: Probe, { rule, subject, asked }: Inquiry): Answered {
  const question = asked.of(probe);
  const find = rule.forEach?.kind ?? '';
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
  const [first, ...others] = findings;
  if (first && others.length === 0) return first;
  let applies = false;
  let fails: Severity | undefined;
  let undecided: Severity | undefined;
  for (const finding of findings) {
    if (!finding.applies) continue;
    applies = true;
    fails = graver(fails, finding.fails);
    undecided = graver(undecided, finding.undecided);
  }
  return { applies, evidence: findings.flatMap((f) => f.evidence), ...(fails ? { fails } : {}), ...(undecided ? { undecided } : {}) };
}

const ofRunning: Piece = { truth: 'yes', told: () => ({ said: 'what runs is left out, as this target is not a running host', where: [] }) };

function judgeItem(item: Item, usual: Severity, inquiry: Inquiry): Finding {
  if (item.running !== undefined && item.running !== inquiry.running)
    return { applies: false, evidence: item.running ? [{ ...ofRunning, severity: usual }] : [] };
  const severity = item.severity ?? usual;
  const finding = isGroup(item) ? judgeGroup(item, severity, inquiry) : judgeProbe(item, severity, inquiry);
  return item.question === undefined ? finding : asked(finding, item.question);
}

/** What does not hold is not wrong where only a person can tell: it stays undecided, for the question. */
function asked({ fails, ...finding }: Finding, said: string): Finding {
  if (!fails) return finding;
  const open = (piece: Finding['evidence'][number]): Finding['evidence'][number] =>
    piece.truth === 'no' ? { ...piece, truth: 'unknown', ...unanswered({ is: 'unknown', why: 'question', said, where: piece.told().where }) } : piece;
  const unanswered = (why: Unknown): { unknown: Unknown; open: Open } => ({ unknown: why, open: { why, question: why.said } });
  return { ...finding, undecided: graver(fails, finding.undecided) ?? fails, evidence: finding.evidence.map(open) };
}

function judgeGroup(group: Group, severity: Severity, inquiry: Inquiry): Finding {
  const inner = group.items.map((i) => judgeItem(i, severity, inquiry));
  const applying = inner.filter((f) => f.applies);
  const { say } = group;
  const found = inner.flatMap((f) => f.evidence);
  const evidence = say ? found.map((e) => ({ ...e, tell: groupsWords(group, say, e, inquiry) })) : found;
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
    : { applies: true, fails: severity, evidence: (group.say ? ways(applying, evidence) : evidence).map((e) => ({ ...e, severity })) };
}

/**
 * The evidence of an `any` of which nothing held, under the sentence that says what is wanted: what was found on each
 * way, without what each wanted, as one would do; and without the ways whose subject is not on this host at all (a Mac's
 * file on Linux), unless there is no other.
 */
function ways(branches: readonly Finding[], told: Finding['evidence']): Finding['evidence'] {
  const here = branches.filter((f) => !f.evidence.some((e) => e.truth === 'no' && e.missing));
  const tell = told.find((e) => e.truth === 'no')?.tell;
  return (here.length > 0 ? here : branches).flatMap((f) => f.evidence).map((e) => ({ ...e, told: () => asFound(e.told()), ...(tell ? { tell } : {}) }));
}

const asFound = (told: ToldOf): ToldOf => ({ ...told, said: told.found ?? told.said });

/** The group's sentence; where it finds no value for a slot, what the piece itself says. */
const groupsWords =
  (group: Group, say: readonly string[], piece: Piece, inquiry: Inquiry) =>
  (form: Form): string | undefined =>
    saying(say, piece, aboutOf(probesIn(group.items, inquiry.running), '', inquiry)) ?? piece.tell?.(form);

/** What a sentence about these probes may draw from: their facts, then those of the whole rule. */
function aboutOf(probes: readonly Probe[], label: string, inquiry: Inquiry): About {
  const { rule, running } = inquiry;
  const all = [...new Set([...probes, ...probesIn(rule.when, running), ...probesIn(rule.check, running)])];
  const sources = all.flatMap((probe): Source[] => {
    const question = inquiry.asked.of(probe);
    return !('why' in question) && question.fact.is === 'known' ? [{ kind: probe.kind, shape: question.kind.shape, fact: question.fact }] : [];
  });
  return { inquiry, sources, label };
}

/** Under `none`, what holds is what is wrong. */
function turn(evidence: Finding['evidence'], severity: Severity): Finding['evidence'] {
  return evidence.map((e) => ({ ...e, severity, truth: e.truth === 'yes' ? 'no' : e.truth === 'no' ? 'yes' : 'unknown' }));
}

function judgeProbe(probe: Probe, severity: Severity, inquiry: Inquiry): Finding {
  const { kind, fact, open } = answered(probe, inquiry);
  const { resolve } = inquiry;
  const label = labelOf(probe, kind, resolve);
  const about = (): About => aboutOf([probe], label, inquiry);
  const aboutExistence = probe.expect.some((e) => e.path[0] === 'exists');
  const mark = (j: Judged, path?: readonly string[]): Finding['evidence'][number] => {
    const tell = (form: Form): string | undefined =>
      // A thing that is not there has no values to speak of.
      (probe.say && !(j.missing && !aboutExistence) ? saying(probe.say, j, about()) : undefined) ?? kindsWords(j, about(), form === 'sentence');
    // What was judged is nobody else's.
    return Object.assign(j, { severity, tell }, path && j.truth === 'unknown' && j.unknown ? { open: open(path, j.unknown) } : undefined);
  };
  if (fact.is === 'known' && !fact.exists && !aboutExistence) {
    const words = (): Words => ({ clause: kind.absent ?? '{label} does not exist', notes: [] });
    const evidence = { told: () => ({ said: `${label} does not exist`, where: fact.consulted }), words, missing: true };
    if (probe.ifMissing === 'not-applicable') return { applies: false, evidence: [mark({ ...evidence, truth: 'yes' })] };
    if (probe.ifMissing === 'pass') return { applies: true, evidence: [mark({ ...evidence, truth: 'yes' })] };
    return { applies: true, fails: severity, evidence: [mark({ ...evidence, truth: 'no' })] };
  }
  const judged = probe.expect.map((e) => mark(judgeExpectation(e, fact, kind.shape, label, resolve, kind), e.path));
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

function unknownVerdict(base: Base, severity: Severity, finding: Finding, { by, running }: Inquiry): Judgement {
  const reasons = finding.evidence.flatMap((e) => e.unknown ?? []);
  const open = finding.evidence.flatMap((e) => e.open ?? []);
  return withLater(
    { ...base, outcome: 'unknown' as const, severity, next: advice(reasons, running), open },
    { message: () => undecidedFor(reasons, by), evidence: () => evidenceOf(finding.evidence, (e) => e.truth === 'unknown') },
  );
}

function undecidedVerdict(rule: Rule, by: string, subject: string | undefined, why: Unknown): Judgement {
  return {
    rule: rule.id,
    ...(subject ? { subject } : {}),
    outcome: 'unknown',
    severity: rule.severity,
    message: undecidedFor([why], by, subject === '(others)' ? 'there may be more, as ' : ''),
    evidence: [{ truth: 'unknown', said: why.said, where: fewPlaces(why.where) }],
    next: advice([why]),
    open: [{ find: rule.forEach?.kind ?? '', why }],
  };
}

/** `nothing`: how the kind says that there is none. */
function noneOf({ forEach, ifNone }: Rule, nothing: string | undefined): string {
  if (ifNone?.outcome === 'not-applicable' && ifNone.say) return ifNone.say;
  return nothing ?? `there is no ${forEach?.kind} of the kind that the rule is about on this host`;
}

/** There is no subject, and that does not show that none is meant (`ifNone: unknown`). */
function unseen({ rule, by, running, nothing }: Inquiry, consulted: readonly Where[]): Judgement {
  const said = rule.ifNone?.say ?? noneOf(rule, nothing);
  const why: Unknown = { is: 'unknown', why: 'ambiguous', said, where: consulted };
  return {
    rule: rule.id,
    outcome: 'unknown',
    severity: rule.ifNone?.severity ?? rule.severity,
    message: undecidedFor([why], by),
    evidence: [{ truth: 'unknown', said, where: consulted }],
    next: advice([why], running),
    open: [{ find: rule.forEach?.kind ?? '', why }],
  };
}

function applyingToNothing(rule: Rule, said: string, consulted: readonly Where[]): Verdict {
  return {
    rule: rule.id,
    outcome: 'not-applicable',
    severity: rule.severity,
    message: notApplying(said),
    evidence: [{ truth: 'yes', said, where: fewPlaces(consulted) }],
  };
}
