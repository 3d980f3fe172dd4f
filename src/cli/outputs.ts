/** `-o FORMAT[=PATH]`: which reports go where. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { ledger } from '../report/findings.ts';
import { type Choices, type Format, textOf } from '../report/format.ts';
import * as listed from '../report/formats.ts';
import type { Style } from '../report/style.ts';
import { hintFor } from '../rules/text/suggest.ts';
import { type Outcome, type Report, severities } from '../verdicts/report.ts';
import type { FailOn } from '../verdicts/summarize.ts';
import { eachOf, OutputError, UsageError } from './errors.ts';
import { out, tell } from './print.ts';
import { quietFlag } from './quiet.ts';
import { sign, signatureMode } from './sign.ts';
import { type NewFile, refuseUnwritable, writeAll } from './write-file.ts';

/** By name; what people read comes first. */
export const formats: ReadonlyMap<string, Format> = new Map(
  Object.entries<Format>(listed).sort(([a, x], [b, y]) => (`${x.for} ${a}` < `${y.for} ${b}` ? -1 : 1)),
);
const names = [...formats.keys()];

/** The format that is written to a terminal, or to a pipe, where none is asked for. */
const usual = (where: 'terminal' | 'pipe'): string => names.find((name) => formats.get(name)?.usual === where) ?? '';

/** The flags that only one format has. */
const formatFlags = Object.fromEntries(
  [...formats].flatMap(([name, { options }]) =>
    Object.entries(options).map(([option, { describe, values }]) => [
      `${name}-${option}`,
      Flags.option({ options: values })({ description: describe, default: values[0], helpGroup: 'output' }),
    ]),
  ),
);

export const outputFlags = {
  output: Flags.string({
    char: 'o',
    multiple: true,
    multipleNonGreedy: true,
    description: `report FORMAT[=PATH], repeatable: ${names.join(', ')}; {target} in PATH is the target's name. Default: ${usual('terminal')} on a terminal, ${usual('pipe')} in a pipe`,
    helpValue: 'FORMAT[=PATH]',
    helpGroup: 'output',
  }),
  'fail-on': Flags.option({ options: [...severities, 'never'] as const })({
    description: 'severity from which a failure fails the run',
    default: 'high',
    env: 'PRETRIP_FAIL_ON',
    helpGroup: 'gate',
  }),
  'allow-incomplete': Flags.boolean({ description: 'accept what could not be decided', helpGroup: 'gate' }),
  verbose: Flags.boolean({ char: 'v', description: 'in the table, every finding whole: why, all places, the whole fix', helpGroup: 'output' }),
  show: Flags.string({
    description: 'outcomes to list: fail, unknown, pass, not-applicable, or all',
    default: 'fail,unknown',
    env: 'PRETRIP_SHOW',
    helpValue: 'OUTCOME,...',
    helpGroup: 'output',
  }),
  name: Flags.string({ description: 'name under which the target is reported, and known from run to run', helpValue: 'NAME', helpGroup: 'output' }),
  category: Flags.string({
    description: "what SARIF files the run under, instead of target and profiles; {target} in it is the target's name",
    helpValue: 'CATEGORY',
    helpGroup: 'output',
  }),
  color: Flags.boolean({ allowNo: true, description: 'colour; default: on a terminal, unless NO_COLOR is set', helpGroup: 'output' }),
  width: Flags.integer({ description: 'columns of the table; default: the terminal, or 80', min: 40, max: 400, helpValue: 'COLUMNS', helpGroup: 'output' }),
  ...quietFlag,
  ...formatFlags,
};

interface OutputFlags {
  readonly output?: string[] | undefined;
  readonly 'fail-on': FailOn;
  readonly show: string;
  readonly 'allow-incomplete': boolean;
  readonly name?: string | undefined;
  readonly category?: string | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
  readonly width?: number | undefined;
}

export interface Output {
  /** Name of the format. */
  readonly name: string;
  readonly format: Format;
  readonly choices: Choices;
  readonly path?: string;
}

/** What the flags choose of a format's own options. */
function choicesFrom(flags: object, name: string, { options }: Format): Choices {
  const given: Readonly<Record<string, unknown>> = { ...flags };
  return Object.fromEntries(
    Object.keys(options).flatMap((option) => (typeof given[`${name}-${option}`] === 'string' ? [[option, String(given[`${name}-${option}`])]] : [])),
  );
}

