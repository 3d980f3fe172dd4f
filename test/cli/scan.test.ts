import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/verdicts/report.ts';
import { oracle } from '../oracles.ts';
import { everyFormat } from '../report/every-format.ts';
import { pretrip } from './run.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-cli-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(path: string, text: string): string {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  // A whole root directory has both /etc and /usr.
  if (path.startsWith('root/')) mkdirSync(join(dir, 'root/usr'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Rules about Podman are for hosts that have it. */
function podmanIsThere(): void {
  chmodSync(put('root/usr/bin/podman', ''), 0o755);
  put('root/var/lib/dpkg/status', 'Package: podman\nStatus: install ok installed\nVersion: 5.4.2+ds1-2\n\n');
}

async function report(args: readonly string[]): Promise<Report> {
  const { out, err } = await pretrip([...args, '-o', 'json']);
  expect(err).not.toMatch(/defect/);
  return JSON.parse(out) as Report;
}

const timeoutRule = ['--select', 'podman.api.service-timeout'];

describe('the bare service_timeout of the brief', () => {
  test('fails with that file, line 1, and the words that tell why Podman ignores it', async () => {
    put('root/etc/containers/containers.conf.d/timeout.conf', 'service_timeout=0\n');
    podmanIsThere();
    const { verdicts } = await report(['scan', join(dir, 'root'), ...timeoutRule]);
    expect(verdicts).toHaveLength(1);
    expect(verdicts[0]).toMatchObject({ outcome: 'fail', rule: 'podman.api.service-timeout' });
    expect(verdicts[0]?.evidence[0]?.where[0]).toMatchObject({ path: '/etc/containers/containers.conf.d/timeout.conf', line: 1 });
    expect(verdicts[0]?.message).toMatch(/outside any table.*ignores/);
  });

  test('passes with the table header above it', async () => {
    put('root/etc/containers/containers.conf.d/timeout.conf', '[engine]\nservice_timeout=0\n');
    podmanIsThere();
    const { verdicts } = await report(['scan', join(dir, 'root'), ...timeoutRule]);
    expect(verdicts.map((v) => v.outcome)).toEqual(['pass']);
  });

  test('fails when a later drop-in sets 5, and names that file', async () => {
    put('root/etc/containers/containers.conf.d/timeout.conf', '[engine]\nservice_timeout=0\n');
    podmanIsThere();
    put('root/etc/containers/containers.conf.d/zz.conf', '[engine]\nservice_timeout=5\n');
    const { verdicts } = await report(['scan', join(dir, 'root'), ...timeoutRule]);
    expect(verdicts.map((v) => v.outcome)).toEqual(['fail']);
    expect(verdicts[0]?.evidence[0]?.where[0]).toMatchObject({ path: '/etc/containers/containers.conf.d/zz.conf', line: 2 });
  });

  test('is judged without naming a profile, too', async () => {
    put('root/etc/containers/containers.conf.d/timeout.conf', 'service_timeout=0\n');
    podmanIsThere();
    chmodSync(put('root/usr/bin/k3d', ''), 0o755);
    const { verdicts, profiles } = await report(['scan', join(dir, 'root')]);
    expect(profiles.map((p) => p.id)).toContain('k3d-rootful');
    expect(verdicts.find((v) => v.rule === 'podman.api.service-timeout')?.outcome).toBe('fail');
  });
});

describe('bad input ends in one clear message and the right status', () => {
  test('a target that is not there', async () => {
    const { status, err, out } = await pretrip(['scan', '/nowhere/at/all', '-o', `json=${join(dir, 'run.json')}`]);
    expect(status).toBe(4);
    expect(err).toMatch(/there is no such file or directory; nothing was judged/);
    expect(out).toBe('');
    expect(readdirSync(dir)).toEqual([]);
  });

  test('a target that may not be read', oracle('root', 'setpriv'), async () => {
    put('closed/etc/passwd', '');
    const { status, err } = await pretrip(['scan', '/root', '--as', 'root-directory'], { asNobody: true });
    expect(status).toBe(4);
    expect(err).toMatch(/permission denied/);
  });

  test('a directory that is no root file system', async () => {
    put('project/README', '');
    const { status, err } = await pretrip(['scan', join(dir, 'project')]);
    expect(status).toBe(4);
    expect(err).toMatch(/cannot tell what this directory is.*\n.*a root file system directory holds one of etc, usr.*--as root-directory/);
  });

  test('a rule file with a typo', async () => {
    put('rules/a/b.yaml', 'id: a.b\ntitle: t\nseverity: high\nwhy: w\ncheck:\n  - fiel: /etc/passwd\n    expect: { exists: true }\n');
    const { status, err } = await pretrip(['scan', '-r', join(dir, 'rules')]);
    expect(status).toBe(2);
    expect(err).toMatch(/b\.yaml:6:5: unknown fact kind or key "fiel"\n {4}did you mean "file"\?/);
  });

  test('an unknown profile, format, rule, parameter, severity, flag, command', async () => {
    for (const [args, said] of [
      [['scan', '-p', 'k3d-rootles'], /there is no profile "k3d-rootles"\n {2}did you mean "k3d-rootless"\?/],
      [['scan', '-o', 'sarf'], /there is no format "sarf"\n {2}did you mean "sarif"\?/],
      [['scan', '--select', 'podman.api.service-timeot'], /did you mean "podman.api.service-timeout"\?/],
      [['scan', '-D', 'nothing=1'], /has a parameter "nothing"/],
      [
        ['scan', '-D', 'needed=true'],
        /parameter needed is not of one type in lsm\.selinux\.booleans, podman\.net\.aardvark, .* and podman\.policy\.transport-bypass\n {2}name the rule: --param RULE:needed=VALUE/,
      ],
      [['scan', '--fail-on', 'hgih'], /hgih/],
      [['scan', '--frobnicate'], /frobnicate/],
      [['scna'], /scna/],
      [['scan', '--show', 'fial'], /did you mean "fail"\?/],
    ] as const) {
      const { status, err } = await pretrip(args);
      expect(err, args.join(' ')).toMatch(said);
      expect(status, args.join(' ')).toBe(2);
      expect(err.split('\n').length, args.join(' ')).toBeLessThan(24);
    }
  });

  test('a truncated snapshot is judged, marked, and never passes the gate', async () => {
    put('root/etc/os-release', 'ID=debian\nVERSION_ID="12"\n');
    const file = join(dir, 'host.pretrip.jsonl');
    expect((await pretrip(['capture', join(dir, 'root'), '-o', file])).status).toBe(0);
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.slice(0, whole.length * 0.6));
    const { status, out } = await pretrip(['scan', file, '-p', 'k3d-rootful', '--fail-on', 'never', '-o', 'json']);
    const cut = JSON.parse(out) as Report;
    expect(cut.target.truncated).toBe(true);
    expect(status).toBe(3);
    const full = await report(['scan', join(dir, 'root'), '-p', 'k3d-rootful']);
    for (const v of cut.verdicts) {
      const before = full.verdicts.find((f) => f.rule === v.rule && f.subject === v.subject);
      if (v.outcome !== before?.outcome) expect(v.outcome).toBe('unknown');
    }
  });

  test('a snapshot that was changed', async () => {
    put('root/etc/os-release', 'ID=debian\n');
    const file = join(dir, 'host.pretrip.jsonl');
    await pretrip(['capture', join(dir, 'root'), '-o', file]);
    writeFileSync(file, readFileSync(file, 'utf8').replace('ID=debian', 'ID=fedora'));
    const { status, err } = await pretrip(['scan', file]);
    expect(status).toBe(4);
    expect(err).toMatch(/does not match the digest in the end record/);
  });

  test('a 10 MB config file is unknown, not absent', async () => {
    put('root/etc/containers/containers.conf.d/big.conf', `# ${'x'.repeat(10 * 1024 * 1024)}\n[engine]\nservice_timeout=0\n`);
    podmanIsThere();
    const { verdicts } = await report(['scan', join(dir, 'root'), ...timeoutRule]);
    expect(verdicts.map((v) => v.outcome)).toEqual(['unknown']);
    expect(verdicts[0]?.message).toMatch(/larger than the limit.*big\.conf/);
  });

  test('a symlink loop is unknown, not absent', async () => {
    put('root/etc/os-release', 'ID=debian\n');
    mkdirSync(join(dir, 'root/etc/containers'), { recursive: true });
    symlinkSync('containers.conf', join(dir, 'root/etc/containers/containers.conf'));
    podmanIsThere();
    const { verdicts } = await report(['scan', join(dir, 'root'), ...timeoutRule]);
    expect(verdicts.map((v) => v.outcome)).toEqual(['unknown']);
    expect(verdicts[0]?.message).toMatch(/too many levels of symbolic links/);
  });

  test('an output that cannot be written leaves nothing half-written', async () => {
    put('root/etc/os-release', 'ID=debian\n');
    mkdirSync(join(dir, 'taken'));
    const { status, err } = await pretrip(['scan', join(dir, 'root'), '-o', `json=${join(dir, 'taken')}`]);
    expect(status).toBe(2);
    expect(err).toMatch(/cannot write .*taken/);
    expect(readdirSync(dir).filter((n) => n.includes('tmp'))).toEqual([]);
  });

  test('an output through a symbolic link is refused', async () => {
    put('root/etc/os-release', 'ID=debian\n');
    const victim = put('victim', 'precious');
    symlinkSync(victim, join(dir, 'link'));
    const { status } = await pretrip(['scan', join(dir, 'root'), '-o', `json=${join(dir, 'link')}`]);
    expect(status).toBe(2);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  test('something that is no saved run', async () => {
    const { status, err } = await pretrip(['report', put('run.json', '{"format":"pretrip-report/1"}')]);
    expect(status).toBe(4);
    expect(err).toMatch(/is not a pretrip report/);
  });
});

describe('the gate', () => {
  const rule = (severity: string, path: string, when = ''): string =>
    `id: t.t\ntitle: t\nseverity: ${severity}\nwhy: w\nprofiles: [base]\n${when}check:\n  - file: ${path}\n    expect: { type: file }\n`;
  const table: [string, string, string[], number][] = [
    ['a failure at the threshold', rule('high', '/etc/missing'), [], 1],
    ['a failure below it', rule('medium', '/etc/missing'), [], 0],
    ['a failure below it, lowered', rule('medium', '/etc/missing'), ['--fail-on', 'medium'], 1],
    ['never', rule('critical', '/etc/missing'), ['--fail-on', 'never'], 0],
    ['an unknown at the threshold', rule('high', '/proc/nothing'), [], 3],
    ['an unknown at the threshold, accepted', rule('high', '/proc/nothing'), ['--allow-incomplete'], 0],
    ['an unknown below it, but nothing else was decided', rule('low', '/proc/nothing'), [], 3],
    ['a pass', rule('high', '/etc/os-release'), [], 0],
    ['only not-applicable', rule('high', '/etc/os-release', 'when:\n  - file: /etc/missing\n    expect: { exists: true }\n'), [], 3],
    [
      'only not-applicable, accepted',
      rule('high', '/etc/os-release', 'when:\n  - file: /etc/missing\n    expect: { exists: true }\n'),
      ['--allow-incomplete'],
      3,
    ],
  ];
  /** Every format ends as the gate does: shown where it fails and where it is incomplete, and of the rest by three. */
  const inEveryFormat = ['a failure at the threshold', 'an unknown at the threshold'];
  test.each(table)('%s', async (what, text, flags, status) => {
    put('root/etc/os-release', 'ID=debian\n');
    put('rules/t/t.yaml', text);
    for (const [format] of everyFormat.filter(([name]) => inEveryFormat.includes(what) || ['table', 'json', 'junit'].includes(name))) {
      const ran = await pretrip(['scan', join(dir, 'root'), '-r', join(dir, 'rules'), '--select', 't.t', '-o', format, ...flags]);
      expect(ran.status, `${format}: ${ran.err}`).toBe(status);
    }
  });

  test('an empty selection is a usage error', async () => {
    put('root/etc/os-release', 'ID=debian\n');
    expect((await pretrip(['scan', join(dir, 'root'), '--ignore', '*'])).status).toBe(2);
  });

  test('one of several targets that cannot be read makes 4, and the others are judged', async () => {
    put('root/etc/os-release', 'ID=debian\n');
    const { status, out } = await pretrip(['scan', join(dir, 'root'), '/nowhere', '-o', `json=${join(dir, 'out/{target}.json')}`]);
    expect(status).toBe(4);
    expect(out).toBe('');
    expect(readdirSync(join(dir, 'out'))).toEqual(['root.json']);
  });

  test('what holds all targets goes to one file, or with {target} to one for each; what holds one needs {target}', async () => {
    put('a/etc/os-release', 'ID=debian\n');
    put('b/etc/os-release', 'ID=suse\n');
    const of = (path: string): string => readFileSync(join(dir, path), 'utf8');
    const both = ['scan', join(dir, 'a'), join(dir, 'b'), '-p', 'base'];
    for (const [name, format] of everyFormat) {
      const [whole, split] = [join(dir, `all-${name}`), join(dir, `{target}-${name}`)];
      const ran = await pretrip([...both, '-o', `${name}=${whole}`, '-o', `${name}=${split}`]);
      if (format.of === 'one') expect(ran, name).toMatchObject({ status: 2, err: expect.stringContaining('several targets need a file each') as string });
      else for (const one of ['a', 'b']) expect(of(`all-${name}`), name).toContain(of(`${one}-${name}`));
    }
    const shown = await pretrip([...both, '-o', 'table']);
    for (const one of ['a', 'b']) expect(shown.out).toMatch(new RegExp(`^${one} \\(root-directory\\) {3}inspected`, 'm'));
  }, 120_000);

  test('a saved run gives the same gate and the same reports', async () => {
    put('root/etc/containers/containers.conf.d/timeout.conf', 'service_timeout=0\n');
    const saved = join(dir, 'run.json');
    const first = await pretrip(['scan', join(dir, 'root'), '-o', `json=${saved}`, '-o', `sarif=${join(dir, 'a.sarif')}`, '-o', 'concise']);
    const again = await pretrip(['report', saved, '-o', `sarif=${join(dir, 'b.sarif')}`, '-o', 'concise']);
    expect(again.status).toBe(first.status);
    expect(again.out).toBe(first.out);
    expect(readFileSync(join(dir, 'b.sarif'), 'utf8')).toBe(readFileSync(join(dir, 'a.sarif'), 'utf8'));
  });
});

test('host data cannot speak to the terminal or to a CI server', async () => {
  put('root/etc/os-release', 'ID="\u001b]0;owned\u0007evil"\nVERSION_ID="1\n::error::injected"\nPRETTY_NAME="\u202eevil"\n');
  put('root/etc/passwd', '::set-output name=x::y:x:1000:1000::/home/\u001b[31m:/bin/sh\n');
  for (const [format] of everyFormat) {
    const { out, err } = await pretrip(['scan', join(dir, 'root'), '-p', 'base', '-p', 'podman-rootless', '--show', 'all', '-o', format]);
    expect(`${out}${err}`, format).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(out, format).not.toMatch(/^::/m);
  }
});

test('what needs root and was denied is unknown to an ordinary user, with what to do about it', oracle('root', 'setpriv'), async () => {
  const rules = mkdtempSync(join(tmpdir(), 'pretrip-open-'));
  try {
    mkdirSync(join(rules, 't'));
    writeFileSync(join(rules, 'closed'), 'x', { mode: 0o600 });
    writeFileSync(
      join(rules, 't/t.yaml'),
      `id: t.t\ntitle: t\nseverity: high\nwhy: w\nprofiles: [base]\ncheck:\n  - text: ${rules}/closed\n    expect: { content: { present: true } }\n`,
    );
    await import('node:fs').then((fs) => fs.chmodSync(rules, 0o755));
    const { status, out } = await pretrip(['scan', '-r', rules, '--select', 't.t', '-o', 'json'], { asNobody: true });
    expect(status).toBe(3);
    expect((JSON.parse(out) as Report).verdicts[0]).toMatchObject({ outcome: 'unknown', next: expect.stringMatching(/scan as root/) as string });
  } finally {
    rmSync(rules, { recursive: true, force: true });
  }
});

test('an old Node is told in one line what is needed', async () => {
  const source = readFileSync(new URL('../../bin/pretrip.js', import.meta.url), 'utf8');
  expect(source.split('\n').slice(2).join('\n')).not.toMatch(/\b(const|let|=>|\?\.|await)\b/);
});

test.each([
  ['cgroup', /no rule matches "cgroup"[\s\S]*a family is chosen with a star: 'cgroup\.\*'/],
  ['cgroup.mode.v3', /no rule matches "cgroup\.mode\.v3"[\s\S]*cgroup\.mode\.v2/],
])('a selection that fits nothing is told with what may be meant: %s', async (pattern, said) => {
  const { status, err } = await pretrip(['scan', '--select', pattern]);
  expect(status).toBe(2);
  expect(err).toMatch(said);
});

test('rules that are not there, or that may not be read, are told as such', async () => {
  const missing = await pretrip(['scan', '-r', '/no/such/rules']);
  expect(missing.status).toBe(2);
  expect(missing.err).toMatch(/there are no rules at \/no\/such\/rules/);
  const closed = mkdtempSync(join(tmpdir(), 'pretrip-closed-'));
  writeFileSync(join(closed, 'a.yaml'), 'id: a\n', { mode: 0o600 });
  chmodSync(closed, 0o755);
  if (process.getuid?.() === 0) {
    const denied = await pretrip(['scan', '-r', closed], { asNobody: true });
    expect(denied.status).toBe(2);
    expect(denied.err).toMatch(/a\.yaml: the rules may not be read: permission denied/);
  }
  rmSync(closed, { recursive: true });
});
