/** `-o FORMAT[=PATH]`: which reports go where. */
import { createHash } from 'node:crypto';
import * as Flags from '@oclif/core/flags';
import { type FormatName, formats } from '../report/formats.ts';
import type { Style } from '../report/style.ts';
import { hintFor } from '../rules/text/suggest.ts';
import { type Outcome, type Report, severities } from '../verdicts/report.ts';
import type { FailOn } from '../verdicts/summarize.ts';
import { UsageError } from './errors.ts';
import { out } from './print.ts';
import { sign, signatureMode } from './sign.ts';
import { type NewFile, writeAll } from './write-file.ts';

export const outputFlags = {
  output: Flags.string({
    char: 'o',
    multiple: true,
    multipleNonGreedy: true,
    description: `report FORMAT[=PATH], repeatable: ${Object.keys(formats).join(', ')}; {target} in PATH is the target's name. Default: table on a terminal, concise in a pipe`,
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
  'sarif-profile': Flags.option({ options: ['github', 'full'] as const })({
    description: 'github: what code scanning can show; full: everything',
    default: 'github',
  }),
  'junit-dialect': Flags.option({ options: ['common', 'rich'] as const })({
    description: 'common: valid everywhere; rich: with file and line',
    default: 'common',
  }),
  'junit-below-threshold': Flags.option({ options: ['failure', 'skipped', 'pass'] as const })({
    description: 'what JUnit makes of failures below --fail-on',
    default: 'failure',
  }),
};

interface OutputFlags {
  readonly output?: string[] | undefined;
  readonly 'fail-on': FailOn;
  readonly show: string;
  readonly color?: boolean | undefined;
  readonly width?: number | undefined;
  readonly 'sarif-profile': 'github' | 'full';
  readonly 'junit-dialect': 'common' | 'rich';
  readonly 'junit-below-threshold': 'failure' | 'skipped' | 'pass';
}

interface Output {
  readonly format: FormatName;
  readonly path?: string;
}

/** Reads the -o flags before anything is looked at, so that a typo costs no scan. */
export function outputsFrom(flags: OutputFlags, targets: number): Output[] {
  const outputs = (flags.output ?? [process.stdout.isTTY ? 'table' : 'concise']).map((text): Output => {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    const path = at < 0 ? undefined : text.slice(at + 1);
    if (!Object.hasOwn(formats, name)) throw new UsageError(`-o ${text}: there is no format "${name}"`, hintFor(name, Object.keys(formats)));
    if (path === '') throw new UsageError(`-o ${text}: the path is missing`, `-o ${name} writes to standard output`);
    const format = name as FormatName;
    return path === undefined || path === '-' ? { format } : { format, path };
  });
  const toStdout = outputs.filter((o) => o.path === undefined);
  if (toStdout.length > 1) throw new UsageError('only one format can go to standard output', `give the others a file: -o ${toStdout[1]?.format}=FILE`);
  const [machine] = toStdout.filter((o) => !['table', 'concise'].includes(o.format));
  if (targets > 1) {
    if (machine)
      throw new UsageError(`-o ${machine.format}: several targets need a file each`, `-o ${machine.format}=out/{target}.${formats[machine.format].extension}`);
    const shared = outputs.find((o) => o.path !== undefined && !o.path.includes('{target}'));
    if (shared) throw new UsageError(`-o ${shared.format}=${shared.path}: several targets need a file each`, 'put {target} into the path');
  }
  return outputs;
}

export function styleFrom(flags: OutputFlags): Style {
  return {
    width: flags.width ?? (process.stdout.isTTY ? Math.max(40, process.stdout.columns ?? 80) : 80),
    colour: flags.color ?? (process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'),
    show: outcomesFrom(flags.show),
    failOn: flags['fail-on'],
    hash: (algorithm, data) => createHash(algorithm).update(data).digest('hex'),
    sarifProfile: flags['sarif-profile'],
    junitDialect: flags['junit-dialect'],
    junitBelowThreshold: flags['junit-below-threshold'],
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

/** Renders all, signs JSON files with `key`, then writes all. `last` is added to text that people read on standard output. */
export async function emit(reports: readonly Report[], outputs: readonly Output[], style: Style, last: string, key?: string): Promise<void> {
  const files: NewFile[] = [];
  let stdout = '';
  let readable = false;
  for (const { format, path } of outputs) {
    for (const report of reports) {
      const rendered = formats[format].reporter(report, path === undefined ? style : { ...style, colour: false });
      if (path === undefined) stdout += rendered;
      else {
        const file = path.replaceAll('{target}', fileName(report.target.name));
        files.push({ path: file, content: rendered });
        if (key !== undefined && format === 'json')
          files.push({ path: `${file}.sig`, content: await sign(Buffer.from(rendered), 'report', key), mode: signatureMode });
      }
    }
    readable ||= path === undefined && format === 'table';
  }
  const twice = files.find((f, i) => files.findIndex((o) => o.path === f.path) !== i);
  if (twice) throw new UsageError(`two reports would be written to ${twice.path}`);
  writeAll(files);
  if (readable) stdout += `${last}\n${files.map((f) => `wrote ${f.path}\n`).join('')}`;
  if (stdout !== '') await out(stdout);
}

/** A target's name as a file name: no separators, no leading dot. */
export const fileName = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[.-]+/, '_') || '_';
