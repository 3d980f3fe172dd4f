/** What readers know a finding by stays the same from run to run, and reports of yesterday are not sent again. */
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Log, Run } from 'sarif';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/verdicts/report.ts';
import { everyFormat } from '../report/every-format.ts';
import { pretrip } from './run.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-identity-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(path: string, content: string): string {
  const full = join(dir, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}
const read = (path: string): string => readFileSync(join(dir, path), 'utf8');

/** A tree with Podman that calls itself nothing in particular, with a fault in it. */
function tree(name: string): string {
  put(`${name}/usr/bin/podman`, '');
  chmodSync(join(dir, name, 'usr/bin/podman'), 0o755);
  put(`${name}/etc/os-release`, 'ID=debian\nVERSION_ID="12"\n');
  put(`${name}/etc/containers/containers.conf.d/timeout.conf`, 'service_timeout=0\n');
  return join(dir, name);
}

async function runOf(target: string, ...flags: readonly string[]): Promise<Run | undefined> {
  const { out } = await pretrip(['scan', target, '-o', 'sarif', ...flags]);
  return (JSON.parse(out) as Log).runs[0];
}

/** What code hosts match alerts by; of some rules alone. */
function identitiesIn(run: Run | undefined, only?: ReadonlySet<string>): string[] {
  const category = run?.automationDetails?.id;
  return (run?.results ?? [])
    .filter(({ ruleId = '' }) => only?.has(ruleId) ?? true)
    .map((r) => JSON.stringify([category, r.ruleId, r.locations?.[0]?.physicalLocation?.artifactLocation?.uri, r.partialFingerprints]))
    .toSorted();
}
const identities = async (target: string, ...flags: readonly string[]): Promise<string[]> => identitiesIn(await runOf(target, ...flags));
const category = async (target: string, ...flags: readonly string[]): Promise<string> =>
  JSON.parse((await identities(target, ...flags))[0] ?? '[]')[0] as string;