/** Reads the -o flags before anything is looked at, so that a typo costs no scan. */
export function outputsFrom(flags: OutputFlags, targets: number): Output[] {
  const outputs = eachOf(flags.output ?? [usual(process.stdout.isTTY ? 'terminal' : 'pipe')], (text) => outputFrom(text, flags));
  const toStdout = outputs.filter((o) => o.path === undefined);
  if (toStdout.length > 1) throw new UsageError('only one format can go to standard output', `give the others a file: -o ${toStdout[1]?.name}=FILE`);
  const twice = outputs.find((o, at) => o.path !== undefined && outputs.findIndex((other) => sameFile(other.path, o.path)) !== at);
  if (twice) throw new UsageError(`-o: two reports would be written to ${twice.path}`, 'give each a file of its own');
  eachOf(outputs, (output) => {
    if (targets > 1) checkPlaces(output);
    if (output.path !== undefined) refuseUnwritable(output.path);
  });
  return outputs;
}

const sameFile = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && resolve(a) === resolve(b);

/** What tells runs apart must not be empty, nor the same for several targets. */
export function checkIdentity({ name, category }: OutputFlags, targets: number): void {
  if (name !== undefined && name.trim() === '') throw new UsageError('--name: the name is empty');
  if (category !== undefined && /^[/\s]*$/.test(category)) throw new UsageError('--category: the category is empty');
  if (targets < 2) return;
  if (name !== undefined) throw new UsageError(`--name ${name}: several targets need a name each`, 'scan them one by one');
  if (category !== undefined && !category.includes('{target}'))
    throw new UsageError(`--category ${category}: several targets need a category each`, `put {target} into it: --category ${category}/{target}`);
}

/** The report under the name that --name gives, which is also its identity. */
export function named(report: Report, name: string | undefined): Report {
  if (name === undefined) return report;
  const { identity: _accident, ...target } = report.target;
  return { ...report, target: { ...target, name } };
}

function outputFrom(text: string, flags: OutputFlags): Output {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const path = at < 0 ? undefined : text.slice(at + 1);
  const format = formats.get(name);
  if (!format) {
    const several = name.split(',');
    const hint =
      several.length > 1 && several.every((one) => formats.has(one))
        ? `give -o once for each: ${several.map((one) => `-o ${one}=FILE`).join(' ')}`
        : hintFor(name, names);
    throw new UsageError(`-o ${text}: ${name === '' ? 'the format is missing' : `there is no format "${name}"`}`, hint);
  }
  if (path === '') throw new UsageError(`-o ${text}: the path is missing`, `-o ${name} writes to standard output`);
  const output = { name, format, choices: choicesFrom(flags, name, format) };
  return path === undefined || path === '-' ? output : { ...output, path };
}

/** Of a format with a text for each run, several cannot go to one place. */
function checkPlaces({ name, format, path }: Output): void {
  if (format.of === 'many' || path?.includes('{target}')) return;
  if (path === undefined) throw new UsageError(`-o ${name}: several targets need a file each`, `-o ${name}=out/{target}.${format.extension}`);
  throw new UsageError(`-o ${name}=${path}: several targets need a file each`, 'put {target} into the path');
}

/** Whether the saved run goes to a file, which can be signed. */
export const saves = (outputs: readonly Output[]): boolean => outputs.some((o) => o.format.saved && o.path !== undefined);

/** Whether people read a report on standard output: it holds the counts already. */
export const tellsPeople = (outputs: readonly Output[]): boolean => outputs.some((o) => o.format.for === 'people' && o.path === undefined);

export function styleFrom(flags: OutputFlags): Style {
  return {
    width: flags.width ?? (process.stdout.isTTY ? Math.max(40, process.stdout.columns ?? 80) : 80),
    colour: flags.color ?? usualColour(process.env),
    show: outcomesFrom(flags.show),
    failOn: flags['fail-on'],
    allowIncomplete: flags['allow-incomplete'],
    ...(flags.category === undefined ? {} : { category: flags.category }),
    verbose: flags.verbose ?? false,
    ascii: knowsAsciiAlone(process.env),
    hash: (algorithm, data) => createHash(algorithm).update(data).digest('hex'),
  };
}

