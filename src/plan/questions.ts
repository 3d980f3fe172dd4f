/** Rules × subjects → questions: each worked out once, learnt once, and the fact laid into it for judging. */
import { decide, gapAt, type Resolve, valueAt } from '../expect/expectation.ts';
import { type Account, type Asking, together } from '../facts/ask.ts';
import type { Fact, Json, Known, Subject, Subjects, Unknown, Where } from '../facts/fact.ts';
import { splitPath } from '../facts/fact.ts';
import { type Given, groundOfFind, groundOfQuery, type Kind } from '../facts/kind.ts';
import { changed } from '../facts/later.ts';
import { asRoot } from '../facts/podman/as-root.ts';
import { settlingLater } from '../facts/settle.ts';
import { forFiles, hold } from '../facts/source.ts';
import type { IfNone, Rule } from '../rules/rule.ts';
import { LaterQuestion, type Put, type Question, type Questions, RuleQuestions } from './asked.ts';

/** On whose behalf, with what, and by which kinds an inspection asks. */
export interface Context {
  readonly kinds: ReadonlyMap<string, Kind>;
  /** The account that inspects. */
  readonly audited: Account;
  readonly given: Given;
  /** Parameter values by rule and name; what is missing takes the rule's default. */
  readonly params: ParamValues;
  /** What a rule's profiles are about; none: everything. */
  readonly scope?: (rule: Rule) => Scope;
  /** What was learnt so far, added to. */
  readonly learnt: Learnt;
  /** Takes up a crash of a probe: a defect of pretrip, unknown for the rules. */
  readonly defect: (said: string) => void;
}

/** Whose subjects a rule ranges over. */
export interface Scope {
  /** Accounts alone: root's engine, and what is root's, is none of its subjects. */
  readonly accounts: boolean;
  /** Somebody asked for a profile about accounts that has the rule. */
  readonly asked: boolean;
}

/** Subjects by kind, and questions by what they ask. */
export interface Learnt {
  readonly subjects: Map<string, Subjects>;
  readonly questions: Map<string, Question>;
}

export const newlyLearnt = (): Learnt => ({ subjects: new Map(), questions: new Map() });

export type ParamValues = (rule: Rule, name: string) => Json;

/** One rule about one subject (none: the host itself), with what each of its probes asks, or why that cannot be told. */
export interface Inquiry {
  readonly rule: Rule;
  /** The name of the account that inspects. */
  readonly by: string;
  /** How the kind that the rule ranges over says that there is none. */
  readonly nothing?: string;
  readonly subject?: Subject;
  /** The account in question. */
  readonly as: Account;
  readonly resolve: Resolve;
  /** Whether a running host answers: items say where they apply. */
  readonly running: boolean;
  readonly asked: Questions;
}

/** What a rule ranges over: its inquiries, and the subjects of which nobody can tell whether they are meant. */
export interface Ranged {
  readonly rule: Rule;
  /** The name of the account that inspects. */
  readonly by: string;
  /** How the kind that the rule ranges over says that there is none. */
  readonly nothing?: string;
  readonly inquiries: readonly Inquiry[];
  readonly undecided: readonly { readonly subject?: string; readonly why: Unknown }[];
  /** There may be more subjects, or nobody could look for any. */
  readonly others?: Unknown;
  /** Where subjects were looked for. */
  readonly consulted: readonly Where[];
  /** There is no subject, and the rule says what becomes of it then: its `when` about the host itself. */
  readonly none?: Inquiry;
  /** The rule is about what runs, and nothing runs here; or about images, and this is a running host. */
  readonly elsewhere?: true;
}

const notAsked: Unknown = { is: 'unknown', why: 'not-recorded', said: 'was not asked', where: [] };

