import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { unpack } from '../../src/cli/unpack.ts';
import { disagreement } from '../../src/verdicts/disagree.ts';
import { type OtherControl, otherStates, otherScanIn as scanIn } from '../../src/verdicts/other-scan.ts';
import type { Outcome, Report } from '../../src/verdicts/report.ts';

const otherScanIn = (value: unknown) => scanIn(value, unpack);

/** As kube-bench writes it (aquasecurity/kube-bench:check/controls.go). */
const check = (number: string, status: string) => ({ test_number: number, test_desc: 'd', status, actual_value: 'a', expected_result: 'e', scored: true });
const controls = {
  id: '1',
  version: 'k3s-cis-1.9',
  node_type: 'master',
  tests: [{ section: '1.2', results: [check('1.2.1', 'PASS'), check('1.2.2', 'WARN')] }],
};
const read = [
  { number: '1.2.1', state: 'pass', expected: 'e', actual: 'a' },
  { number: '1.2.2', state: 'warn', expected: 'e', actual: 'a' },
];
/** As Rancher's security scan writes it (rancher/security-scan:pkg/kb-summarizer/report/report.go), and in short (summarizer.go). */
const full = {
  version: 'k3s-cis-1.9-profile',
  total: 2,
  results: [
    {
      id: '1.2',
      description: 'd',
      checks: [
        { id: '1.2.1', state: 'pass', expected_result: 'e', actual_value_per_node: { n1: 'a' } },
        { id: '1.2.2', state: 'notApplicable' },
      ],
    },
  ],
};
const short = {
  v: 'k3s-cis-1.9',
  t: 2,
  o: [
    {
      id: '1.2',
      d: 'd',
      o: [
        { id: '1.2.1', s: 'P', er: 'e', avmap: { n1: 'a' } },
        { id: '1.2.2', s: 'N' },
      ],
    },
  ],
};
const ofRancher = [
  { number: '1.2.1', state: 'pass', expected: 'e', actual: 'n1: a' },
  { number: '1.2.2', state: 'not-applicable' },
];
/** As newer scans write it: the values are apart, packed. */
const values = [{ id: '1.2', actual_value_checks: [{ id: '1.2.1', actual_value_node_map: { n1: 'a', n2: '' } }] }];
const packed = {
  ...full,
  results: [
    {
      id: '1.2',
      checks: [
        { id: '1.2.1', state: 'pass', expected_result: 'e', actual_value_per_node: null },
        { id: '1.2.2', state: 'notApplicable' },
      ],
    },
  ],
  actual_value_map_data: gzipSync(JSON.stringify(values)).toString('base64'),
};
const resource = { kind: 'ClusterScanReport', spec: { reportJSON: JSON.stringify(full) } };

describe('what another auditor wrote', () => {
  test.each([
    ['kube-bench with totals', { Controls: [controls], Totals: {} }, 'kube-bench', read],
    ['kube-bench without totals', [controls], 'kube-bench', read],
    ['one file of kube-bench', controls, 'kube-bench', read],
    ["Rancher's report", full, "Rancher's security scan", ofRancher],
    ["Rancher's report in short", short, "Rancher's security scan", ofRancher],
    ["Rancher's report with packed values", packed, "Rancher's security scan", ofRancher],
    ['the resource that holds it', resource, "Rancher's security scan", ofRancher],
    ['a list of resources', { kind: 'List', items: [{ kind: 'ClusterScanReport', spec: {} }, resource] }, "Rancher's security scan", ofRancher],
  ])('%s', (_, value, tool, wanted) => {
    expect(otherScanIn(value)).toMatchObject({ tool, benchmark: '1.9', controls: wanted });
  });

  test.each([[null], [7], ['k3s-cis-1.9'], [[]], [{}], [{ runs: [] }], [{ Controls: [] }], [{ kind: 'ClusterScanReport', spec: { reportJSON: '{' } }]])(
    '%j is none',
    (value) => {
      expect(otherScanIn(value)).toBeUndefined();
    },
  );

  test.each(['nonsense', gzipSync('{').toString('base64'), gzipSync('[7]').toString('base64')])('values that cannot be unpacked are none: %s', (data) => {
    const found = otherScanIn({ ...packed, actual_value_map_data: data });
    expect(found?.controls[0]).toEqual({ number: '1.2.1', state: 'pass', expected: 'e' });
  });

  test('what is garbled in it is left out, and never a state', () => {
    const results = [check('1.2.1', 'OK'), check('nonsense', 'PASS'), { test_number: 7, status: 'PASS' }, null, 'x', check('1.2.3', 'FAIL')];
    expect(otherScanIn([{ version: 7, tests: [{ results }, null] }])?.controls.map((c) => c.number)).toEqual(['1.2.3']);
  });
});

const numbering = 'CIS K3s 1.9';
function report(...outcomes: Outcome[]): Report {
  return {
    rules: [{ id: 'a.b', controls: ['CIS K3s 2.1 9.9', 'CIS K3s 1.9 1.2.1'] }],
    verdicts: outcomes.map((outcome, at) => ({ rule: 'a.b', subject: `user:${at}`, outcome, severity: 'high', message: 'm', evidence: [] })),
  } as unknown as Report;
}
const scan = (...states: OtherControl['state'][]) => ({ tool: 't', version: 'v', controls: states.map((state) => ({ number: '1.2.1', state })) });

test.each([
  ['pass', 'pass', 'same'],
  ['pass', 'fail', 'contradict'],
  ['pass', 'mixed', 'contradict'],
  ['pass', 'warn', 'one-decides'],
  ['fail', 'pass', 'contradict'],
  ['fail', 'fail', 'same'],
  ['fail', 'info', 'one-decides'],
  ['unknown', 'pass', 'one-decides'],
  ['unknown', 'warn', 'same'],
  ['not-applicable', 'fail', 'one-decides'],
  ['not-applicable', 'not-applicable', 'same'],
  ['not-applicable', 'skip', 'same'],
] as const)('ours %s, theirs %s: %s', (ours, theirs, relation) => {
  expect(disagreement(report(ours), scan(theirs), numbering).compared).toMatchObject([{ number: '1.2.1', rule: 'a.b', ours, relation }]);
});

test('of several subjects, and of several nodes, the worst counts', () => {
  expect(disagreement(report('pass', 'fail', 'unknown'), scan('pass'), numbering).compared[0]).toMatchObject({
    ours: 'fail',
    verdicts: [{ subject: 'user:1' }],
  });
  expect(disagreement(report('pass'), scan('pass', 'fail'), numbering).compared[0]?.theirs.state).toBe('fail');
  for (const state of otherStates) expect(disagreement(report('pass'), scan('fail', state), numbering).compared[0]?.theirs.state).toBe('fail');
});

test('what one side alone has is told', () => {
  const other = {
    tool: 't',
    version: 'v',
    controls: [
      { number: '1.1.10', state: 'pass' as const },
      { number: '1.1.9', state: 'pass' as const },
    ],
  };
  expect(disagreement(report('pass'), other, numbering)).toMatchObject({ compared: [], onlyOurs: ['1.2.1'], onlyTheirs: ['1.1.9', '1.1.10'] });
});
