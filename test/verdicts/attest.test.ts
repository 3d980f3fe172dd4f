import { describe, expect, test } from 'vitest';
import { type Attestation, withAnswers } from '../../src/verdicts/attest.ts';
import { differences } from '../../src/verdicts/compare.ts';
import type { Report, Verdict } from '../../src/verdicts/report.ts';
import { gate } from '../../src/verdicts/summarize.ts';

const verdict = (rule: string, outcome: Verdict['outcome'], subject?: string): Verdict => ({
  rule,
  ...(subject === undefined ? {} : { subject }),
  outcome,
  severity: 'high',
  message: 'm',
  evidence: [],
});

function report(name: string, ...verdicts: Verdict[]): Report {
  return {
    format: 'pretrip-report/1',
    tool: { name: 'pretrip', version: '0', rules: 'r' },
    target: { kind: 'local', name, takenAt: '2026-06-01T12:00:00Z', snapshot: 's' },
    profiles: [],
    params: {},
    rules: [{ id: 'a.b', title: 't', severity: 'high', why: 'w', remedy: [], references: [], controls: [], profiles: [], formerly: ['a.old'] }],
    verdicts,
    summary: { selected: 1, pass: 0, fail: 0, unknown: verdicts.length, notApplicable: 0, waived: 0 },
  };
}

const answer = (more: Partial<Attestation>): Attestation => ({
  rule: 'a.b',
  targets: ['edge01'],
  answer: 'yes',
  by: 'Alice',
  when: '2026-05-01',
  until: '2026-12-31',
  at: 'f:1:3',
  ...more,
});

const status = (of: readonly Report[]) => gate(of, 'high', false).status;
const edge = report('edge01', verdict('a.b', 'unknown'), verdict('a.c', 'pass'));

describe('what the gate makes of an answer', () => {
  test.each([
    ['yes', {}, 0],
    ['no', { answer: 'no' }, 1],
    ['yes until the very day', { until: '2026-06-01' }, 0],
    ['yes until the very second', { until: '2026-06-01T12:00:00Z' }, 0],
    ['yes that expired', { until: '2026-06-01T11:59:59Z' }, 3],
    ['no that expired', { answer: 'no', until: '2026-05-31' }, 3],
    ['yes until what is no time', { until: 'later' }, 3],
    ['yes of another target', { targets: ['edge02'] }, 3],
    ['yes of another subject', { subject: 'user:x' }, 3],
    ['yes to the rule by its old name', { rule: 'a.old' }, 0],
  ] as const)('%s', (_, more, wanted) => {
    const { reports } = withAnswers([edge], [answer(more)]);
    expect(status(reports)).toBe(wanted);
    expect(reports[0]?.verdicts[0]?.outcome).toBe('unknown');
  });
});

test('the summary counts what is answered, under unknown as well', () => {
  expect(withAnswers([edge], [answer({})]).reports[0]?.summary).toMatchObject({ unknown: 1, attested: 1 });
  expect(withAnswers([edge], [answer({ until: '2026-01-01' })]).reports[0]?.summary).not.toHaveProperty('attested');
});

describe('what is told', () => {
  test.each([
    ['expired', [answer({ until: '2026-05-31' })], 'f:1:3: the answer for a.b on edge01 expired at 2026-05-31'],
    ['of no target', [answer({ targets: ['edge02'] })], 'edge02 is no target of this run'],
    ['of no verdict', [answer({ subject: 'user:x' })], 'a.b of user:x was not judged'],
    [
      'twice',
      [answer({}), answer({ targets: ['edge01', 'edge02'], answer: 'no', at: 'f:9:3' })],
      'a.b on edge01 is answered at f:9:3 as well, and that answer counts',
    ],
  ])('%s', (_, answers, said) => {
    const { told, mistakes } = withAnswers([edge], answers);
    expect(told.join('\n')).toContain(said);
    expect(mistakes).toEqual([]);
  });

  test('of two answers no counts, else the one that expires first', () => {
    const of = (...answers: Attestation[]) => withAnswers([edge], answers).reports[0]?.verdicts[0]?.attested;
    expect(of(answer({}), answer({ answer: 'no' }))).toMatchObject({ answer: 'no' });
    expect(of(answer({}), answer({ until: '2026-07-01' }))).toMatchObject({ until: '2026-07-01' });
  });

  test.each(['pass', 'fail', 'not-applicable'] as const)('an answer to what is decided (%s) is a mistake, and stands nowhere', (outcome) => {
    const { reports, mistakes } = withAnswers([report('edge01', verdict('a.b', outcome))], [answer({ answer: 'no' })]);
    expect(mistakes).toEqual([`f:1:3: a.b is decided (${outcome}): only what is unknown can be answered; take the answer out`]);
    expect(reports[0]?.verdicts[0]).not.toHaveProperty('attested');
  });

  test('where some subjects are decided and some are not, it is none', () => {
    const of = report('edge01', verdict('a.b', 'pass', 'user:a'), verdict('a.b', 'unknown', 'user:b'));
    expect(withAnswers([of], [answer({})])).toMatchObject({ told: [], mistakes: [] });
  });
});

test('answers that were put into a report by hand are a difference that decides', () => {
  const [given] = withAnswers([edge], [answer({})]).reports as [Report];
  expect(differences(given, edge).some((d) => d.decides && d.said.includes('Alice'))).toBe(true);
  expect(differences(edge, given).some((d) => d.decides && d.said.includes('nobody answered'))).toBe(true);
  expect(differences(given, given)).toEqual([]);
});
