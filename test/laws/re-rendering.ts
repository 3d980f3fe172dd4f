/** Law 6: reports re-render from the saved JSON alone, for every rule on a host of fixtures/hosts. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { hostNamed } from '../../src/cli/hosts.ts';
import { reportProblems } from '../../src/cli/report-schema.ts';
import type { Ask } from '../../src/facts/ask.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { textOf } from '../../src/report/format.ts';
import { json } from '../../src/report/formats.ts';
import type { Style } from '../../src/report/style.ts';
import { judgeSnapshot, scan } from '../../src/scan.ts';
import type { Report } from '../../src/verdicts/report.ts';
import { everyFormat } from '../report/every-format.ts';
import { pack } from './every-rule.ts';
import { answersTo } from './judging.ts';

const style: Style = {
  width: 80,
  colour: false,
  show: ['fail', 'unknown', 'pass', 'not-applicable'],
  failOn: 'high',
  hash: (algorithm, data) => createHash(algorithm).update(data).digest('hex'),
};

/** Gives a report that is valid, complete, the same twice, and the same from its JSON. */
export async function* reRendering(name: string): AsyncGenerator<string> {
  const spec = hostNamed(name) ?? {};
  const order = { pack, selection: { byName: true, wants: () => true, params: [] } };
  const answer = answersTo(spec);
  const user = spec.user ?? rootAccount;
  const host = { kind: 'composed', name, user, target: { answer: async (asks: readonly Ask[]) => asks.map(answer) } };
  const { snapshot, report, defects } = await scan(host, order, { takenAt: '2026-11-01T00:00:00Z', files: [], tool: { version: '0' } });
  yield* defects;
  const { pass, fail, unknown, notApplicable, selected } = report.summary;
  if (pass + fail + unknown + notApplicable !== report.verdicts.length) yield `${report.verdicts.length} verdicts, and ${JSON.stringify(report.summary)}`;
  if (selected !== pack.rules.length || new Set(report.verdicts.map((v) => v.rule)).size !== selected) yield 'some rule has no verdict';
  if (!isDeepStrictEqual(judgeSnapshot(snapshot, order, { version: '0' }).report, report)) yield 'judged again, the report differs';
  const saved = JSON.parse(json.render(report, style)) as Report;
  for (const problem of await reportProblems(saved)) yield `the JSON is not valid: ${JSON.stringify(problem)}`;
  for (const [name, format] of everyFormat) if (textOf(format, saved, style) !== textOf(format, report, style)) yield `${name} differs from the saved JSON`;
}