describe('identity', () => {
  test('is the same under two directory names, on two days, with other profiles beside', async () => {
    const first = await runOf(tree('img1/rootfs'), '--now', '2026-01-01T00:00:00Z');
    const second = tree('img2/other');
    put('img2/other/usr/bin/crio', '');
    put('img2/other/etc/crio/crio.conf', '[crio]\n');
    const again = await runOf(second, '--now', '2026-02-02T00:00:00Z');
    const ids = (run: Run | undefined): Set<string> => new Set(run?.tool.driver.rules?.map((r) => r.id));
    expect(ids(again).size).toBeGreaterThan(ids(first).size);
    expect(identitiesIn(first).length).toBeGreaterThan(5);
    expect(identitiesIn(again, ids(first))).toEqual(identitiesIn(first));
    // A run that somebody asked for beside it is filed apart, and closes none of these.
    expect(await identities(second, '-p', 'base')).not.toContain(identitiesIn(first)[0]);
    expect(await category(second)).toBe('pretrip/debian/auto/');
  }, 60_000);

  test('is the same live, from a capture, and from the saved run', async () => {
    const root = tree('root');
    const live = await identities(root);
    await pretrip(['capture', root, '-o', join(dir, 'host.pretrip.jsonl')]);
    expect(await identities(join(dir, 'host.pretrip.jsonl'))).toEqual(live);
    await pretrip(['scan', root, '-o', `json=${join(dir, 'run.json')}`, '-o', `sarif=${join(dir, 'a.sarif')}`]);
    await pretrip(['report', join(dir, 'run.json'), '-o', `sarif=${join(dir, 'b.sarif')}`]);
    expect(read('b.sarif')).toBe(read('a.sarif'));
  }, 60_000);

  test('does not move when an unknown becomes a failure', async () => {
    const select = ['--select', 'podman.api.service-timeout'];
    const root = tree('root');
    const failed = await identities(root, ...select);
    put('root/etc/containers/containers.conf.d/timeout.conf', `# ${'x'.repeat(10 * 1024 * 1024)}\n`);
    const unknown = await identities(root, ...select);
    expect(unknown).toHaveLength(1);
    expect(unknown).toEqual(failed);
  });

  test('two images of one sort are told apart by --name, by capture, scan and report alike', async () => {
    const [one, two] = [tree('img1/rootfs'), tree('img2/rootfs')];
    expect(await identities(one)).toEqual(await identities(two));
    const named = await identities(one, '--name', 'gateway');
    expect(named).not.toEqual(await identities(two, '--name', 'cluster'));
    await pretrip(['capture', two, '--name', 'gateway', '-o', join(dir, 'gateway.pretrip.jsonl')]);
    expect(await identities(join(dir, 'gateway.pretrip.jsonl'))).toEqual(named);
    await pretrip(['scan', two, '-o', `json=${join(dir, 'run.json')}`]);
    const { out } = await pretrip(['report', join(dir, 'run.json'), '--name', 'gateway', '-o', 'json']);
    expect((JSON.parse(out) as Report).target).toMatchObject({ name: 'gateway' });
    expect((JSON.parse(out) as Report).target.identity).toBeUndefined();
  }, 60_000);

  test('a tree is known by its own host name, but not by that of the container it was built in', async () => {
    const root = tree('root');
    put('root/etc/hostname', 'Edge01.example.org\n');
    expect(await category(root)).toBe('pretrip/edge01.example.org/auto/');
    put('root/etc/hostname', '3f2a9c0b7d1e\n');
    put('root/etc/os-release', 'ID=debian\nIMAGE_ID=gateway\nIMAGE_VERSION=7\n');
    expect(await category(root)).toBe('pretrip/gateway/auto/');
  }, 30_000);

  test('the category tells what was asked for, in any order, and nothing that was not', async () => {
    const root = tree('root');
    expect(await category(root, '-p', 'podman-edge', '-p', 'base')).toBe('pretrip/debian/base+podman-edge/');
    expect(await category(root, '--ignore', 'k3d.*')).toBe('pretrip/debian/auto/');
    const picked = await category(root, '--select', 'podman.api.*', '--select', 'podman.config.*');
    expect(picked).toMatch(/^pretrip\/debian\/select-[0-9a-f]{8}\/$/);
    expect(await category(root, '--select', 'podman.config.*,podman.api.*')).toBe(picked);
    expect(await category(root, '--select', 'podman.config.*')).not.toBe(picked);
    expect(await category(root, '--category', 'nightly/{target}')).toBe('nightly/debian/');
  }, 60_000);

  test.each([
    [['--name', 'x'], /several targets need a name each/],
    [['--category', 'x'], /several targets need a category each\n.*--category x\/\{target\}/],
  ])('several targets do not share one: %s', async (flags, said) => {
    const { status, err } = await pretrip(['scan', tree('a'), tree('b'), ...flags]);
    expect(status).toBe(2);
    expect(err).toMatch(said);
  });

  test('this machine has no name of its own in CI, and its own elsewhere', async () => {
    const only = ['--select', 'cgroup.mode.v2', '-o', 'json'];
    const target = async (env: Record<string, string>): Promise<Report['target']> =>
      (JSON.parse((await pretrip(['scan', ...only], { env })).out) as Report).target;
    expect((await target({ CI: 'true' })).identity).toBe('ci');
    expect((await target({ CI: '', TF_BUILD: 'True' })).identity).toBe('ci');
    expect((await target({ CI: '', TF_BUILD: '' })).identity).toBeUndefined();
  });
});