/** All that rules ask, learnt once each, in as few rounds as the questions allow. */
export function* inquire(rules: readonly Rule[], context: Context): Asking<Ranged[]> {
  const { subjects, questions } = context.learnt;
  const names = [...new Set(rules.flatMap((r) => r.forEach?.kind ?? []))].filter((name) => !subjects.has(name));
  const found = yield* together(names.map((name) => findSubjects(context.kinds.get(name), context)));
  for (const [at, name] of names.entries()) subjects.set(name, bounded(name, found[at] ?? notAsked));
  const before = questions.size;
  // A recording answers when somebody looks: of what does not apply here, most is never looked at.
  const later = settlingLater();
  const newQuestion = (put: Put): Question => (later ? new LaterQuestion(put, (q) => later(learn(q, context))) : { ...put, fact: notAsked });
  const asking = { ...context, newQuestion };
  const ranged = rules.map((rule) => range(rule, rule.forEach && subjects.get(rule.forEach.kind), asking));
  if (later) return ranged;
  for (const { inquiries, none } of ranged) for (const { asked } of none ? [...inquiries, none] : inquiries) asked.all();
  yield* together([...questions.values()].slice(before).map((question) => learnInto(question, context)));
  return ranged;
}

interface AskingContext extends Context {
  readonly newQuestion: (put: Put) => Question;
}

/** Subjects of one kind that are judged on a host: more are a mistake, or an attack on whoever judges. */
const mostSubjects = 256;

/** The first subjects; of the others nothing is known. */
function bounded(kind: string, subjects: Subjects): Subjects {
  if (subjects.is === 'unknown' || subjects.each.length <= mostSubjects) return subjects;
  const said = `there are ${subjects.each.length} of ${kind}, and only the first ${mostSubjects} are judged`;
  return { ...subjects, each: subjects.each.slice(0, mostSubjects), incomplete: { is: 'unknown', why: 'too-large', said, where: subjects.consulted } };
}

/** A rule on each of its subjects. */
function range(rule: Rule, subjects: Subjects | undefined, context: AskingContext): Ranged {
  const about = (subject?: Subject): Inquiry => inquiryOf(rule, subject, context);
  const nothing = context.kinds.get(rule.forEach?.kind ?? '')?.find?.none;
  const who = { rule, by: context.audited.name, ...(nothing === undefined ? {} : { nothing }) };
  const empty = { ...who, inquiries: [], undecided: [], consulted: [] };
  if (rule.running !== undefined && rule.running !== (context.given.running !== false)) return { ...empty, elsewhere: true };
  if (!subjects) return { ...empty, inquiries: [about()] };
  if (subjects.is === 'unknown') return { ...empty, undecided: [{ why: subjects }] };
  const inquiries: Inquiry[] = [];
  const undecided: { subject: string; why: Unknown }[] = [];
  const { each, others } = within(rule, subjects, context);
  for (const subject of each) {
    const meant = isMeant(rule, subject, context);
    if (meant === true) inquiries.push(about(subject));
    else if (meant !== false) undecided.push({ subject: subject.key, why: meant });
  }
  const nobody = inquiries.length === 0 && undecided.length === 0 && !others;
  const ifNone = nobody ? ifNoneOf(rule, context) : undefined;
  const none = ifNone && { none: inquiryOf(changed(rule, { ifNone, when: [...rule.when, ...ifNone.when], check: [], learn: [] }), undefined, context) };
  return { ...who, inquiries, undecided, consulted: subjects.consulted, ...(others ? { others } : {}), ...none };
}

/** What to do where a profile about accounts finds none. */
export const nameAnAccount = 'no account on this host shows that it runs containers without root: name the account with --account';

function ifNoneOf(rule: Rule, { scope, kinds }: Context): IfNone | undefined {
  if (rule.ifNone?.outcome === 'unknown') return rule.ifNone;
  const ofAccounts = kinds.get(rule.forEach?.kind ?? '')?.find?.ofAccounts ?? false;
  return ofAccounts && scope?.(rule).asked ? { outcome: 'unknown', say: nameAnAccount, when: [] } : undefined;
}

/**
 * The subjects that a rule's profiles are about, and why there may be more of them. A profile about accounts leaves out
 * what is root's; of an account that inspects itself, and names nobody, also what is of others: those it may not see.
 */
