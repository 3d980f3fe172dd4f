/** The one list of report formats. */
import { concise } from './concise.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { sarif } from './sarif/sarif.ts';
import type { Reporter } from './style.ts';
import { table } from './table/table.ts';

export interface Format {
  readonly reporter: Reporter;
  /** One line for help. */
  readonly describe: string;
  /** Of a file in this format, without the dot. */
  readonly extension: string;
}

export const formats = {
  table: { reporter: table, describe: 'for people at a terminal; the default there', extension: 'txt' },
  concise: { reporter: concise, describe: 'one tab-separated line a finding; the default in a pipe', extension: 'tsv' },
  json: { reporter: json, describe: 'the whole report; every other format can be made from it', extension: 'json' },
  sarif: { reporter: sarif, describe: 'SARIF 2.1.0 for code hosts, editors and auditors', extension: 'sarif' },
  junit: { reporter: junit, describe: 'JUnit XML for CI servers', extension: 'xml' },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;