describe('where nothing was judged', () => {
  const outputs = (): string[] => ['sarif', 'junit', 'json', 'concise'].flatMap((format) => ['-o', `${format}=${join(dir, `out/old.${format}`)}`]);
  const yesterday = (): void => {
    for (const format of ['sarif', 'junit', 'json', 'concise']) put(`out/old.${format}`, 'yesterday');
  };

  test.each<[string, number, (root: string) => readonly string[]]>([
    ['no such target', 4, () => ['/nowhere/at/all']],
    ['no such profile', 2, (root) => [root, '-p', 'nothing']],
    ['no such flag', 2, (root) => [root, '--nothing']],
    ['a wrong value', 2, (root) => [root, '--fail-on', 'hgih']],
    ['rules with a mistake', 2, (root) => [root, '-r', put('rules/a/b.yaml', 'id: a.b\n')]],
  ])('%s: reports of yesterday are gone, and JUnit holds one error', async (_, status, args) => {
    yesterday();
    const ran = await pretrip(['scan', ...args(tree('root')), ...outputs()]);
    expect(ran.status, ran.err).toBe(status);
    expect(readdirSync(join(dir, 'out'))).toEqual(['old.junit']);
    expect(read('out/old.junit').match(/<error /g)).toHaveLength(1);
    expect(read('out/old.junit')).not.toContain('yesterday');
  });

  test('so are those of one target among several; the others stay', async () => {
    put('out/gone.sarif', 'yesterday');
    put('out/gone.xml', 'yesterday');
    const ran = await pretrip(['scan', tree('root'), join(dir, 'gone'), ...['sarif=out/{target}.sarif', 'junit=out/{target}.xml'].flatMap((o) => ['-o', o])], {
      cwd: dir,
    });
    expect(ran.status).toBe(4);
    expect(ran.err).toContain('; 1 of 2 targets could not be read');
    expect(readdirSync(join(dir, 'out')).toSorted()).toEqual(['gone.xml', 'root.sarif', 'root.xml']);
  });

  test('what is read is never taken away', async () => {
    const run = put('run.json', 'no report');
    expect((await pretrip(['report', run, '-o', `json=${run}`])).status).toBe(4);
    expect(existsSync(run)).toBe(true);
    const rules = put('rules/a/b.yaml', 'id: a.b\n');
    expect((await pretrip(['scan', tree('root'), '-r', rules, '-o', `json=${rules}`])).status).toBe(2);
    expect(existsSync(rules)).toBe(true);
  });
});

test('the gate and what was written stand on standard error, in every format, whatever the status', async () => {
  const root = tree('root');
  for (const [format] of everyFormat) {
    const passed = await pretrip(['scan', root, '--fail-on', 'never', '-o', format]);
    expect(passed.err, format).toMatch(/^gate: passed/m);
    expect(passed.out, format).not.toMatch(/^gate: /m);
    const file = join(dir, `a.${format}`);
    const failed = await pretrip(['scan', root, '--select', 'podman.api.service-timeout', '--fail-on', 'low', '-o', `${format}=${file}`]);
    expect(failed).toMatchObject({ status: 1, out: '' });
    expect(failed.err).toContain(`wrote ${file}\n`);
    expect(failed.err).toMatch(/^gate: FAILED/m);
  }
}, 120_000);

test('more SARIF files than GitHub takes in one go are told', async () => {
  const roots = Array.from({ length: 21 }, (_, at) => join(dir, `h${at}`));
  const first = tree('h0');
  for (const root of roots.slice(1)) cpSync(first, root, { recursive: true });
  const scan = (some: readonly string[]) =>
    pretrip(['scan', ...some, '--select', 'podman.api.service-timeout', '-o', `sarif=${join(dir, 'out/{target}.sarif')}`]);
  expect((await scan(roots)).err).toContain('sarif: 21 files, and GitHub takes 20 runs an upload: upload them 20 at a time');
  expect((await scan(roots.slice(1))).err).not.toContain('GitHub');
}, 120_000);

test('nothing but ASCII where the locale knows nothing else', async () => {
  const root = tree('root');
  put('root/etc/containers/containers.conf.d/地図.conf', 'service_timeout=0\n');
  const shown = async (locale: string, ...flags: string[]): Promise<string> =>
    (await pretrip(['scan', root, '-o', 'table', '--width', '40', ...flags], { env: { LC_ALL: locale } })).out;
  const plain = await shown('C');
  expect(plain).toMatch(/^[\n -~]*$/);
  for (const line of plain.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  expect(await shown('C.UTF-8')).toMatch(/[─│]/);
  expect(await shown('C.UTF-8', '--table-style', 'plain')).not.toMatch(/[─│┌]/);
});
