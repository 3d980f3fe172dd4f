/** Law 6: reports re-render from the saved JSON alone, for every rule on every host in fixtures/hosts. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hostNamed } from '../../src/cli/hosts.ts';
import { packageRoot } from '../../src/cli/paths.ts';
import { reportProblems } from '../../src/cli/report-schema.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { formats } from '../../src/report/formats.ts';
import type { Style } from '../../src/report/style.ts';
import { judgeSnapshot, scan } from '../../src/scan.ts';
import { answersOf } from '../../src/try.ts';
import type { Report } from '../../src/verdicts/report.ts';
import { pack } from './every-rule.ts';

const hosts = readdirSync(join(packageRoot, 'fixtures/hosts'))
  .filter((f) => f.endsWith('.yaml'))
  .map((f) => f.replace(/\.yaml$/, ''));

const style: Style = {
  width: 80,
  colour: false,
  show: ['fail', 'unknown', 'pass', 'not-applicable'],
  failOn: 'high',
  hash: (algorithm, data) => createHash(algorithm).update(data).digest('hex'),
};

describe.each(hosts)('%s', (name) => {
  test('gives a report that is valid, complete, the same twice, and the same from its JSON', async () => {
    const spec = hostNamed(name) ?? {};
    const selection = { byName: true, wants: () => true, params: [] };
    const answer = answersOf(spec);
    const user = spec.user ?? rootAccount;
    const host = { kind: 'composed', name, user, target: { answer: async (asks: readonly Parameters<typeof answer>[0][]) => asks.map(answer) } };
    const occasion = { takenAt: '2026-11-01T00:00:00Z', files: [], tool: { version: '0' } };
    const { snapshot, report, defects } = await scan(host, { pack, selection }, occasion);
    expect(defects).toEqual([]);
    const { pass, fail, unknown, notApplicable, selected } = report.summary;
    expect(pass + fail + unknown + notApplicable).toBe(report.verdicts.length);
    expect(selected).toBe(pack.rules.length);
    expect(new Set(report.verdicts.map((v) => v.rule)).size).toBe(selected);
    const text = formats.json.reporter(report, style);
    expect(judgeSnapshot(snapshot, { pack, selection }, { version: '0' }).report).toEqual(report);
    const saved = JSON.parse(text) as Report;
    expect(await reportProblems(saved)).toEqual([]);
    for (const [format, { reporter }] of Object.entries(formats)) expect(reporter(saved, style), format).toBe(reporter(report, style));
  });
});
