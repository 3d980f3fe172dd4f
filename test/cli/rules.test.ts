import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pretrip } from './run.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-rules-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function put(path: string, text: string): string {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const rowsOf = (out: string): string[][] => out.split('\n').map((l) => l.split('\t'));

describe('rules list', () => {
  test('prints one line a rule into a pipe, sorted: id, severity, title, profiles', async () => {
    const { status, out } = await pretrip(['rules', 'list']);
    expect(status).toBe(0);
    const rows = rowsOf(out);
    expect(rows.length).toBeGreaterThan(90);
    for (const row of rows) expect(row).toHaveLength(4);
    const ids = rows.map((r) => r[0] ?? '');
    expect(ids).toEqual([...ids].sort());
    expect(rows.find((r) => r[0] === 'podman.api.service-timeout')).toEqual([
      'podman.api.service-timeout',
      'medium',
      expect.stringMatching(/API service/),
      'k3d-rootful,k3d-rootless',
    ]);
  });

  test('keeps to the rules of a profile, and to those selected', async () => {
    const [mac, some, neither] = await Promise.all([
      pretrip(['rules', 'list', '-p', 'k3d-macos']),
      pretrip(['rules', 'list', '-p', 'k3d-macos', '--select', 'macos.*', '--ignore', 'macos.ssh.*']),
      pretrip(['rules', 'list', '-p', 'k3d-macos', '--select', 'crio.*']),
    ]);
    for (const row of rowsOf(mac.out)) expect((row[3] ?? '').split(',')).toContain('k3d-macos');
    expect(mac.out).toMatch(/^macos\.vm\.cpuset\t/m);
    expect(mac.out).not.toMatch(/^crio\./m);
    const ids = rowsOf(some.out).map((r) => r[0] ?? '');
    expect(ids).toContain('macos.machine.exists');
    expect(ids.every((id) => id.startsWith('macos.') && !id.startsWith('macos.ssh.'))).toBe(true);
    expect(neither.status).toBe(2);
    expect(neither.err).toMatch(/no rule is selected/);
  });

  test('a profile that has no rule yet is no way to a green report', async () => {
    put('empty/profiles/acme.yaml', 'id: acme\ntitle: Acme\ndescribe: Hosts of Acme.\nbecause: it was asked for\n');
    put('empty/acme/bind.yaml', readFileSync('rules/cis/k3s/scheduler-bind.yaml', 'utf8').replace('cis.k3s.scheduler-bind', 'acme.bind'));
    const pack = join(dir, 'empty');
    const runs = await Promise.all([pretrip(['scan', '-p', 'acme,base', '-r', pack]), pretrip(['plan', '-p', 'acme', '-r', pack])]);
    for (const { status, out, err } of runs) {
      expect(status).toBe(2);
      expect(out).toBe('');
      expect(err).toMatch(/no rule is in the profile "acme" yet/);
    }
  });

  test('lists profiles with the number of their rules', async () => {
    const { out } = await pretrip(['rules', 'list', '--profiles', '--json']);
    const profiles = JSON.parse(out) as { id: string; title: string; rules: number }[];
    expect(profiles.map((p) => p.id)).toEqual(expect.arrayContaining(['k3d-rootful', 'k3d-rootless', 'k3d-macos', 'k3s-rootless', 'crio-backend']));
    for (const id of ['k3d-rootful', 'k3d-rootless', 'k3d-macos', 'k3s-rootless', 'crio-backend'])
      expect(profiles.find((p) => p.id === id)?.rules, id).toBeGreaterThan(5);
  });
});

describe('rules show', () => {
  test('tells what the rule reads and expects, why, how to fix it, its references, controls and cases', async () => {
    const { status, out } = await pretrip(['rules', 'show', 'podman.api.service-timeout']);
    expect(status).toBe(0);
    for (const said of [
      /podman\.api\.service-timeout/,
      /medium/,
      /never stops for being idle/,
      /containers\.conf/,
      /set service_timeout = /,
      /CM-6/,
      /Verified on Podman|pkg\/config/,
      /timeout.*0/,
      /when the key sits outside|outside/,
    ])
      expect(out).toMatch(said);
  });

  test('suggests the id that was meant', async () => {
    const { status, err, out } = await pretrip(['rules', 'show', 'podman.api.service-timout']);
    expect(status).toBe(2);
    expect(err).toMatch(/there is no rule "podman\.api\.service-timout"\n {2}did you mean "podman\.api\.service-timeout"\?/);
    expect(out).toBe('');
  });

  test('shows the words that rules are written with', async () => {
    const { status, out } = await pretrip(['rules', 'show', '--kinds']);
    expect(status).toBe(0);
    for (const word of ['## delegation', '## podman-api', '`noMoreThan`', 'Can follow `forEach`']) expect(out.includes(word), word).toBe(true);
  });
});

