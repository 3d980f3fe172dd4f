/** What an ordinary user could not see is captured by root afterwards, and both captures are judged as one. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/verdicts/report.ts';
import { oracle } from '../oracles.ts';
import { pretrip } from './run.ts';

/** The same programs for everybody, whoever runs the tests: a search path that leads through a closed directory denies all of them. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const ofThisHost = ['podman.config.effective-order', 'podman.policy.default', 'podman.registries.format', 'cgroup.delegate.configured', 'own.closed'];
let dir = '';
const at = (name: string): string => join(dir, name);
const reportAt = (name: string): Report => JSON.parse(readFileSync(at(name), 'utf8')) as Report;
const unknowns = (report: Report) => report.verdicts.filter((v) => v.outcome === 'unknown');

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pretrip-missing-'));
  chmodSync(dir, 0o755);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Rules that want this host, one of them a file that is root's alone, wherever the tests run. */
function rulesOfThisHost(): string[] {
  writeFileSync(at('closed'), 'seen', { mode: 0o600 });
  const rule = `id: own.closed\ntitle: t\nseverity: high\nwhy: w\nprofiles: [base]\ncheck:\n  - text: ${at('closed')}\n    expect: { content: seen }\n`;
  mkdirSync(at('rules/own'), { recursive: true });
  writeFileSync(at('rules/own/closed.yaml'), rule);
  return ['-r', at('rules'), ...ofThisHost.flatMap((id) => ['--select', id])];
}

describe('of this host', oracle('root', 'setpriv'), () => {
  test('a script brings what was missing, and the verdicts are those of root', async () => {
    const rules = rulesOfThisHost();
    const first = await pretrip(['capture', ...rules], { asNobody: true, env: { HOME: '/', PATH } });
    writeFileSync(at('first.pretrip.jsonl'), `${first.out}\n`);
    await pretrip(['scan', at('first.pretrip.jsonl'), ...rules, '-o', `json=${at('run.json')}`]);
    const before = unknowns(reportAt('run.json'));
    expect(before.length).toBeGreaterThan(0);
    for (const v of before) expect(v.missing?.length, v.rule).toBeGreaterThan(0);
    expect(before.some((v) => v.missing?.some((m) => 'privilege' in m && m.privilege === 'root'))).toBe(true);

    const script = await pretrip(['capture', '--for', at('run.json'), '--script']);
    expect(script.status, script.err).toBe(0);
    writeFileSync(at('more.sh'), script.out);
    writeFileSync(at('more.raw'), execFileSync('sh', [at('more.sh')], { maxBuffer: 1 << 28, env: { ...process.env, PATH } }));
    const both = await pretrip(['scan', at('first.pretrip.jsonl'), '--with', at('more.raw'), ...rules, '-o', `json=${at('both.json')}`]);
    expect(both.err).not.toMatch(/disagrees/);
    // What is left is for a person to look at: no capture would decide it.
    for (const v of unknowns(reportAt('both.json'))) expect(v.missing?.map((m) => m.do)).not.toContain('read');
    expect(unknowns(reportAt('both.json')).length).toBeLessThan(before.length);

    await pretrip(['scan', ...rules, '-o', `json=${at('root.json')}`], { env: { PATH } });
    expect(reportAt('both.json').verdicts.find((v) => v.rule === 'own.closed')?.outcome).toBe('pass');
    const outcome = (report: Report, rule: string, subject?: string) => report.verdicts.find((v) => v.rule === rule && v.subject === subject)?.outcome;
    for (const { rule, subject } of before.filter((v) => v.subject === undefined))
      expect([rule, outcome(reportAt('both.json'), rule, subject)]).toEqual([rule, outcome(reportAt('root.json'), rule, subject)]);
  });
});

describe('two captures', () => {
  const open = '{"default":[{"type":"insecureAcceptAnything"}]}';
  const closed = '{"default":[{"type":"reject"}]}';
  const policy = ['--select', 'podman.policy.default'];
  /** A composed host is called after its file. */
  const capture = async (folder: string, release: string, text: string): Promise<string> => {
    mkdirSync(at(folder));
    const files = {
      '/etc/os-release': `ID=${release}\n`,
      '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
      '/etc/containers/policy.json': text,
      '/usr/bin/podman': 'x',
    };
    writeFileSync(at(`${folder}/edge.yaml`), JSON.stringify({ files, commands: { 'podman --version': { stdout: 'podman version 5.4.2\n' } } }));
    const { status, err } = await pretrip(['capture', at(`${folder}/edge.yaml`), ...policy, '-o', at(`${folder}/edge.pretrip.jsonl`)]);
    expect(status, err).toBe(0);
    return at(`${folder}/edge.pretrip.jsonl`);
  };

  test('of different hosts are not combined', async () => {
    const [a, b] = [await capture('a', 'debian', open), await capture('b', 'suse', open)];
    const { status, err, out } = await pretrip(['scan', a, '--with', b, ...policy]);
    expect([status, out]).toEqual([4, '']);
    expect(err).toMatch(/cannot be combined/);
  });

  test('that saw different things make the verdict unknown, and say where', async () => {
    const [a, b] = [await capture('c', 'debian', closed), await capture('d', 'debian', open)];
    const { err } = await pretrip(['scan', a, '--with', b, ...policy, '-o', `json=${at('c.json')}`]);
    expect(err).toMatch(/disagrees with the first capture.*\n {2}read \/etc\/containers\/policy\.json/);
    expect(reportAt('c.json').verdicts.map((v) => v.outcome)).toContain('unknown');
    expect(reportAt('c.json').verdicts.map((v) => v.outcome)).not.toContain('pass');
  });
});

test('a run of another host is not filled up from this one', async () => {
  const { out } = await pretrip(['scan', 'fixtures/hosts/k3d-rootless-broken.yaml', '-o', 'json']);
  writeFileSync(at('elsewhere.json'), out);
  const { status, err } = await pretrip(['capture', '--for', at('elsewhere.json')]);
  expect(status).toBe(2);
  expect(err).toMatch(/that run is of k3d-rootless-broken, and this host is /);
});
