/** Every listed format: a test that takes them from here holds for the next one, too. */
import { type Choices, type Format, textOf } from '../../src/report/format.ts';
import * as formats from '../../src/report/formats.ts';
import type { Style } from '../../src/report/style.ts';
import type { Report } from '../../src/verdicts/report.ts';

export const everyFormat: readonly (readonly [name: string, format: Format])[] = Object.entries<Format>(formats);

/** Its text for one report. */
export const rendering =
  (format: Format) =>
  (report: Report, style: Style, choices?: Choices): string =>
    textOf(format, report, style, choices);

/** The defaults, then each other value of each option. */
export const everyChoice = ({ options }: Format): Choices[] => [
  {},
  ...Object.entries(options).flatMap(([name, { values }]) => values.slice(1).map((value) => ({ [name]: value }))),
];
