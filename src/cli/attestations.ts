/** The file of `--attest`: read, and checked with all its mistakes at once. */
import { readFileSync, statSync } from 'node:fs';
import * as Flags from '@oclif/core/flags';
import type { ErrorObject } from 'ajv';
import { isMap, isSeq, type Pair, type Scalar } from 'yaml';
import type { Json } from '../facts/fact.ts';
import type { Problem } from '../rules/rule.ts';
import { Source, type YamlNode } from '../rules/text/source.ts';
import { hintFor } from '../rules/text/suggest.ts';
import { type Answered, type Attestation, endOf, withAnswers } from '../verdicts/attest.ts';
import type { Report } from '../verdicts/report.ts';
import { ProblemsError, UsageError } from './errors.ts';
import { tell } from './print.ts';
import { ruleHint } from './rule-names.ts';
import { schemaNamed, validator } from './validator.ts';

export const attestFlag = {
  attest: Flags.string({ description: 'answers of people to what no look decides; see docs/attest.md', helpValue: 'FILE', helpGroup: 'rule' }),
};

const schema = 'attestations.schema.json';

/** More than anybody writes; a file of answers is kept in the evidence. */
const largest = 4 * 1024 * 1024;

/** A rule that may be answered. */
type Named = { readonly id: string; readonly formerly?: readonly string[] };

/** A file of answers: its text, and what it says. */
export interface AnswersFile {
  readonly text: string;
  readonly answers: readonly Attestation[];
}

/** Reads a file of answers. Throws UsageError where it cannot be read, ProblemsError with every mistake in it. */
export async function answersFrom(file: string, rules: readonly Named[]): Promise<AnswersFile> {
  const text = textOf(file);
  const { answers, problems } = await answersIn(text, file, rules);
  if (problems.length > 0) throw new ProblemsError(problems);
  return { text, answers };
}

function textOf(file: string): string {
  try {
    if (statSync(file).size > largest) throw new UsageError(`--attest ${file}: is larger than ${largest / 1024 / 1024} MiB`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const said = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'is a directory' : 'cannot be read';
    throw new UsageError(`--attest ${file}: ${said}`, 'docs/attest.md says what stands in it');
  }
}

/** Puts the answers beside the verdicts that they are for, and tells what is to be known of them. */
export async function withAnswersOf(reports: readonly Report[], file: AnswersFile | undefined): Promise<Pick<Answered, 'reports' | 'mistakes'>> {
  if (!file) return { reports, mistakes: [] };
  const { told, ...rest } = withAnswers(reports, file.answers);
  await tell(few(told).map((said) => `pretrip: ${said}`));
  return rest;
}

/** The same of saved reports, whose rules are those that may be answered. */
export const answered = async (reports: readonly Report[], file: string | undefined, rules: readonly Named[]): ReturnType<typeof withAnswersOf> =>
  withAnswersOf(reports, file === undefined ? undefined : await answersFrom(file, rules));

/** Answers to what is decided are mistakes, told when everything else is written. Throws UsageError. */
export function refuseAnswers(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new UsageError(few(mistakes).join('\n'), 'everything was written, without these answers');
}

/** Of many lines of one sort the first ones, and how many more there are. */
const few = (lines: readonly string[]): string[] => (lines.length <= 10 ? [...lines] : [...lines.slice(0, 9), `and ${lines.length - 9} more`]);

/** The answers in a text, or every mistake with its line and column. */
export async function answersIn(text: string, file: string, rules: readonly Named[]): Promise<{ answers: Attestation[]; problems: readonly Problem[] }> {
  const source = new Source(file, text);
  if (source.problems.length > 0) return { answers: [], problems: source.problems };
  const value = source.json(source.root);
  const valid = await validator(schema);
  const told = new Set<string>();
  for (const error of valid(value) ? [] : (valid.errors ?? [])) tellError(source, error, told);
  if (source.problems.length > 0) return { answers: [], problems: inOrder(source.problems) };
  const answers = (value as unknown as Written[]).map((one, at) => attestation(one, source, nodeAt(source.root, `/${at}`)));
  for (const [at, one] of answers.entries()) checkAnswer(one, answers.slice(0, at), source, (key) => nodeAt(source.root, `/${at}${key}`), rules);
  return { answers, problems: inOrder(source.problems) };
}

const inOrder = (problems: readonly Problem[]): Problem[] => problems.toSorted((a, b) => a.line - b.line || a.column - b.column);

interface Written extends Pick<Attestation, 'rule' | 'subject' | 'answer' | 'when' | 'until' | 'note'> {
  readonly target?: string | readonly string[];
  readonly who: string;
}

function attestation({ target, who, ...rest }: Written, source: Source, node: YamlNode): Attestation {
  const { path, line, column } = source.at(node);
  return { ...rest, by: who, ...(target === undefined ? {} : { targets: [target].flat() }), at: `${path}:${line}:${column}` };
}

/** What a schema cannot see: rules that are not there, days that are none, an end before the answer, an answer given twice. */
function checkAnswer(one: Attestation, before: readonly Attestation[], source: Source, at: (key: string) => YamlNode, rules: readonly Named[]): void {
  const ids = rules.flatMap((r) => [r.id, ...(r.formerly ?? [])]);
  if (!ids.includes(one.rule)) source.problem(at('/rule'), `there is no rule "${one.rule}"`, ruleHint(one.rule, ids));
  for (const key of ['when', 'until'] as const)
    if (!isDay(one[key])) source.problem(at(`/${key}`), `${key}: ${one[key]} is no day of the calendar`, 'write it as 2026-11-29, or 2026-11-29T12:00:00Z');
  if (isDay(one.when) && isDay(one.until) && endOf(one.until) < Date.parse(one.when))
    source.problem(at('/until'), `it ends at ${one.until}, before it was answered at ${one.when}`);
  const twin = before.find((b) => same(b, one));
  if (twin) source.problem(at(''), `the same is answered at ${twin.at} already`, 'leave one of the two');
}

const same = (a: Attestation, b: Attestation): boolean =>
  a.rule === b.rule && a.subject === b.subject && (a.targets === b.targets || (a.targets ?? []).some((t) => b.targets?.includes(t)));

const isDay = (text: string): boolean => {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.slice(0, 10));
};