/** By the locale that counts for characters (POSIX, "Environment Variables"); where none is set, terminals of today know them. */
function knowsAsciiAlone({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale !== '' && !/utf-?8/i.test(locale);
}

/** Colour where nobody says: no-color.org, and FORCE_COLOR as Node reads it. */
function usualColour({ NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  return FORCE_COLOR !== undefined && FORCE_COLOR !== '' ? FORCE_COLOR !== '0' : process.stdout.isTTY === true && TERM !== 'dumb';
}

function outcomesFrom(text: string): Outcome[] {
  const all: Outcome[] = ['fail', 'unknown', 'pass', 'not-applicable'];
  if (text === 'all') return all;
  return eachOf(text.split(','), (word) => {
    if (!(all as string[]).includes(word)) throw new UsageError(`--show ${text}: unknown outcome "${word}"`, hintFor(word, [...all, 'all']));
    return word as Outcome;
  });
}

/**
 * Renders all, signs saved runs in files with `key`, then writes all. Counts, what was written and the gate's sentence go
 * to standard error, whatever the format. An output that cannot be written leaves the others alone, and is told at the end.
 */
export async function emit(reports: readonly Report[], outputs: readonly Output[], style: Style, gate: string, key?: string): Promise<void> {
  // One after another: a key may ask for a touch each time.
  const rendered: Awaited<ReturnType<typeof filesOf>>[] = [];
  for (const output of outputs) rendered.push(await filesOf(output, reports, style, key));
  const unwritten: OutputError[] = [];
  const attempt = async (work: () => unknown): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      unwritten.push(error);
      return false;
    }
  };
  const written: string[] = [];
  for (const { files } of rendered) {
    const twice = files.find((f) => written.includes(f.path)) ?? files.find((f, at) => files.findIndex((o) => o.path === f.path) !== at);
    const work = (): void => {
      if (twice)
        throw new OutputError(`two reports would be written to ${twice.path}: two targets have one name`, 'scan them one by one, each with its --name');
      writeAll(files);
    };
    if (await attempt(work)) written.push(...files.map((f) => f.path));
  }
  const stdout = rendered.map((r) => r.stdout).join('');
  if (stdout !== '') await attempt(() => out(stdout));
  const counts = tellsPeople(outputs) ? [] : reports.map((r) => `${reports.length > 1 ? `${r.target.name}: ` : ''}${ledger(r)}`);
  await tell([...counts, ...written.map((path) => `wrote ${path}`), ...outputs.flatMap((o) => uploads(o, reports.length)), gate]);
  if (unwritten.length > 0) throw new OutputError(unwritten.map((e) => e.message).join('\n'), unwritten[0]?.hint);
}

/** What one output writes, into files and to standard output. */
async function filesOf(output: Output, reports: readonly Report[], style: Style, key: string | undefined): Promise<{ files: NewFile[]; stdout: string }> {
  const files: NewFile[] = [];
  let stdout = '';
  for (const { path, text } of textsOf(output, reports, style)) {
    if (path === undefined) stdout += text;
    else {
      files.push({ path, content: text });
      if (key !== undefined && output.format.saved)
        files.push({ path: `${path}.sig`, content: await sign(Buffer.from(text), 'report', key), mode: signatureMode });
    }
  }
  return { files, stdout };
}

/** More files than their readers take in one go. */
const uploads = ({ name, format: { of, upload } }: Output, files: number): string[] =>
  of === 'one' && upload && files > upload.most ? [`${name}: ${files} files, and ${upload.to}: upload them ${upload.most} at a time`] : [];

interface Text {
  /** Undefined: standard output. */
  readonly path?: string;
  readonly text: string;
}

/** One text for all, or one a report, as format and path will have it. */
function textsOf({ format, choices, path }: Output, reports: readonly Report[], style: Style): Text[] {
  const as = path === undefined ? style : { ...style, colour: false, ascii: false, verbose: true };
  if (format.of === 'many' && reports.length > 0 && !path?.includes('{target}'))
    return [{ text: format.render(reports, as, choices), ...(path === undefined ? {} : { path }) }];
  return reports.map((report) => {
    const text = textOf(format, report, as, choices);
    return path === undefined ? { text } : { text, path: pathFor(path, report.target.name) };
  });
}

/** The path for one target. */
export const pathFor = (path: string, target: string): string => path.replaceAll('{target}', fileName(target));

/** A target's name as a file name: no separators, no leading dot. */
export const fileName = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[.-]+/, '_') || '_';
