import { readFileSync } from 'node:fs';
import type { Log, Result, Run } from 'sarif';
import { describe, expect, test } from 'vitest';
import * as formats from '../../src/report/formats.ts';
import { home } from '../../src/report/home.ts';
import { uuid } from '../../src/report/ids.ts';
import { subjectUri, uriOf } from '../../src/report/uri.ts';
import type { Report, Verdict } from '../../src/verdicts/report.ts';
import { fc } from '../property.ts';
import { rendering } from './every-format.ts';
import { report } from './random.ts';
import { sample, style } from './sample.ts';
import { sarifLint } from './sarif-lint.ts';
import { againstSarifSchema } from './validators.ts';

const sarif = rendering(formats.sarif);

const profiles = ['github', 'full'] as const;
const runOf = (any: Report, profile: (typeof profiles)[number]): Run => (JSON.parse(sarif(any, style, { profile })) as Log).runs[0] as Run;
const resultOf = (verdict: Verdict, target = sample.target.name): Result =>
  runOf({ ...sample, target: { ...sample.target, name: target }, verdicts: [verdict] }, 'full').results?.[0] as Result;
const [delegate, kubeconfig] = sample.verdicts as [Verdict, Verdict];

describe.each(profiles)('%s', (profile) => {
  test('the sample satisfies the schema and our lint', () => {
    const text = sarif(sample, style, { profile });
    expect(againstSarifSchema(JSON.parse(text))).toEqual([]);
    expect(sarifLint(text)).toEqual([]);
  });

  test('so do random hostile reports', () => {
    fc.assert(
      fc.property(report, ({ verdicts, ...any }) => {
        // The lint does not know answers of people, which end the search for what is unknown.
        const text = sarif({ ...any, verdicts: verdicts.map(({ attested: _, ...verdict }) => verdict) }, style, { profile });
        expect(againstSarifSchema(JSON.parse(text))).toEqual([]);
        expect(sarifLint(text)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('profiles', () => {
  const of = (profile: (typeof profiles)[number]) => (runOf(sample, profile).results ?? []).map((r) => `${r.kind} ${r.level}`).toSorted();

  test('github has failures that nobody waived, and unknowns, which keep an alert open', () => {
    expect(of('github')).toEqual([
      ...['fail error', 'fail error', 'fail error', 'fail error', 'fail note', 'fail warning'],
      ...['informational none', 'open none', 'open none'],
    ]);
    expect(JSON.stringify(runOf(sample, 'github'))).not.toMatch(/"suppressions"|"taxonomies"|"relationships"|mallory/);
  });

  test('full has every verdict, waivers, controls, evidence', () => {
    expect(of('full')).toEqual([
      ...['fail error', 'fail error', 'fail error', 'fail error', 'fail error', 'fail note', 'fail warning'],
      ...['informational none', 'notApplicable none', 'open none', 'open none', 'pass none'],
    ]);
    const run = runOf(sample, 'full');
    const waived = run.results?.filter((r) => (r.suppressions ?? []).length > 0);
    expect(waived?.map((r) => r.suppressions)).toEqual([[{ kind: 'external', status: 'accepted', justification: expect.stringContaining('ticket OPS-7') }]]);
    expect(run.taxonomies?.map(({ name, taxa }) => `${name} ${taxa?.map(({ id }) => id).join(' ')}`)).toEqual([
      'CIS Kubernetes 4.2.6',
      'NIST SP 800-190 4.3.2 4.4.3',
      'NIST SP 800-53 AC-17 AC-6 CM-6 SC-8',
    ]);
    for (const { target } of (run.tool.driver.rules ?? []).flatMap((rule) => rule.relationships ?? [])) {
      expect(run.taxonomies?.[target.toolComponent?.index ?? -1]?.taxa?.[target.index ?? -1]?.id).toBe(target.id);
    }
    expect(run.results?.[0]?.properties?.evidence).toEqual(delegate.evidence);
  });
});

test('unknown and truncated runs are not successful, and say why', () => {
  const [invocation] = runOf(sample, 'github').invocations ?? [];
  expect(invocation?.executionSuccessful).toBe(false);
  expect(invocation?.toolExecutionNotifications?.map((n) => n.associatedRule?.id)).toEqual([undefined, 'k3s.rootless.kubeconfig', 'quadlet.unit.parse']);
  const { undecidedProfiles: _, ...decided } = sample;
  const good: Report = { ...decided, verdicts: sample.verdicts.filter((v) => v.outcome !== 'unknown') };
  expect(runOf(good, 'github').invocations?.[0]).toMatchObject({ executionSuccessful: true, toolExecutionNotifications: [] });
  const cut = runOf({ ...good, target: { ...good.target, truncated: true } }, 'github').invocations?.[0];
  expect(cut).toMatchObject({ executionSuccessful: false, toolExecutionNotifications: [{ level: 'error' }] });
});

describe('what is unknown', () => {
  const of = (unknown: string, any: Report = sample): Run => (JSON.parse(sarif(any, style, { unknown })) as Log).runs[0] as Run;

  test('is a result each, one for what the same step decides, or only told', () => {
    const open = (run: Run): string[] => (run.results ?? []).filter((r) => r.kind === 'open').map((r) => r.ruleId ?? '');
    expect(open(of('each'))).toEqual(['k3s.rootless.kubeconfig', 'quadlet.unit.parse']);
    expect(open(of('folded'))).toEqual(['pretrip.undecided', 'pretrip.undecided']);
    expect(open(of('none'))).toEqual([]);
    for (const unknown of ['each', 'folded', 'none']) {
      expect(of(unknown).invocations?.[0]?.toolExecutionNotifications?.filter((n) => n.descriptor?.id === 'undecided')).toHaveLength(2);
      expect(sarifLint(sarif(sample, style, { unknown }))).toEqual([]);
      expect(againstSarifSchema(of(unknown) && JSON.parse(sarif(sample, style, { unknown })))).toEqual([]);
    }
  });

  test('is folded by step, not by order', () => {
    const asked = sample.verdicts.map((v) => (v.outcome === 'unknown' ? { ...v, next: `scan as root or as the owner: /${v.rule} may not be read` } : v));
    const [forward, back] = [asked, asked.toReversed()].map((verdicts) => of('folded', { ...sample, verdicts }).results?.filter((r) => r.kind === 'open'));
    expect(forward).toHaveLength(1);
    expect(forward?.[0]?.partialFingerprints).toEqual(back?.[0]?.partialFingerprints);
    expect(forward?.[0]?.message.text).toMatch(/^Not decided: 2 verdicts of 2 rules\. To decide: scan as root or as the owner\. Waiting: /);
  });
});

test('the severity that code hosts show is the gravest of what was found, else that of the rule', () => {
  const score = (verdicts: readonly Verdict[], rule: string): unknown =>
    runOf({ ...sample, verdicts }, 'github').tool.driver.rules?.find((r) => r.id === rule)?.properties?.['security-severity'];
  const milder = { ...delegate, severity: 'low' as const };
  expect(score([delegate], delegate.rule)).toBe('8.0');
  expect(score([milder], delegate.rule)).toBe('2.0');
  expect(score([milder, { ...delegate, subject: 'user:x', severity: 'medium' }], delegate.rule)).toBe('5.5');
  expect(score([{ ...milder, outcome: 'pass' }], delegate.rule)).toBe('8.0');
  expect(resultOf(milder)).toMatchObject({ level: 'note' });
});

test('in the github profile the primary location is made of target and subject, whatever decides', () => {
  const primary = (verdict: Verdict): unknown => runOf({ ...sample, verdicts: [verdict] }, 'github').results?.[0]?.locations?.[0]?.physicalLocation;
  const { next: _, ...known } = kubeconfig;
  expect(primary(kubeconfig)).toEqual({ artifactLocation: { uri: 'pretrip/edge-01/@user/carol', index: 0 }, region: { startLine: 1 } });
  expect(primary({ ...known, outcome: 'fail', evidence: delegate.evidence })).toEqual(primary(kubeconfig));
  expect(subjectUri('a', undefined)).toBe('pretrip/a/@host');
  expect(subjectUri('a', '(others)')).toBe('pretrip/a/@subject/%28others%29');
  expect(subjectUri('a', 'quadlet:/etc/x y/../z.container')).toBe('pretrip/a/@quadlet/etc/z.container');
});

test('evidence holds the line itself, where the report has it', () => {
  const [evidence] = delegate.evidence;
  const [place] = evidence?.where ?? [];
  const shown: Verdict = {
    ...delegate,
    evidence: [{ truth: 'no', said: 'x', where: [{ ...place, path: '/etc/x', line: 3, column: 3, text: '  Delegate=memory \u001b' }] }],
  };
  const [result] = runOf({ ...sample, verdicts: [shown] }, 'github').results ?? [];
  expect(result?.relatedLocations?.[0]?.physicalLocation?.region).toEqual({ startLine: 3, startColumn: 3, snippet: { text: 'Delegate=memory \\u001b' } });
  expect(result?.message.text).toContain('“Delegate=memory \\u001b”');
});

test('links lead to the project, and from every rule to its page at this release', () => {
  const { driver } = runOf(sample, 'github').tool;
  const { homepage } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { homepage: string };
  expect(driver.informationUri).toBe(homepage);
  expect(home).toBe(homepage);
  expect(driver.rules?.find((r) => r.id === 'podman.api.tcp-exposed')?.helpUri).toBe('https://unpkg.com/pretrip@0.1.0/docs/rules/podman.api.tcp-exposed.md');
  expect(driver.rules?.every((r) => r.helpUri?.startsWith('https://'))).toBe(true);
});

test('github keeps the 5,000 most severe and counts the rest', () => {
  const many = Array.from({ length: 5200 }, (_, at): Verdict => ({ ...delegate, subject: `user:${at}`, severity: at < 5100 ? 'low' : 'critical' }));
  const run = runOf({ ...sample, undecidedProfiles: [], verdicts: many }, 'github');
  expect(run.results).toHaveLength(5000);
  expect(run.results?.filter((r) => r.properties?.severity === 'critical')).toHaveLength(100);
  expect(run.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toMatch(/^200 less severe findings/);
});

test('long texts, many tags and many places stay within limits', () => {
  const [card] = sample.rules;
  const long = 'x'.repeat(9000);
  const rule = {
    ...(card as Report['rules'][number]),
    title: long,
    why: long,
    controls: Array.from({ length: 40 }, (_, at) => `NIST SP 800-53: CM-${at}`),
  };
  const where = Array.from({ length: 3000 }, (_, at) => ({ path: `/etc/${at}`, line: 1 }));
  const verdict: Verdict = { ...delegate, message: long, evidence: [{ truth: 'no', said: long, where }] };
  for (const profile of profiles) {
    const text = sarif({ ...sample, rules: [rule], verdicts: [verdict] }, style, { profile });
    expect(sarifLint(text)).toEqual([]);
  }
});

describe('fingerprints', () => {
  const print = (verdict: Verdict, target?: string) => {
    const { guid, partialFingerprints } = resultOf(verdict, target);
    return JSON.stringify([guid, partialFingerprints]);
  };

  test('other lines, columns, texts, outcomes and severities do not change them', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.string(), (line, column, said) => {
        const evidence = delegate.evidence.map((e) => ({
          ...e,
          where: e.where.map((w) => ({ ...w, line: line + 1, column: column + 1, said })),
        }));
        expect(print({ ...delegate, evidence })).toBe(print(delegate));
        expect(print({ ...delegate, evidence, message: said, severity: 'low' })).toBe(print(delegate));
      }),
      { numRuns: 30 },
    );
    expect(resultOf({ ...kubeconfig, outcome: 'fail' }).partialFingerprints).toEqual(resultOf(kubeconfig).partialFingerprints);
  });

  test('another target, subject or rule does', () => {
    const prints = [print(delegate), print(delegate, 'edge-02'), print({ ...delegate, subject: 'user:a' }), print({ ...delegate, rule: 'lsm.selinux.mode' })];
    expect(new Set(prints).size).toBe(4);
  });

  test('are the digest that the documentation gives', () => {
    expect(resultOf(kubeconfig).partialFingerprints?.primaryLocationLineHash).toBe(
      `${style.hash('sha256', 'v1|k3s.rootless.kubeconfig|edge-01|user:carol').slice(0, 16)}:1`,
    );
  });

  test('a UUID is version 5 and depends on the name alone', () => {
    expect(uuid('a', style.hash)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid('a', style.hash)).toBe(uuid('a', style.hash));
    expect(uuid('a', style.hash)).not.toBe(uuid('b', style.hash));
  });
});

test.each([
  ['/etc/subuid', 'pretrip/edge-01/etc/subuid'],
  ['/etc/a b/ü%.conf', 'pretrip/edge-01/etc/a%20b/%C3%BC%25.conf'],
  ['/etc/../../root/./x//y', 'pretrip/edge-01/root/x/y'],
  ['/etc/...', 'pretrip/edge-01/etc/@...'],
  ['command:podman info --format json', 'pretrip/edge-01/@command/podman%20info%20--format%20json'],
  ['command:/bin/../x', 'pretrip/edge-01/@command/%2Fbin%2F..%2Fx'],
  ['env:DOCKER_HOST', 'pretrip/edge-01/@env/DOCKER_HOST'],
  ['socket:/run/podman/podman.sock', 'pretrip/edge-01/@socket/run/podman/podman.sock'],
  ['C:\\x?y#z', 'pretrip/edge-01/C%3A%5Cx%3Fy%23z'],
  ['', 'pretrip/edge-01/@host'],
  ['/', 'pretrip/edge-01/@host'],
])('%s has a relative, encoded URI', (path, uri) => {
  expect(uriOf('edge-01', path)).toBe(uri);
});