/** One mistake of the schema in our words, at its place; what is told already is not told again. */
function tellError(source: Source, error: ErrorObject, told: Set<string>): void {
  const found = mistakeOf(error);
  if (!found || told.has(`${found.at} ${found.message}`)) return;
  told.add(`${found.at} ${found.message}`);
  source.problem(nodeAt(source.root, found.at, found.at !== error.instancePath), found.message, found.hint);
}

/** What is wrong, where (a JSON pointer), and what to do. Undefined: another error tells it. */
function mistakeOf({ instancePath: at, keyword, params }: ErrorObject): { at: string; message: string; hint?: string } | undefined {
  const of = params as { readonly missingProperty?: string; readonly additionalProperty?: string; readonly allowedValues?: readonly Json[] };
  const key = at.split('/').at(2) ?? '';
  const moment = 'write it as 2026-11-29, or 2026-11-29T12:00:00Z';
  switch (keyword) {
    case 'anyOf':
      return { at, message: 'an answer needs "target", "subject", or both', hint: 'an answer for every host there is would be none' };
    case 'required':
      return of.missingProperty === 'subject' || of.missingProperty === 'target' ? undefined : { at, message: `an answer needs "${of.missingProperty}"` };
    case 'additionalProperties': {
      const { additionalProperty: extra = '' } = of;
      return { at: `${at}/${extra}`, message: `unknown key "${extra}" in an answer`, hint: hintFor(extra, keysOf()) };
    }
    case 'enum':
      return { at, message: `${key} must be ${(of.allowedValues ?? []).join(' or ')}` };
    case 'pattern':
      return { at, message: `${key} must be a day or a time in UTC`, hint: moment };
  }
  if (at === '') return { at, message: 'the file must be a list of answers', hint: 'each begins with "- rule: …"' };
  return { at, message: key === '' ? 'an answer must be a map of keys and values' : `${key} must be text` };
}

const keysOf = (): string[] => Object.keys((schemaNamed(schema) as { readonly items: { readonly properties: object } }).items.properties);

/** The node at a JSON pointer; of a map's entry its key where `ofKey`. The nearest one above where there is none. */
function nodeAt(root: YamlNode, pointer: string, ofKey = false): YamlNode {
  let here = root;
  const parts = pointer.split('/').slice(1);
  for (const [at, part] of parts.entries()) {
    let next: YamlNode;
    if (isSeq(here)) next = here.items[Number(part)] as YamlNode;
    else if (isMap(here)) {
      const pair = here.items.find((p) => (p.key as Scalar).value === part) as Pair<YamlNode, YamlNode> | undefined;
      next = ofKey && at === parts.length - 1 ? pair?.key : pair?.value;
    }
    if (!next) return here;
    here = next;
  }
  return here;
}
