/** Rules × facts → verdicts. Pure: everything that could be learnt has been learnt. */
import type { Account } from '../facts/ask.ts';
import type { Fact, Json, Subject, Subjects, Unknown, Where } from '../facts/fact.ts';
import { splitPath } from '../facts/fact.ts';
import type { Kind, Query } from '../facts/kind.ts';
import { fill } from '../rules/fill.ts';
import { type Item, isGroup, type Probe, type Rule } from '../rules/rule.ts';
import { type Severity, type Step, severities, type Verdict } from '../verdicts/report.ts';
import { advice } from './advice.ts';
import { gapAt, type Judged, judgeExpectation, type Resolve, valueAt } from './expectation.ts';
import { type Piece, sentence, told } from './told.ts';

/** What was learnt, by question. */
export interface Facts {
  fact(kind: string, query: Query, as: Account): Fact;
  subjects(kind: string): Subjects;
}

export interface Context {
  readonly kinds: ReadonlyMap<string, Kind>;
  /** The account that inspects. */
  readonly audited: Account;
  /** Parameter values by rule id and name; what is missing takes the rule's default. */
  readonly params: ParamValues;
}

/** A question whose answer left a verdict open: one fact at one path, or the subjects of a kind. */
export type Open = { readonly why: Unknown } & (
  | { readonly kind: string; readonly query: Query; readonly as: Account; readonly path: readonly string[] }
  | { readonly find: string }
);

/** A verdict, and for an unknown one the questions behind it. */
export type Judgement = Verdict & { readonly open?: readonly Open[] };

export type ParamValues = (rule: Rule, name: string) => Json;

/** What came of an item: which severities fail or stay undecided, or that it does not apply. */
interface Finding {
  readonly applies: boolean;
  readonly fails?: Severity;
  readonly undecided?: Severity;
  readonly evidence: readonly (Piece & { readonly severity: Severity; readonly open?: Open })[];
}

/** A probe's question as asked for the subject at hand, and its answer. */
interface Asked {
  readonly fact: Fact;
  /** The question that `why` leaves open: of the fact, or of the subject that a value came from. */
  open(path: readonly string[], why: Unknown): Open;
}

/** All verdicts of one rule, sorted by subject. A rule always has at least one. */
export function judge(rule: Rule, facts: Facts, context: Context): Judgement[] {
  if (!rule.forEach) return [judgeFor(rule, undefined, facts, context)];
  const subjects = facts.subjects(rule.forEach.kind);
  if (subjects.is === 'unknown') return [undecided(rule, undefined, subjects)];
  const verdicts: Judgement[] = [];
  for (const subject of subjects.each) {
    const chosen = selected(rule, subject, context);
    if (chosen.truth === 'yes') verdicts.push(judgeFor(rule, subject, facts, context));
    else if (chosen.truth === 'unknown' && chosen.unknown) verdicts.push(undecided(rule, subject, chosen.unknown));
  }
  if (subjects.incomplete) verdicts.push(undecided(rule, '(others)', subjects.incomplete));
  if (verdicts.length === 0) verdicts.push(nobody(rule, subjects.consulted));
  return verdicts.sort((a, b) => ((a.subject ?? '') < (b.subject ?? '') ? -1 : 1));
}

/** Whether a subject passes the rule's filter. */
export function selected(rule: Rule, subject: Subject, context: Context): Judged {
  const shape = rule.forEach && context.kinds.get(rule.forEach.kind)?.find?.shape;
  const resolve = resolver(rule, subject, context);
  const judged = (rule.forEach?.filter ?? []).map((f) =>
    judgeExpectation(f, subject.fact, shape ?? { type: 'record', fields: {}, describe: '' }, subject.key, resolve),
  );
  return judged.find((j) => j.truth === 'no') ?? judged.find((j) => j.truth === 'unknown') ?? { truth: 'yes', said: '', where: [] };
}

function judgeFor(rule: Rule, subject: Subject | undefined, facts: Facts, context: Context): Judgement {
  const resolve = resolver(rule, subject, context);
  const as = subject?.as ?? context.audited;
  const find = rule.forEach?.kind ?? '';
  const learn = (probe: Probe): Asked => {
    const query = queryOf(probe, resolve);
    if ('is' in query) return { fact: query as unknown as Unknown, open: (_, why) => ({ find, why }) };
    return {
      fact: facts.fact(probe.kind, query as Query, as),
      open: (path, why) =>
        subject && [...subject.fact.gaps.values()].includes(why) ? { find, why } : { kind: probe.kind, query: query as Query, as, path, why },
    };
  };
  const finder = (item: Item): Finding => judgeItem(item, rule.severity, learn, resolve, context);
  const when = together(rule.when.map(finder));
  const base = { rule: rule.id, ...(subject && subject.key !== '' ? { subject: subject.key } : {}) };
  if (when.fails) return { ...base, outcome: 'not-applicable', severity: rule.severity, ...told('not applicable', when.evidence, (e) => e.truth === 'no') };
  if (when.undecided) return unknownVerdict(base, rule.severity, when);
  const check = together(rule.check.map(finder));
  if (!check.applies) return { ...base, outcome: 'not-applicable', severity: rule.severity, ...told('not applicable', check.evidence, () => true) };
  // A failure must not hide an undecided item that weighs more: taking evidence away may only ever lead to unknown.
  if (check.undecided && (!check.fails || rank(check.undecided) < rank(check.fails))) return unknownVerdict(base, check.undecided, check);
  if (!check.fails) return { ...base, outcome: 'pass', severity: rule.severity, ...told('', check.evidence, (e) => e.truth === 'yes') };
  const remedy = stepsOf(rule, resolve, subject?.as ?? context.audited);
  return {
    ...base,
    outcome: 'fail',
    severity: check.fails,
    ...told('', check.evidence, (e) => e.truth === 'no' && e.severity === check.fails),
    ...(remedy.length > 0 ? { remedy } : {}),
  };
}

