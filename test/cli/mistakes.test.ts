/** What people type wrong: each mistake is told in our own words, with what was meant, and where to read on. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pretrip } from './run.ts';

let dir = '';
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
};
const host = 'fixtures/hosts/k3d-rootless-broken.yaml';

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-mistakes-'));
  mkdirSync(join(dir, 'empty'));
  mkdirSync(join(dir, 'root/etc'), { recursive: true });
  mkdirSync(join(dir, 'root/usr'));
  writeFileSync(join(dir, 'root/etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  put('README.md', '# pretrip\n\n- not: [a rule\n- nor: "a run\n');
  put('other.json', '{"a": 1}');
  put('list.json', '[]');
  put('newer.json', '{"format": "pretrip-report/9"}');
  put('blank', '');
  symlinkSync(join(dir, 'nowhere'), join(dir, 'dangling'));
  put('cut.json', '{"format": "pretrip-report/1", "tool": {');
  put('rootfs.tar', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0'), Buffer.alloc(512)]));
  put('root.squashfs', Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(512)]));
  put('broken.yaml', 'id: a.b\ntitle: "x\ncheck: [\n  - {\n"\n: : :\n');
  await pretrip(['scan', host, '--select', 'podman.policy.*', '-o', `json=${join(dir, 'run.json')}`, '-o', `sarif=${join(dir, 'run.sarif')}`]);
  await pretrip(['capture', host, '--select', 'podman.policy.*', '-o', join(dir, 'host.pretrip.jsonl')]);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** `@name`: that file of this test's directory. */
const argsOf = (line: string): string[] => (line === '' ? [] : line.split(' ').map((word) => (word === "''" ? '' : word.replace(/^@/, `${dir}/`))));

/** What no message may hold: words of oclif, of Node's parsers, or a tab for a line break. */
const foreign = /\\t|Nonexistent|Expected |Parsing --|Missing \d|Unexpected token|in JSON at|ENOENT|See more help|Note: |one of \d+ names/;

async function mistaken(line: string, status: number, says: readonly RegExp[], sees?: string): Promise<void> {
  const ran = await pretrip(argsOf(line), { cwd: process.cwd() });
  expect(ran.status, ran.err).toBe(status);
  expect(ran.out).toBe('');
  expect(ran.err).toMatch(/^pretrip: /);
  expect(ran.err).not.toMatch(foreign);
  expect(ran.err).not.toMatch(/ {4}at |node:internal/);
  for (const said of says) expect(ran.err).toMatch(said);
  if (sees !== undefined) expect(ran.err.endsWith(`see: pretrip ${sees} --help`), ran.err).toBe(true);
}