describe('rules show, further', () => {
  test('begins with the fix, and says what stands below', async () => {
    const { out } = await pretrip(['rules', 'show', 'podman.api.service-timeout']);
    expect(out).toMatch(/^Below: Fix · Why · .*Expects · .*Reads/m);
    expect(out.match(/^## .*$/gm)?.[0]).toBe('## Fix');
    expect(out).toContain('`pretrip rules show podman.api.service-timeout --reads` prints');
  });

  test('prints with --reads what the plan of the rule is', async () => {
    const [reads, plan] = await Promise.all([
      pretrip(['rules', 'show', 'podman.policy.default', '--reads']),
      pretrip(['plan', '--select', 'podman.policy.default']),
    ]);
    expect(reads.out).toBe(plan.out);
  });

  test('shows one kind alone', async () => {
    const { status, out } = await pretrip(['rules', 'show', '--kinds', 'delegation']);
    expect(status).toBe(0);
    expect(out.match(/^##? .*$/gm)).toEqual(['## delegation']);
  });
});

describe('rules new', () => {
  test('writes a rule and cases that pass as they are, and that scan can use', async () => {
    const root = join(dir, 'mine');
    const made = await pretrip(['rules', 'new', 'acme.motd', '-r', root]);
    expect(made.status, made.err).toBe(0);
    expect(made.out).toMatch(/wrote .*acme\/motd\.yaml\nwrote .*acme\/motd\.test\.yaml/);
    expect(readFileSync(join(root, 'acme/motd.yaml'), 'utf8')).toMatch(/^# yaml-language-server: \$schema=\S+schema\.json\nid: acme\.motd\n/);
    const host = join(dir, 'host');
    put('host/etc/example', 'x');
    const [check, tried, again, scan] = await Promise.all([
      pretrip(['rules', 'check', root]),
      pretrip(['rules', 'test', '-r', root, '-v']),
      pretrip(['rules', 'new', 'acme.motd', '-r', root]),
      pretrip(['scan', host, '-r', root, '--select', 'acme.motd', '--fail-on', 'medium']),
    ]);
    expect(check.out + check.err).toMatch(/^1 rules?, 0 profiles, 5 cases: no mistakes/);
    expect(check.status).toBe(0);
    expect(tried.out).toMatch(/1 rules?: 5 passed, 0 failed/);
    expect(tried.status).toBe(0);
    expect(again.status).toBe(2);
    expect(again.err).toMatch(/motd\.yaml exists already/);
    expect(scan.status).toBe(1);
    expect(scan.out).toMatch(/^\/etc\/example\tmedium\tacme\.motd\t/m);
  });

  test.each(['Acme.Motd', 'acme', '../acme.motd', 'acme..motd', 'acme/motd'])('refuses %s as an id', async (id) => {
    const { status, err } = await pretrip(['rules', 'new', id, '-r', join(dir, 'refused')]);
    expect(status).toBe(2);
    expect(err).toMatch(/is not a rule id/);
  });
});

describe('rules check', () => {
  test('finds every mistake of every file at once, each with line, column and what to do', async () => {
    const root = join(dir, 'wrong');
    put(
      'wrong/a/one.yaml',
      'id: a.one\ntitle: t\nseverity: hgih\nwhy: w\ncheck:\n  - fiel: /etc/passwd\n    expect: { exists: true }\n  - file: /etc/passwd\n    expect: { mode: { noMoreThen: "0600" } }\n',
    );
    put('wrong/a/two.yaml', 'id: a.tow\ntitle: t\nseverity: high\nwhy: w\ncheck:\n  - file: /etc/passwd\n    expect: {}\n');
    put('wrong/a/three.yaml', 'id: a.three\n  title: [\n');
    const { status, err, out } = await pretrip(['rules', 'check', root]);
    expect(status).toBe(2);
    expect(out).toBe('');
    for (const said of [
      /one\.yaml:3:11: severity must be one of: .*\n {4}did you mean "high"\?/,
      /one\.yaml:6:5: .*fiel.*\n {4}did you mean "file"\?/,
      /one\.yaml:9:\d+: .*noMoreThen.*\n {4}did you mean "noMoreThan"\?/,
      /two\.yaml:1:5: .*a\.tow/,
      /two\.yaml:7:\d+: /,
      /three\.yaml:\d+:\d+: /,
    ])
      expect(err).toMatch(said);
    expect(err).toMatch(/\n\d+ mistakes$/);
  });

  test('finds none in the shipped rules', async () => {
    const { status, out } = await pretrip(['rules', 'check']);
    expect(status).toBe(0);
    expect(out).toMatch(
      /^\d+ rules, 13 profiles, \d+ cases, \d+ kinds \(\d+ serve one rule, \d+ none\): no mistakes\nremedies: \d+ heal a failing case by their files alone, \d+ need a running host, \d+ are left to a person, \d+ only ask a person, and never fail\nin the lab: the remedies of \d+ rules were carried out .*$/,
    );
  });

  test('names the kinds that serve one rule, or none', async () => {
    const { status, out } = await pretrip(['rules', 'check', '-v']);
    expect(status).toBe(0);
    const rows = rowsOf(out.replace(/^\d+ rules, [\s\S]*$/m, '').replace(/\n$/, ''));
    expect(rows).toContainEqual(['runtime-dir', 'rootless.xdg-runtime-dir']);
    expect(rows.map(([kind]) => kind)).not.toContain('config');
    const [, one, none] = /\((\d+) serve one rule, (\d+) none\)/.exec(out) ?? [];
    expect([rows.filter(([, rule]) => rule !== '').length, rows.filter(([, rule]) => rule === '').length]).toEqual([Number(one), Number(none)]);
  });

  test('refuses parameters of a profile that no rule has, or that are of another sort', async () => {
    const root = join(dir, 'profiled');
    put(
      'profiled/a/one.yaml',
      'id: a.one\ntitle: t\nseverity: high\nwhy: w\nparams: { n: { default: 1 } }\ncheck:\n  - hardware: true\n    expect: { cpus: { atLeast: { param: n } } }\n',
    );
    put('profiled/a/one.test.yaml', 'cases: []\n');
    put('profiled/profiles/mine.yaml', 'id: mine\ntitle: t\ndescribe: d\nbecause: b\nparams:\n  a.one: { n: "2", m: 3 }\n  a.onn: { n: 2 }\n');
    const { status, err } = await pretrip(['rules', 'check', root]);
    expect(status).toBe(2);
    for (const said of [
      /mine\.yaml:6:1: a\.one:n must be like its default, 1/,
      /a\.one has no parameter "m"\n {4}did you mean "n"\?/,
      /there is no rule "a\.onn" to set a parameter of\n {4}did you mean "a\.one"\?/,
    ])
      expect(err).toMatch(said);
  });
});

describe('rules test', () => {
  test('runs the cases of one rule, and of a family', async () => {
    const [one, family] = await Promise.all([pretrip(['rules', 'test', 'podman.api.service-timeout', '-v']), pretrip(['rules', 'test', 'macos'])]);
    expect(one.status).toBe(0);
    expect(one.out).toMatch(/^ok {4}podman\.api\.service-timeout {2}\S/m);
    expect(one.out).toMatch(/^1 rules?: \d+ passed, 0 failed$/m);
    expect(family.out).toMatch(/^\d+ rules: \d+ passed, 0 failed$/m);
  });

  test('shows the case that went wrong, with what was wanted and what came, and fails', async () => {
    const root = join(dir, 'red');
    await pretrip(['rules', 'new', 'acme.red', '-r', root]);
    const cases = put(
      'red/acme/red.test.yaml',
      'on: empty\ncases:\n  - it: hopes for the best\n    files: { /etc/example: { mode: "0644" } }\n    gives: pass\n',
    );
    const { status, out } = await pretrip(['rules', 'test', '-r', root]);
    expect(status).toBe(1);
    expect(out).toContain(`${cases}:3  hopes for the best`);
    expect(out).toMatch(/wanted one verdict, pass; got .*fail \(medium\).*has mode 0644/);
    expect(out).toMatch(/1 rules?: 0 passed, 1 failed$/);
  });

  test('names a rule that there is not', async () => {
    const { status, err } = await pretrip(['rules', 'test', 'podman.api.nothing']);
    expect(status).toBe(2);
    expect(err).toMatch(/no rule is called podman\.api\.nothing/);
  });
});
