/** Every format tells the same numbers as the summary. */

import type { Log } from 'sarif';
import { expect, test } from 'vitest';
import { textOf } from '../../src/report/format.ts';
import * as formats from '../../src/report/formats.ts';
import { answerOf, type Report, type Summary } from '../../src/verdicts/report.ts';
import { fc } from '../property.ts';
import { everyChoice, everyFormat, rendering } from './every-format.ts';
import { report } from './random.ts';
import { sample, style } from './sample.ts';
import { readXml } from './xml-reader.ts';

const concise = rendering(formats.concise);
const junit = rendering(formats.junit);
const sarif = rendering(formats.sarif);
const table = rendering(formats.table);

const all = ['fail', 'unknown', 'pass', 'not-applicable'] as const;
type Counts = Omit<Summary, 'selected' | 'attested'>;

const number = (match: RegExpMatchArray | null): number => Number(match?.[1] ?? 0);

function inTable(any: Report): Counts {
  const text = table(any, { ...style, width: 200 });
  const last = text.slice(text.lastIndexOf('\n\n')).replaceAll('\n', ' ');
  return {
    pass: number(last.match(/(\d+) pass/)),
    fail: number(last.match(/(\d+) fail/)),
    unknown: number(last.match(/(\d+) not decided/)),
    notApplicable: number(last.match(/(\d+) do(?:es)? not apply/)),
    waived: [...last.matchAll(/(\d+) waived/g)].reduce((sum, [, count]) => sum + Number(count), 0),
  };
}

function inConcise(any: Report): Counts {
  const said = concise(any, { ...style, show: all })
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[4] ?? '');
  const count = (start: RegExp): number => said.filter((text) => start.test(text)).length;
  return {
    pass: count(/^pass: /),
    fail: count(/^fail(?: \(waived|: )/),
    unknown: count(/^unknown(?: \((?:waived|answered)|: )/),
    notApplicable: count(/^not-applicable: /),
    waived: count(/^(?:fail|unknown) \(waived/),
  };
}

function inSarif(any: Report): Counts {
  const [run] = (JSON.parse(sarif(any, style, { profile: 'full' })) as Log).runs;
  // Answered with no is a failure to whoever reads SARIF, and stays unknown.
  const denied = run?.results?.filter(({ kind, properties }) => kind !== 'open' && properties?.outcome === 'unknown').length ?? 0;
  const count = (...kinds: string[]): number => run?.results?.filter(({ kind }) => kinds.includes(kind ?? '')).length ?? 0;
  return {
    pass: count('pass'),
    fail: count('fail', 'informational') - denied,
    unknown: count('open', 'review') + denied,
    notApplicable: count('notApplicable'),
    waived: run?.results?.filter((r) => r.suppressions?.some(({ justification }) => !justification?.startsWith('answered yes by '))).length ?? 0,
  };
}

function inJunit(any: Report): Counts {
  // By default JUnit is as red as the gate; every failure and unknown as such is its other manner. A closed gate has a suite of its own.
  const suites = readXml(junit(any, style, { 'below-threshold': 'failure' })).children.filter(({ attributes }) => !attributes.name?.endsWith('.pretrip'));
  const sum = (name: string): number => suites.reduce((total, { attributes }) => total + Number(attributes[name]), 0);
  const cases = suites.flatMap(({ children }) => children).flatMap(({ children }) => children);
  const said = (fate: string): string[] => cases.filter(({ name }) => name === fate).map(({ attributes }) => attributes.message ?? '');
  const skipped = said('skipped');
  const denied = said('failure').filter((message) => message.startsWith('answered no by ')).length;
  const held = skipped.filter((message) => message.startsWith('answered yes by ')).length;
  const waived = skipped.filter((message) => message.startsWith('waived '));
  const open = waived.filter((message) => /\(unknown: /.test(message)).length;
  return {
    pass: sum('tests') - sum('failures') - sum('errors') - sum('skipped'),
    fail: sum('failures') + waived.length - open - denied,
    unknown: sum('errors') + open + denied + held,
    notApplicable: sum('skipped') - waived.length - held,
    waived: waived.length,
  };
}

const numbers = ({ summary: { selected: _, attested: _answered, ...counts } }: Report): Counts => counts;

/** How a format's numbers are read back. One that has none here must still leave nothing out. */
const readers: Readonly<Record<string, (any: Report) => Counts>> = { table: inTable, concise: inConcise, sarif: inSarif, junit: inJunit };

test.each(Object.entries(readers))('%s agrees with the summary', (_, read) => {
  expect(read(sample)).toEqual(numbers(sample));
  fc.assert(
    fc.property(report, (any) => {
      expect(read(any)).toEqual(numbers(any));
    }),
    { numRuns: 50 },
  );
});

/** The report with a subject for each verdict that no other text holds. */
const marked = (any: Report): Report => ({ ...any, verdicts: any.verdicts.map((v, at) => ({ ...v, subject: `user:q${at}q` })) });

test.each(everyFormat)('%s leaves out no failure and nothing that is unknown, also of several runs', (_, format) => {
  const holds = (text: string, { verdicts }: Report): void => {
    for (const { outcome, subject } of verdicts) if (outcome === 'fail' || outcome === 'unknown') expect(text).toContain(subject?.replace('user:', ''));
  };
  fc.assert(
    fc.property(report, (one) => {
      const first = marked(one);
      const as = { ...style, show: all, width: 200, verbose: true };
      for (const choices of everyChoice(format)) {
        // What is waived, or answered with yes, may be left out where code hosts would open an alert for it.
        const open = { ...first, verdicts: first.verdicts.filter((v) => v.waived === undefined && answerOf(v) !== 'yes') };
        holds(textOf(format, open, as, choices), open);
        if (format.of === 'many') for (const shown of [first, sample]) holds(format.render([first, sample].map(marked), as, choices), marked(shown));
      }
    }),
    { numRuns: 30 },
  );
});