describe('flags', () => {
  test.each([
    ['scan --width 10', 'scan', [/^pretrip: --width 10: must be 40 or more$/m]],
    ['scan --width 999', 'scan', [/--width 999: must be 400 or less/]],
    ['scan -j many', 'scan', [/--jobs many: must be a whole number/]],
    ['scan --fail-on hgh', 'scan', [/--fail-on hgh: must be one of critical, .*\n {2}did you mean "high"\?/]],
    ['scan --fail-on med', 'scan', [/did you mean "medium"\?/]],
    ['scan --as root', 'scan', [/did you mean "root-directory"\?/]],
    ['scan --json', 'scan', [/unknown flag --json\n {2}did you mean "--output json"\?/]],
    ['scan -o json,sarif', 'scan', [/there is no format "json,sarif"\n {2}give -o once for each: -o json=FILE -o sarif=FILE/]],
    ['scan --as tarball', 'scan', [/--as tarball: must be one of .*root-directory/]],
    ['scan --sarif-profile=gitub', 'scan', [/did you mean "github"\?/]],
    ['scan --ouput x', 'scan', [/unknown flag --ouput\n {2}did you mean "--output"\?/]],
    ['scan --severity high', 'scan', [/unknown flag --severity\n {2}did you mean "--fail-on"\?/]],
    ['scan --frmat json', 'scan', [/unknown flag --frmat\n {2}did you mean "--output FORMAT/]],
    ['scan --format=json', 'scan', [/unknown flag --format\n {2}did you mean "--output FORMAT/]],
    ['scan --param x', 'scan', [/--param x: must be NAME=VALUE or RULE:NAME=VALUE/]],
    ['scan --fail-on', 'scan', [/--fail-on needs a value\n {2}one of critical/]],
    ['scan --show', 'scan', [/--show needs a value/]],
    ['scan -o --sudo', 'scan', [/--output needs a value\n {2}write --output FORMAT\[=PATH\]/]],
    ['scan --sudo=yes', 'scan', [/--sudo takes no value/]],
    ['scan --name a --name b', 'scan', [/--name is given twice/]],
    ["scan --account ''", 'scan', [/--account: the value is empty/]],
    ["scan -p ''", 'scan', [/--profile: the value is empty/]],
    ['scan -p base,,k3s-server', 'scan', [/--profile base,,k3s-server: one of the values is empty/]],
    ['scan -o jsn', 'scan', [/there is no format "jsn"\n {2}did you mean "json"\?/]],
    ['scan -o html', 'scan', [/there is no format "html"\n {2}one of: .*json/]],
    ['scan -o json=', 'scan', [/-o json=: the path is missing/]],
    ['scan -o =x', 'scan', [/-o =x: the format is missing/]],
    ['scan -o json=a -o sarif=./a', 'scan', [/two reports would be written to /]],
    ['scan --show failed', 'scan', [/unknown outcome "failed"\n {2}did you mean "fail"\?|unknown outcome "failed"/]],
    ['scan --now yesterday', 'scan', [/--now yesterday: is not a time\n {2}write it as 2026-01-31T12:00:00Z/]],
    ['scan --version', 'scan', [/unknown flag --version\n {2}pretrip --version prints it/]],
    ['plan --jsn', 'plan', [/--jsn\n.*did you mean "--json"\?/]],
    ['plan --sudo', 'plan', [/unknown flag --sudo\n {2}pretrip capture, pretrip diff, pretrip fix, pretrip scan and pretrip show k3s-args have it/]],
    ['rules list --profile k3d-rootles', 'rules list', [/did you mean "k3d-rootless"\?/]],
    ['rules list --profiles -p base', 'rules list', [/--profile chooses rules, and --profiles lists profiles/]],
    ['capture --sign @nokey', 'capture', [/--sign needs a snapshot file/, /there is no such key/]],
  ] as const)('%s', (line, sees, says) => mistaken(line, 2, says, sees));

  test('all mistakes of one command line are told at once', () =>
    mistaken(
      'scan --frmat -o jsn --width 10 --select podmn.* -p bse -D x --show fial --now later',
      2,
      [/--frmat/, /"jsn"/, /--width 10/, /podmn/, /"bse"/, /--param x/, /"fial"/, /--now later/],
      'scan',
    ));

  test('a variable that stands for a flag is told by its name', async () => {
    const { status, err } = await pretrip(['scan', host], { env: { PRETRIP_FAIL_ON: 'hgh' } });
    expect(status).toBe(2);
    expect(err).toMatch(/^pretrip: PRETRIP_FAIL_ON: hgh: must be one of .*\n {2}did you mean "high"\?/);
  });
});

test('a value that a variable gave and that is wrong is told with the variable', async () => {
  const { status, err } = await pretrip(['scan', host], { env: { PRETRIP_SHOW: 'fial', PRETRIP_PROFILE: 'base,bse' } });
  expect(status).toBe(2);
  expect(err).toMatch(/unknown outcome "fial"\n {2}did you mean "fail"\?\n {2}PRETRIP_SHOW is set in the environment/);
  expect(err).toMatch(/"bse"\n {2}did you mean "base"\?\n {2}PRETRIP_PROFILE is set in the environment/);
});

test('variables that stand for lists are read as lists', async () => {
  const [profiles, rules] = await Promise.all([
    pretrip(['scan', host, '-o', 'json'], { env: { PRETRIP_PROFILE: 'base,suse-host' } }),
    pretrip(['plan'], { env: { PRETRIP_RULES: join(dir, 'empty') } }),
  ]);
  expect((JSON.parse(profiles.out) as { profiles: { id: string }[] }).profiles.map((p) => p.id)).toEqual(['base', 'suse-host']);
  expect(rules.err).toMatch(/there are no rules at \S+empty\n.*\n {2}PRETRIP_RULES is set in the environment/);
});

describe('arguments', () => {
  test.each([
    ['report', 'report', [/RUN is missing: name the saved run\n {2}such as: pretrip report run\.json/]],
    ['report a b c', 'report', [/"b" and "c" are too much: this command takes one argument/]],
    ['verify', 'verify', [/PATH is missing: name the evidence directory, snapshot, or saved run/]],
    ['rules new', 'rules new', [/ID is missing: name the id of the rule/]],
    ['rules new Motd', 'rules new', [/"Motd" is not a rule id/]],
    ['rules show', 'rules show', [/RULE is missing/]],
    ['rules list podman', 'rules list', [/"podman" is too much: this command takes no argument/]],
    ['scan --name x a a', 'scan', [/--name x: several targets need a name each/, /a is given twice/]],
    ['plan nope', 'plan', [/nope: there is no such file or directory\n {2}leave it out: the plan is the same for every target/]],
  ] as const)('%s', (line, sees, says) => mistaken(line, 2, says, sees));
});

describe('commands', () => {
  test.each([
    ['list', /did you mean "pretrip rules list"\?/],
    ['explain podman.api.service-timeout', /did you mean "pretrip rules show"\?/],
    ['check', /did you mean "pretrip rules check"\?/],
    ['judge', /did you mean "pretrip scan"\?/],
    ['scna', /there is no command "scna"\n {2}did you mean "scan"\?/],
    ['rules lst', /there is no command "rules lst"\n {2}did you mean "pretrip rules list"\?/],
    ['rules help', /did you mean "pretrip rules --help"\?/],
    ['version', /did you mean "pretrip --version"\?/],
    ['-q scan', /flags go after the command, and -q is before any\n {2}such as: pretrip scan -q/],
    ['rules shwo', /there is no command "rules shwo"\n {2}did you mean "pretrip rules show"\?/],
    ['rules --json', /unknown flag --json\n {2}flags go after the command: pretrip rules /],
    ['ssh://edge01', /pretrip scan ssh:\/\/edge01/],
    ['-V', /unknown flag -V\n {2}did you mean "--version"\?/],
    ['--verison', /unknown flag --verison\n {2}did you mean "--version"\?/],
    ['--select x', /flags go after the command, and --select is before any\n {2}such as: pretrip scan --select/],
    ['help exit', /did you mean "pretrip help exit-status"\?/],
    ['frobnicate', /one of: capture, diff, fix, plan, report, rules, scan, show, verify/],
  ] as const)('%s', (line, says) => mistaken(line, 2, [says]));
});

describe('what is no saved run is told as what it is', () => {
  test.each([
    ['report @README.md', /README\.md: is not a saved run; nothing was written\n/],
    ['report @host.pretrip.jsonl', /is a snapshot, not a saved run; nothing was written\n {2}to judge it: pretrip scan \S+host\.pretrip\.jsonl/],
    ['report @nope', /nope: there is no such file or directory; nothing was written\n/],
    ['report @run.sarif', /is a SARIF file, not a saved run/],
    ['report @other.json', /is JSON of another kind, not a saved run/],
    ['report @list.json', /is JSON of another kind, not a saved run/],
    ['report @cut.json', /is a saved run that was cut off or edited: it is not valid JSON/],
    ['report @newer.json', /is a saved run of the format pretrip-report\/9, and this pretrip reads pretrip-report\/1; nothing was written\n {2}read it with/],
    ['report @rootfs.tar', /is a tar archive, not a saved run/],
    ['report @empty', /is a directory, not a saved run/],
    ['report @root', /is a root file system directory, not a saved run; nothing was written\n {2}to judge it: pretrip scan/],
    ['capture --for @README.md', /is not a saved run; nothing was captured/],
  ] as const)('%s', (line, says) => mistaken(line, 4, [says]));
});

describe('targets', () => {
  test.each([
    ['scan @nope', /there is no such file or directory; nothing was judged/],
    ['capture @nope', /there is no such file or directory; nothing was captured/],
    ['verify @nope', /there is no such file or directory; nothing was checked/],
    ['scan edge01', /nothing was judged\n {2}a host\? ssh:\/\/edge01\n/],
    ['scan root@edge01:22', /a host\? ssh:\/\/root@edge01:22\n/],
    ['scan @root/etc', /is only a part of a root file system; nothing was judged\n {2}scan the directory above it: pretrip scan \S+\/root\n/],
    ['scan @rootfs.tar', /is a tar archive, which pretrip cannot judge yet; nothing was judged\n {2}unpack it/],
    ['scan @root.squashfs', /is a squashfs image, which pretrip cannot judge yet; nothing was judged\n {2}mount/],
    ['scan @blank', /blank: is empty; nothing was judged/],
    ['scan /dev/null', /null: is neither a file nor a directory; nothing was judged/],
    ['scan @dangling', /dangling: is a symbolic link that leads nowhere; nothing was judged/],
    ['scan @README.md', /cannot tell what this file is; nothing was judged/],
  ] as const)('%s', (line, says) => mistaken(line, 4, [says]));

  test('a name that a file may have is not taken for a host', async () => {
    expect((await pretrip(['scan', 'host.pretrip.jsonl'], { cwd: dir })).status).not.toBe(4);
    expect((await pretrip(['scan', 'hots.pretrip.jsonl'], { cwd: dir })).err).not.toMatch(/a host\?/);
  });

  test('a snapshot that is cut off before anything that could be judged is told as that', async () => {
    const cut = put('begun.pretrip.jsonl', `${readFileSync(join(dir, 'host.pretrip.jsonl'), 'utf8').split('\n', 1)[0]}\n`);
    const { status, out, err } = await pretrip(['scan', cut, '-o', 'table']);
    expect(status).toBe(3);
    expect(out).toMatch(/^NOT DECIDED: the snapshot is cut off before all that could be judged\.$/m);
    expect(err).toMatch(/nothing was judged on \S+: its snapshot is cut off before all that could be judged; capture it again/);
  });

  test('a sort of target that there is not', () => mistaken('scan ftp://x', 2, [/ftp:\/\/x: unsupported target type\n {2}a target is /]));

  test.each([
    ['scan @host.pretrip.jsonl --sudo --user x', [/--sudo does nothing for a snapshot/, /--user does nothing for a snapshot/]],
    ['scan @host.pretrip.jsonl --file x', [/--file does nothing for a snapshot/]],
    ['scan @root --timeout 9', [/--timeout does nothing for a root file system directory/]],
    ['scan --ssh-config x', [/--ssh-config does nothing for local\n {2}leave it out; it is for ssh:/]],
    ['capture @root --sudo', [/--sudo does nothing for a root file system directory/]],
    ['verify @host.pretrip.jsonl --snapshot x', [/--snapshot does nothing for a snapshot/]],
    ['verify @root --snapshot x -r y', [/--snapshot does nothing for an evidence directory/, /--rules does nothing for/]],
    ['verify @host.pretrip.jsonl --list --signature x', [/--signature does nothing for --list/]],
  ] as const)('a flag that does nothing is refused: %s', (line, says) => mistaken(line, 2, says, line.split(' ')[0]));

  test('and a flag that has its use is not', async () => {
    expect((await pretrip(['scan', join(dir, 'root'), '--user', 'root', '--now', '2026-01-31T12:00:00Z', '-p', 'base'])).status).not.toBe(2);
  });
});

describe('rules', () => {
  test.each([
    ['scan -r @README.md', 'scan', [/README\.md is not a rule file\n {2}a rule file ends in \.yaml/]],
    ['scan -r @empty', 'scan', [/there are no rules at /]],
    ['rules test -r @empty', 'rules test', [/there are no rules at \S+empty\n/]],
    ['rules check @empty', 'rules check', [/there are no rules at \S+empty\n/]],
    ['rules check @nothing', 'rules check', [/there are no rules at /]],
    ['rules check @README.md', 'rules check', [/is not a directory of rules/]],
    [`scan -r ${host}`, 'scan', [/is not a rule file: it has neither id, title nor check/]],
    ['scan -r rules/podman/policy/default.test.yaml', 'scan', [/holds the cases of a rule, not a rule/]],
    ['rules show podman.api.service-timout', 'rules show', [/did you mean "podman\.api\.service-timeout"\?/]],
    ['rules show podman.timeout.service', 'rules show', [/nearest: podman\.api\.service-timeout/]],
    ['rules show podman.policy', 'rules show', [/it is a family: podman\.policy\./]],
    ['rules show --kinds delgation', 'rules show', [/there is no fact kind "delgation"\n {2}did you mean "delegation"\?/]],
    ['rules show podman.policy.default --reads --json', 'rules show', [/--reads and --json do not go together/]],
    ['rules test podman.api.srvice-timeout', 'rules test', [/no rule is called podman\.api\.srvice-timeout\n {2}did you mean/]],
    ['scan --select podmn.*', 'scan', [/no rule matches "podmn\.\*"\n {2}did you mean 'podman\.\*'\?/]],
    ['scan --select podman.polcy.*', 'scan', [/did you mean 'podman\.policy\.\*'\?/]],
    ['scan --ignore *.srvice-timeout', 'scan', [/did you mean '\*\.service-timeout'\?/]],
    ['scan --select zzz*', 'scan', [/the families are cgroup, .*podman/]],
    ['scan -D needd=3', 'scan', [/has a parameter "needd"\n {2}did you mean "needed"\?/]],
  ] as const)('%s', (line, sees, says) => mistaken(line, 2, says, sees));

  test('a file that is not YAML has one mistake, the first', async () => {
    const { status, err } = await pretrip(['scan', '-r', join(dir, 'broken.yaml')]);
    expect(status).toBe(2);
    expect(err.match(/broken\.yaml:\d+:\d+: /g)).toHaveLength(1);
    expect(err).toMatch(/1 mistake; nothing was judged$/);
  });
});