function within(rule: Rule, { each, incomplete, hidden }: Exclude<Subjects, Unknown>, { scope, audited, given }: Context): Within {
  const all = { each, ...(incomplete ? { others: incomplete } : {}) };
  if (!scope?.(rule).accounts) return all;
  const names = given.accounts ?? [];
  const isOurs = (uid: number, name?: string): boolean =>
    names.length > 0 ? name === undefined || names.includes(name) : audited.uid === 0 || uid === audited.uid;
  const ours = each.filter(({ as, roots }) => !roots && (as === undefined || as.uid === 0 || isOurs(as.uid, as.name)));
  if (!hidden) return { ...all, each: ours };
  const why = hidden.find(({ of }) => of === 'everyone' || (of === 'others' ? names.length > 0 || audited.uid === 0 : of !== 0 && isOurs(of)))?.why;
  return { each: ours, ...(why ? { others: why } : {}) };
}

interface Within {
  readonly each: readonly Subject[];
  readonly others?: Unknown;
}

/** Whether a subject passes the rule's filter. */
function isMeant(rule: Rule, subject: Subject, context: Context): boolean | Unknown {
  const resolve = resolver(rule, subject, context);
  const decided = (rule.forEach?.filter ?? []).map((f) => decide(f, subject.fact, resolve));
  return !decided.includes(false) && (decided.find((d) => d !== true) ?? true);
}

/** One rule about one subject. */
function inquiryOf(rule: Rule, subject: Subject | undefined, context: AskingContext): Inquiry {
  const resolve = resolver(rule, subject, context);
  const as = subject?.as ?? context.audited;
  const running = context.given.running !== false;
  const nothing = context.kinds.get(rule.forEach?.kind ?? '')?.find?.none;
  const { kinds, learnt, newQuestion } = context;
  const asked = new RuleQuestions({ rule, as, resolve, running }, { kinds, questions: learnt.questions, newQuestion });
  return { rule, by: context.audited.name, ...(nothing === undefined ? {} : { nothing }), ...(subject ? { subject } : {}), as, resolve, running, asked };
}

/** What a rule's values stand for: parameters, and fields of the subject at hand. */
function resolver(rule: Rule, subject: Subject | undefined, context: Context): Resolve {
  return (value) => {
    if ('literal' in value) return value.literal;
    if ('param' in value) return context.params(rule, value.param);
    return (subject && fieldOf(subject.fact, value.each)) ?? { is: 'unknown', why: 'ambiguous', said: `the subject has no ${value.each}`, where: [] };
  };
}

function fieldOf(fact: Known, name: string): Json | Unknown | undefined {
  const path = splitPath(name) ?? [name];
  return gapAt(fact, path) ?? valueAt(fact.value, path);
}

/** Learns the answer to one question. On a target, every ask is held against what the kind promised. */
export function probeFor({ kind, query, as }: Omit<Question, 'fact'>, { audited, given }: Pick<Context, 'audited' | 'given'>): Asking<Fact> {
  return asRoot(
    hold(() => forFiles(groundOfQuery(kind, query), given.files), as, kind.learn(query, as, given), true),
    as,
    audited,
  );
}

function* learnInto(question: Put & { fact: Fact }, context: Context): Asking<void> {
  question.fact = yield* learn(question, context);
}

function* learn(question: Omit<Question, 'fact'>, context: Context): Asking<Fact> {
  try {
    return yield* probeFor(question, context);
  } catch (error) {
    return crashed(`${question.kind.name} ${JSON.stringify(question.query)} as ${question.as.name}`, error, context);
  }
}

function* findSubjects(kind: Kind | undefined, context: Context): Asking<Subjects> {
  if (!kind?.find) return notAsked;
  try {
    const { audited, given } = context;
    return yield* hold(() => forFiles(groundOfFind(kind), given.files), audited, kind.find.learn(audited, given), true);
  } catch (error) {
    return crashed(`the subjects of ${kind.name}`, error, context);
  }
}

/** A crash is unknown for the rule and ends the run as a defect. */
function crashed(name: string, error: unknown, context: Context): Unknown {
  context.defect(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return { is: 'unknown', why: 'failed', said: `pretrip itself failed on ${name}; please report it`, where: [] };
}