const rank = (severity: Severity): number => severities.indexOf(severity);
const graver = (a: Severity | undefined, b: Severity | undefined): Severity | undefined => (a && b ? (rank(a) <= rank(b) ? a : b) : (a ?? b));

function together(findings: readonly Finding[]): Finding {
  const applying = findings.filter((f) => f.applies);
  const fails = applying.reduce<Severity | undefined>((s, f) => graver(s, f.fails), undefined);
  const undecided = applying.reduce<Severity | undefined>((s, f) => graver(s, f.undecided), undefined);
  return { applies: applying.length > 0, evidence: findings.flatMap((f) => f.evidence), ...(fails ? { fails } : {}), ...(undecided ? { undecided } : {}) };
}

function judgeItem(item: Item, usual: Severity, learn: (p: Probe) => Asked, resolve: Resolve, context: Context): Finding {
  const severity = item.severity ?? usual;
  return isGroup(item) ? judgeGroup(item, severity, learn, resolve, context) : judgeProbe(item, severity, learn(item), resolve, context);
}

function judgeGroup(group: Extract<Item, { group: string }>, severity: Severity, learn: (p: Probe) => Asked, resolve: Resolve, context: Context): Finding {
  const inner = group.items.map((i) => judgeItem(i, severity, learn, resolve, context));
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

function judgeProbe(probe: Probe, severity: Severity, { fact, open }: Asked, resolve: Resolve, context: Context): Finding {
  const mark = (j: Judged): Finding['evidence'][number] => ({ ...j, severity, ...(probe.say ? { say: probe.say } : {}) });
  const kind = context.kinds.get(probe.kind) as Kind;
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

/** The query with parameters and subject fields filled in, or why a field of the subject is unknown. */
export function queryOf(probe: Probe, resolve: Resolve): Query | Unknown {
  const query: Record<string, Json> = {};
  for (const [name, value] of Object.entries(probe.query)) {
    const resolved = resolve(value);
    if (resolved !== null && typeof resolved === 'object' && 'is' in resolved) return resolved as unknown as Unknown;
    query[name] = resolved as Json;
  }
  return query as Query;
}

export function resolver(rule: Rule, subject: Subject | undefined, context: Context): Resolve {
  return (value) => {
    if ('literal' in value) return value.literal;
    if ('param' in value) return context.params(rule, value.param);
    const path = splitPath(value.each) ?? [value.each];
    const gap = subject && gapAt(subject.fact, path);
    if (gap) return gap;
    return (subject && valueAt(subject.fact.value, path)) ?? { is: 'unknown', why: 'ambiguous', said: `the subject has no ${value.each}`, where: [] };
  };
}

/** The rule's steps for one subject: fields filled in, `~` being the home of its account, as root's shell would not know it. */
function stepsOf(rule: Rule, resolve: Resolve, as: Account): Step[] {
  const homed = (value: Json): Json =>
    typeof value === 'string' ? value.replace(/^~(?=\/|$)/, as.home) : Array.isArray(value) ? value.map((v: Json) => homed(v)) : value;
  return rule.remedy.map((step) => {
    const filled = fill(step as Json, (word, name) => {
      const value = resolve(word === 'param' ? { param: name } : { each: name });
      return typeof value === 'object' && value !== null && 'is' in value ? `<${name}>` : (value as Json);
    }) as Record<string, Json>;
    const paths = ['write', 'chmod', 'chown', 'link', 'to', 'remove', 'run'];
    return Object.fromEntries(Object.entries(filled).map(([key, value]) => [key, paths.includes(key) ? homed(value) : value])) as unknown as Step;
  });
}

function unknownVerdict(base: { rule: string; subject?: string }, severity: Severity, finding: Finding): Judgement {
  const reasons = finding.evidence.flatMap((e) => e.unknown ?? []);
  const open = finding.evidence.flatMap((e) => e.open ?? []);
  return { ...base, outcome: 'unknown', severity, ...told('', finding.evidence, (e) => e.truth === 'unknown'), next: advice(reasons), open };
}

function undecided(rule: Rule, subject: Subject | string | undefined, why: Unknown): Judgement {
  const key = typeof subject === 'string' ? subject : subject?.key;
  return {
    rule: rule.id,
    ...(key ? { subject: key } : {}),
    outcome: 'unknown',
    severity: rule.severity,
    message: sentence(typeof subject === 'string' ? 'there may be more of them' : '', why.said),
    evidence: [{ truth: 'unknown', said: why.said, where: why.where }],
    next: advice([why]),
    open: [{ find: rule.forEach?.kind ?? '', why }],
  };
}

function nobody(rule: Rule, consulted: readonly Where[]): Verdict {
  const filter = rule.forEach?.filter.map((f) => f.path.join('.')).join(', ');
  const said = `there is no ${rule.forEach?.kind}${filter ? ` chosen by ${filter}` : ''} on this host`;
  return {
    rule: rule.id,
    outcome: 'not-applicable',
    severity: rule.severity,
    message: sentence('not applicable', said),
    evidence: [{ truth: 'yes', said, where: consulted }],
  };
}
