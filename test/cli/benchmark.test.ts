import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import { pretrip } from './run.ts';

const listed = async (...args: string[]) =>
  JSON.parse((await pretrip(['rules', 'list', '-p', 'k3s-cis', '--json', ...args])).out) as { id: string; controls: string[] }[];
const ofCis = (controls: readonly string[]) => controls.filter((c) => c.startsWith('CIS K3s '));

describe('--param benchmark of k3s-cis', () => {
  test.each(['2.1', '1.12', '1.9'])('%s lists what that benchmark has, under its numbers alone', async (benchmark) => {
    const all = await listed();
    const rules = await listed('--param', `benchmark=${benchmark}`);
    const has = all.filter(({ controls }) => controls.some((c) => c.startsWith(`CIS K3s ${benchmark} `)));
    expect(rules.map((r) => r.id)).toEqual(has.map((r) => r.id));
    expect(rules.every(({ controls }) => ofCis(controls).length > 0 && ofCis(controls).every((c) => c.startsWith(`CIS K3s ${benchmark} `)))).toBe(true);
  });

  test.each([
    [['-p', 'k3s-cis', '--param', 'benchmark=1.8'], 'benchmark of k3s-cis is 2.1, 1.12 or 1.9'],
    [['--param', 'benchmark=2.1'], 'name the profile: -p k3s-cis'],
  ])('%j is a mistake', async (args, said) => {
    const { status, out, err } = await pretrip(['rules', 'list', ...args]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(said);
  });

  test('a report is in that numbering, and says which', async () => {
    const host = `${packageRoot}/fixtures/hosts/crio-healthy.yaml`;
    const { out } = await pretrip(['scan', host, '--as', 'composed', '-p', 'k3s-cis', '-D', 'benchmark=1.9', '-o', 'json']);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ numbering: 'CIS K3s 1.9', params: { 'k3s-cis:benchmark': '1.9' }, selection: { params: ['benchmark=1.9'] } });
    expect(report.rules.flatMap((r: { controls: string[] }) => ofCis(r.controls)).every((c: string) => c.startsWith('CIS K3s 1.9 '))).toBe(true);
    const table = await pretrip(['scan', host, '--as', 'composed', '-p', 'k3s-cis', '-D', 'benchmark=1.9', '-o', 'table', '--fail-on', 'never']);
    expect(table.out).toMatch(/^ +1\.2\.17 cis\.k3s\.apiserver-audit-age$/m);
    const junit = await pretrip(['scan', host, '--as', 'composed', '-p', 'k3s-cis', '-D', 'benchmark=1.9', '-o', 'junit']);
    expect(junit.out).toContain('control: CIS K3s 1.9 1.2.17');
  });
});
