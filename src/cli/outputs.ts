/** `-o FORMAT[=PATH]`: which reports go where. */
import { createHash } from 'node:crypto';
import * as Flags from '@oclif/core/flags';
import { type Choices, type Format, textOf } from '../report/format.ts';
import * as listed from '../report/formats.ts';
import type { Style } from '../report/style.ts';
import { hintFor } from '../rules/text/suggest.ts';
import { type Outcome, type Report, severities } from '../verdicts/report.ts';
import type { FailOn } from '../verdicts/summarize.ts';
import { UsageError } from './errors.ts';
import { out } from './print.ts';
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
      Flags.option({ options: values })({ description: describe, default: values[0] }),
    ]),
  ),
);

export const outputFlags = {
  ...formatFlags,
  output: Flags.string({
    char: 'o',
    multiple: true,
    multipleNonGreedy: true,
    description: `report FORMAT[=PATH], repeatable: ${names.join(', ')}; {target} in PATH is the target's name. Default: ${usual('terminal')} on a terminal, ${usual('pipe')} in a pipe`,
    helpValue: 'FORMAT[=PATH]',
  }),
  'fail-on': Flags.option({ options: [...severities, 'never'] as const })({
    description: 'severity from which a failure fails the run',
    default: 'high',
    env: 'PRETRIP_FAIL_ON',
  }),
  'allow-incomplete': Flags.boolean({ description: 'accept what could not be decided' }),
  show: Flags.string({ description: 'outcomes to list: fail, unknown, pass, not-applicable, or all', default: 'fail,unknown', env: 'PRETRIP_SHOW' }),
  color: Flags.boolean({ allowNo: true, description: 'colour; default: on a terminal, unless NO_COLOR is set' }),
  width: Flags.integer({ description: 'columns of the table; default: the terminal, or 80', min: 40, max: 400 }),
};

interface OutputFlags {
  readonly output?: string[] | undefined;
  readonly 'fail-on': FailOn;
  readonly show: string;
  readonly color?: boolean | undefined;
  readonly width?: number | undefined;
}

interface Output {
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
  const outputs = (flags.output ?? [usual(process.stdout.isTTY ? 'terminal' : 'pipe')]).map((text) => outputFrom(text, flags));
  const toStdout = outputs.filter((o) => o.path === undefined);
  if (toStdout.length > 1) throw new UsageError('only one format can go to standard output', `give the others a file: -o ${toStdout[1]?.name}=FILE`);
  if (targets > 1) for (const output of outputs) checkPlaces(output);
  for (const { path } of outputs) if (path !== undefined) refuseUnwritable(path);
  return outputs;
}

function outputFrom(text: string, flags: OutputFlags): Output {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const path = at < 0 ? undefined : text.slice(at + 1);
  const format = formats.get(name);
  if (!format) throw new UsageError(`-o ${text}: there is no format "${name}"`, hintFor(name, names));
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

/** Whether people read a report on standard output, which ends in the gate's sentence. */
export const tellsPeople = (outputs: readonly Output[]): boolean => outputs.some((o) => o.format.for === 'people' && o.path === undefined);

export function styleFrom(flags: OutputFlags): Style {
  return {
    width: flags.width ?? (process.stdout.isTTY ? Math.max(40, process.stdout.columns ?? 80) : 80),
    colour: flags.color ?? (process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'),
    show: outcomesFrom(flags.show),
    failOn: flags['fail-on'],
    hash: (algorithm, data) => createHash(algorithm).update(data).digest('hex'),
  };
}

function outcomesFrom(text: string): Outcome[] {
  const all: Outcome[] = ['fail', 'unknown', 'pass', 'not-applicable'];
  if (text === 'all') return all;
  return text.split(',').map((word) => {
    if (!(all as string[]).includes(word)) throw new UsageError(`--show ${text}: "${word}" is no outcome`, hintFor(word, [...all, 'all']));
    return word as Outcome;
  });
}

/** Renders all, signs saved runs in files with `key`, then writes all. `last` follows what people read on standard output. */
export async function emit(reports: readonly Report[], outputs: readonly Output[], style: Style, last: string, key?: string): Promise<void> {
  const files: NewFile[] = [];
  let stdout = '';
  for (const output of outputs) {
    for (const { path, text } of textsOf(output, reports, style)) {
      if (path === undefined) stdout += text;
      else {
        files.push({ path, content: text });
        if (key !== undefined && output.format.saved)
          files.push({ path: `${path}.sig`, content: await sign(Buffer.from(text), 'report', key), mode: signatureMode });
      }
    }
  }
  const twice = files.find((f, i) => files.findIndex((o) => o.path === f.path) !== i);
  if (twice) throw new UsageError(`two reports would be written to ${twice.path}`);
  let failed: unknown;
  try {
    writeAll(files);
  } catch (error) {
    failed = error;
  }
  if (tellsPeople(outputs)) stdout += `${last}\n${failed ? '' : files.map((f) => `wrote ${f.path}\n`).join('')}`;
  if (stdout !== '') await out(stdout);
  if (failed) throw failed;
}

interface Text {
  /** Undefined: standard output. */
  readonly path?: string;
  readonly text: string;
}

/** One text for all, or one a report, as format and path will have it. */
function textsOf({ format, choices, path }: Output, reports: readonly Report[], style: Style): Text[] {
  const as = path === undefined ? style : { ...style, colour: false };
  if (format.of === 'many' && reports.length > 0 && !path?.includes('{target}'))
    return [{ text: format.render(reports, as, choices), ...(path === undefined ? {} : { path }) }];
  return reports.map((report) => {
    const text = textOf(format, report, as, choices);
    return path === undefined ? { text } : { text, path: path.replaceAll('{target}', fileName(report.target.name)) };
  });
}

/** A target's name as a file name: no separators, no leading dot. */
export const fileName = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[.-]+/, '_') || '_';
