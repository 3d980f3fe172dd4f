/** What a report format is: one file a format, one line a format in formats.ts; flags, help and README follow from these. */
import type { Report } from '../verdicts/report.ts';
import type { Style } from './style.ts';

/** A choice that only one format has: the flag `--FORMAT-NAME`. */
export interface FormatOption {
  /** One line for help. */
  readonly describe: string;
  /** The first is the default. */
  readonly values: readonly [string, ...string[]];
}

type Options = Readonly<Record<string, FormatOption>>;
type Chosen<O extends Options> = { readonly [K in keyof O]: O[K]['values'][number] };

interface Row {
  /** People read it, or programs do. Only what people read on standard output is followed by the gate's sentence. */
  readonly for: 'people' | 'programs';
  /** One line for help. */
  readonly describe: string;
  /** Of a file in this format, without the dot. */
  readonly extension: string;
  /** It is what is written where no format is asked for: to a terminal, or to a pipe. */
  readonly usual?: 'terminal' | 'pipe';
  /** Readers of files in this format that take no more than so many in one go, in words: whoever writes more is told. */
  readonly upload?: { readonly most: number; readonly to: string };
  /** What stands in a report's place when nothing was judged; without it, nothing does. */
  readonly instead?: (unjudged: Unjudged) => string;
  /** It is the saved run: what `--sign` signs, and what every other format is made from again. */
  readonly saved?: true;
}

/** A target that was not judged, and why. */
export interface Unjudged {
  readonly name: string;
  /** What people are told on standard error. */
  readonly said: string;
}

/** Values of a format's own options by their names; what is left out is the default. */
export type Choices = Readonly<Record<string, string>>;

/** A text for each run. */
export interface OneFormat extends Row {
  readonly of: 'one';
  readonly options: Options;
  /** The whole text. No clock, environment, directory or console. */
  render(report: Report, style: Style, choices?: Choices): string;
}

/** One text for all runs at once. */
export interface ManyFormat extends Row {
  readonly of: 'many';
  readonly options: Options;
  /** The whole text for one run or several, in their order. No clock, environment, directory or console. */
  render(reports: readonly Report[], style: Style, choices?: Choices): string;
}

export type Format = OneFormat | ManyFormat;

type Written<O extends Options, Input> = Row & { readonly options?: O; readonly render: (input: Input, style: Style, chosen: Chosen<O>) => string };

/** A format with a text for each run. */
export const formatOfOne = <const O extends Options = Record<never, never>>({ options, render, ...row }: Written<O, Report>): OneFormat => ({
  ...row,
  of: 'one',
  options: options ?? {},
  render: (report, style, choices = {}) => render(report, style, chosenOf(options, choices)),
});

/** A format with one text for all runs. */
export const formatOfMany = <const O extends Options = Record<never, never>>({ options, render, ...row }: Written<O, readonly Report[]>): ManyFormat => ({
  ...row,
  of: 'many',
  options: options ?? {},
  render: (reports, style, choices = {}) => render(reports, style, chosenOf(options, choices)),
});

function chosenOf<O extends Options>(options: O | undefined, choices: Choices): Chosen<O> {
  const named = Object.entries(options ?? {});
  return Object.fromEntries(named.map(([name, { values }]) => [name, values.find((v) => v === choices[name]) ?? values[0]])) as Chosen<O>;
}

/** The text for one run. */
export const textOf = (format: Format, report: Report, style: Style, choices?: Choices): string =>
  format.of === 'many' ? format.render([report], style, choices) : format.render(report, style, choices);
