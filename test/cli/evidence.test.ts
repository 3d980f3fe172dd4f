/** Evidence: kept, signed, judged again, and attacked. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import type { Trust } from '../../src/cli/sign.ts';
import { checkEvidence } from '../../src/cli/verify/evidence-directory.ts';
import type { Report } from '../../src/verdicts/report.ts';
import { isThere, oracle } from '../oracles.ts';
import { pretrip, type Ran } from './run.ts';

const debian = (n: number): string => join(packageRoot, 'fixtures/hosts', `debian-${n}.pretrip.jsonl`);

let dir = '';
let evidence = '';
let key = '';
let allowed = '';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-evidence-'));
  if (!isThere('ssh-keygen')) return;
  key = join(dir, 'key');
  for (const name of ['key', 'other']) await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, name)]);
  allowed = join(dir, 'allowed');
  const publicKey = readFileSync(`${key}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  writeFileSync(allowed, `alice@example.com ${publicKey}\n`);
  evidence = join(dir, 'evidence');
  const ran = await pretrip([
    'scan',
    debian(12),
    '--evidence',
    evidence,
    '--sign',
    key,
    '-o',
    `json=${join(dir, 'run.json')}`,
    '--fail-on',
    'never',
    '--allow-incomplete',
  ]);
  expect(ran.err).toMatch(/wrote evidence of debian-12/);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let copies = 0;
function copy(): string {
  const to = join(dir, `copy-${copies++}`);
  cpSync(evidence, to, { recursive: true });
  return to;
}

/** Signs the manifest anew with a key and a namespace of the attacker's choice. */
async function sign(at: string, name: string, namespace: string): Promise<void> {
  rmSync(join(at, 'manifest.json.sig'));
  await execa('ssh-keygen', ['-Y', 'sign', '-q', '-f', join(dir, name), '-n', namespace, join(at, 'manifest.json')], { stdin: 'ignore' });
}

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A forger who changes a file, and makes the manifest fit. */
function forge(at: string, file: string, change: (text: string) => string): void {
  const path = join(at, file);
  const before = readFileSync(path, 'utf8');
  const text = change(before);
  expect(text).not.toBe(before);
  writeFileSync(path, text);
  const manifest = JSON.parse(readFileSync(join(at, 'manifest.json'), 'utf8'));
  manifest.files[file] = { bytes: Buffer.byteLength(text), sha256: sha256(Buffer.from(text)) };
  writeFileSync(join(at, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The end record as pretrip would write it. */
function resealed(text: string): string {
  const lines = text.trimEnd().split('\n').slice(0, -1);
  const hash = createHash('sha256');
  for (const line of lines) hash.update(`${line}\n`);
  return `${[...lines, JSON.stringify({ end: { answers: lines.length - 1, digest: `sha256:${hash.digest('hex')}` } })].join('\n')}\n`;
}

/** What does not hold, without a process of its own: there are many attacks. */
const badIn = async (at: string, trust: Trust = {}): Promise<string> =>
  (await checkEvidence(at, trust)).flatMap((f) => (f.is === 'bad' ? [`${f.about}: ${f.said}`] : [])).join('\n');

const verify = (at: string, ...more: string[]): Promise<Ran> => pretrip(['verify', at, ...more]);
const bads = (ran: Ran): string =>
  ran.out
    .split('\n')
    .filter((l) => l.startsWith('BAD'))
    .join('\n');

describe('evidence', oracle('ssh-keygen'), () => {
  test('holds, and names who signed only where a list vouches for it', async () => {
    expect(readdirSync(evidence).sort()).toEqual(['asked.tsv', 'manifest.json', 'manifest.json.sig', 'report.json', 'rules.json', 'snapshot.pretrip.jsonl']);
    const listed = await verify(evidence, '--allowed-signers', allowed, '--signer', 'alice@example.com');
    expect(listed.status, listed.out).toBe(0);
    expect(listed.out).toMatch(/ok {4}signature: signed by alice@example.com with ED25519 key SHA256:/);
    expect(listed.out).toMatch(/judged again: all \d{3} verdicts of \d{2,3} rules are the same/);
    const unlisted = await verify(evidence);
    expect(unlisted.status).toBe(0);
    expect(unlisted.out).toMatch(/note {2}signature: signed with ED25519 key SHA256:\S+ which no list of signers vouches for.*not who signed/);
  });

  test('the record lists what a capture script looked at besides, without any secret', async () => {
    const script = (await pretrip(['capture', '--script', '--select', 'cgroup.mode.v2,podman.registries.auth-perms'])).out;
    const raw = join(dir, 'host.raw');
    const home = mkdtempSync(join(dir, 'home-'));
    mkdirSync(join(home, '.config/containers'), { recursive: true });
    writeFileSync(join(home, '.config/containers/auth.json'), '{"auths":{"x":{"auth":"c2VjcmV0"}}}');
    writeFileSync(raw, execFileSync('sh', [], { input: script, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, HOME: home } }));
    const at = join(dir, 'besides');
    // Fewer rules than the script asked for.
    const ran = await pretrip(['scan', raw, '--select', 'cgroup.mode.v2', '--evidence', at, '--fail-on', 'never', '--allow-incomplete']);
    expect(ran.err).toMatch(/wrote evidence/);
    const record = readFileSync(join(at, 'asked.tsv'), 'utf8');
    const [judged = '', besides = ''] = record.split(/^# looked at besides .*\n/m);
    expect(judged).toMatch(/read \/sys\/fs\/cgroup\/cgroup.controllers/);
    expect(besides).toMatch(/auth\.json/);
    const asked = (text: string): string[] =>
      text
        .split('\n')
        .filter((l) => l && !l.startsWith('#'))
        .map((l) => l.split('\t')[3] ?? '');
    // Everything that the script told of stands in the record, once.
    const all = asked((await pretrip(['verify', raw, '--list'])).out);
    expect(asked(record).filter((a, i, list) => list.indexOf(a) !== i)).toEqual([]);
    expect(all.filter((a) => !asked(record).includes(a))).toEqual([]);
    expect(all.length).toBeGreaterThan(20);
    const checked = await verify(at);
    expect(checked.status, checked.out).toBe(0);
    expect(checked.out).toMatch(/asked.tsv: lists all that was read and run: \d+ asks, and \d+ more that the capture script looked at/);
    forge(at, 'asked.tsv', (t) => t.replace('# looked at besides', '#'));
    expect(await badIn(at)).toMatch(/asked.tsv: is not the record of this snapshot/);
  });

  test('an expired key does not vouch now, and did when it was valid; a namespace may be denied to a key', async () => {
    const publicKey = readFileSync(`${key}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    const expired = join(dir, 'expired');
    writeFileSync(expired, `alice@example.com valid-before="20200101" ${publicKey}\n`);
    const now = await verify(evidence, '--allowed-signers', expired);
    expect(now.status, now.out).toBe(1);
    expect(bads(now)).toMatch(/signature/);
    expect((await verify(evidence, '--allowed-signers', expired, '--signer', 'alice@example.com')).status).toBe(1);
    expect((await verify(evidence, '--allowed-signers', expired, '--verify-time', '2019-05-01T00:00:00Z')).status).toBe(0);
    const elsewhere = join(dir, 'elsewhere');
    writeFileSync(elsewhere, `alice@example.com namespaces="git" ${publicKey}\n`);
    expect((await verify(evidence, '--allowed-signers', elsewhere)).status).toBe(1);
  });

  test.each<[string, (at: string) => Promise<void> | void, RegExp]>([
    [
      'a verdict edited in the report',
      (at) =>
        forge(at, 'report.json', (t) => {
          const report = JSON.parse(t) as { verdicts: { outcome: string; remedy?: unknown }[] };
          const failed = report.verdicts.find((v) => v.outcome === 'fail');
          if (failed) failed.outcome = 'pass';
          if (failed) delete failed.remedy;
          return JSON.stringify(report);
        }),
      /the report says pass, judging again gives fail/,
    ],
    [
      'the time edited in the header, with digests made anew',
      (at) => forge(at, 'snapshot.pretrip.jsonl', (t) => resealed(t.replace(/"takenAt":"\d{4}/, '"takenAt":"2099'))),
      /the report is about the snapshot sha256:/,
    ],
    [
      'the time edited in the header alone',
      (at) => forge(at, 'snapshot.pretrip.jsonl', (t) => t.replace(/"takenAt":"\d{4}/, '"takenAt":"2099')),
      /does not match the digest/,
    ],
    [
      'an answer dropped',
      (at) => forge(at, 'snapshot.pretrip.jsonl', (t) => resealed(t.split('\n').toSpliced(5, 1).join('\n'))),
      /the report is about the snapshot/,
    ],
    [
      'the snapshot of another host',
      (at) => forge(at, 'snapshot.pretrip.jsonl', () => readFileSync(debian(13), 'utf8')),
      /target.name: the report says "debian-12", the snapshot "debian-13"/,
    ],
    ['a rule changed', (at) => forge(at, 'rules.json', (t) => t.replace('atLeast', 'atMost')), /the report was judged by the rules sha256:/],
    [
      'a rule taken out',
      (at) =>
        forge(at, 'rules.json', (t) => {
          const rules = JSON.parse(t);
          rules.packs[0].files = rules.packs[0].files.filter((f: { path: string }) => f.path !== 'cgroup/mode/v2.yaml');
          return JSON.stringify(rules);
        }),
      /cgroup.mode.v2.*judging again gives no such verdict/,
    ],
    [
      'an ask taken out of the record',
      (at) => forge(at, 'asked.tsv', (t) => t.split('\n').toSpliced(9, 1).join('\n')),
      /asked.tsv: is not the record of this snapshot/,
    ],
    [
      'a verdict taken out of the report',
      (at) =>
        forge(at, 'report.json', (t) => {
          const report = JSON.parse(t) as { verdicts: unknown[] };
          report.verdicts.splice(3, 1);
          return JSON.stringify(report);
        }),
      /judging again gives pass, which the report leaves out/,
    ],
    ['the snapshot cut off', (at) => forge(at, 'snapshot.pretrip.jsonl', (t) => t.slice(0, t.length / 2)), /the report is about the snapshot/],
    [
      'a cut snapshot, and a report that says truncated',
      (at) => {
        forge(at, 'snapshot.pretrip.jsonl', (t) => t.slice(0, t.length / 2));
        forge(at, 'report.json', (t) => t.replace('"user": "root"', '"user": "root", "truncated": true'));
      },
      /the report is about the snapshot/,
    ],
    [
      'a manifest about another host',
      (at) => forge(at, 'report.json', (t) => t.replace('"name": "debian-12"', '"name": "edge01"')),
      /manifest.json: speaks of another target/,
    ],
  ])('%s: the signature breaks, and without it the verdicts', async (_, attack, said) => {
    const at = copy();
    await attack(at);
    expect(await badIn(at, { allowed })).toMatch(/^signature: /m);
    rmSync(join(at, 'manifest.json.sig'));
    expect(await badIn(at)).toMatch(said);
  });

  test.each<[string, (at: string) => unknown, RegExp]>([
    ['a file that is changed', (at) => appendFileSync(join(at, 'rules.json'), ' '), /rules.json: is not what the manifest says/],
    ['a file more', (at) => writeFileSync(join(at, 'note.txt'), 'all is well'), /note.txt: is not a part of the evidence/],
    ['a directory more', (at) => void mkdirSync(join(at, 'more')), /more: is not a part of the evidence/],
    ['a file less', (at) => rmSync(join(at, 'rules.json')), /rules.json: there is no such file[\s\S]*could not be judged again/],
    [
      'a link instead of a file',
      (at) => {
        renameSync(join(at, 'report.json'), join(dir, 'moved.json'));
        symlinkSync(join(dir, 'moved.json'), join(at, 'report.json'));
      },
      /report.json: is a symbolic link/,
    ],
    ['a pipe instead of a file', (at) => execa('sh', ['-c', 'rm "$1" && mkfifo "$1"', 'sh', join(at, 'report.json')]), /report.json: is not a regular file/],
    ['a file of a terabyte', (at) => truncateSync(join(at, 'asked.tsv'), 1024 ** 4), /asked.tsv: is larger than/],
    ['another key', (at) => sign(at, 'other', 'evidence@pretrip'), /signature: .*vouches for no such signature/],
    ['another namespace', (at) => sign(at, 'key', 'file'), /signature: .*vouches for no such signature/],
    ['the signature of the snapshot', (at) => sign(at, 'key', 'snapshot@pretrip'), /signature: .*vouches for no such signature/],
    ['a signature that is none', (at) => writeFileSync(join(at, 'manifest.json.sig'), 'hello\n'), /signature: .*vouches for no such signature/],
    ['no signature', (at) => rmSync(join(at, 'manifest.json.sig')), /signature: there is none/],
  ])('%s is told', async (_, attack, said) => {
    const at = copy();
    await attack(at);
    expect(await badIn(at, { allowed })).toMatch(said);
  });

  test('is never overwritten, and a failed signature leaves nothing', async () => {
    const again = await pretrip(['scan', debian(12), '--evidence', evidence]);
    expect(again.status).toBe(2);
    expect(again.err).toMatch(/exists already/);
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', join(dir, 'locked')]);
    const env = { SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force', SSH_AUTH_SOCK: '' };
    const locked = await pretrip(['scan', debian(12), '--evidence', join(dir, 'never'), '--sign', join(dir, 'locked')], { env });
    expect(locked.status).toBe(2);
    expect(locked.err).toMatch(/could not sign with .*locked; nothing was written/);
    const captured = await pretrip(
      ['capture', join(packageRoot, 'fixtures/hosts/k3s-rootless.yaml'), '-o', join(dir, 'never.jsonl'), '--sign', join(dir, 'locked')],
      { env },
    );
    expect(captured.status).toBe(2);
    expect(readdirSync(dir).filter((n) => n.startsWith('never') || n.includes('.tmp'))).toEqual([]);
    const noKey = await pretrip(['scan', debian(12), '--evidence', join(dir, 'never'), '--sign', join(dir, 'nokey')]);
    expect(noKey.status).toBe(2);
    expect(noKey.err).toMatch(/there is no such key/);
  });

  test('a snapshot is signed before it is compressed, and says so to ssh-keygen alone', async () => {
    const file = join(dir, 'host.pretrip.jsonl.gz');
    const ran = await pretrip(['capture', join(packageRoot, 'fixtures/hosts/k3s-rootless.yaml'), '-o', file, '--sign', key]);
    expect(ran.status, ran.err).toBe(0);
    expect((await verify(file, '--allowed-signers', allowed)).out).toMatch(/ok {4}signature[\s\S]*verify: holds/);
    const plain = join(dir, 'host.pretrip.jsonl');
    writeFileSync(plain, process.getBuiltinModule('node:zlib').gunzipSync(readFileSync(file)));
    expect((await verify(plain, '--allowed-signers', allowed)).status).toBe(0);
    const alone = await execa('ssh-keygen', ['-Y', 'verify', '-f', allowed, '-I', 'alice@example.com', '-n', 'snapshot@pretrip', '-s', `${file}.sig`], {
      input: readFileSync(plain),
    });
    expect(alone.stdout).toMatch(/^Good "snapshot@pretrip" signature for alice@example.com/);
    writeFileSync(plain, resealed(readFileSync(plain, 'utf8').replace('"name":"k3s-rootless"', '"name":"k3s-other"')));
    const changed = await verify(plain, '--allowed-signers', allowed);
    expect(changed.status).toBe(1);
    expect(bads(changed)).toMatch(/signature/);
  });

  test('the JSON report is signed as it stands, and made again it has the same bytes', async () => {
    const run = join(dir, 'signed.json');
    await pretrip(['scan', debian(12), '--sign', key, '-o', `json=${run}`]);
    const held = await verify(run, '--snapshot', debian(12), '--allowed-signers', allowed);
    expect(held.status, held.out).toBe(0);
    await pretrip(['report', run, '-o', `json=${join(dir, 'again.json')}`]);
    expect(readFileSync(join(dir, 'again.json'), 'utf8')).toBe(readFileSync(run, 'utf8'));
  });
});

describe('a saved run', () => {
  test('alone shows nothing; with its snapshot it is judged again, selection and parameters included', async () => {
    const run = join(dir, 'chosen.json');
    await pretrip(['scan', debian(12), '-p', 'podman-edge', '--ignore', 'quadlet.*', '-o', `json=${run}`]);
    const alone = await verify(run);
    expect(alone.status).toBe(2);
    expect(alone.err).toMatch(/a report alone shows nothing/);
    expect((await verify(run, '--snapshot', debian(12))).status).toBe(0);
    expect((await verify(run, '--snapshot', debian(13))).status).toBe(1);
    const made = JSON.parse(readFileSync(run, 'utf8')) as Report;
    writeFileSync(run, JSON.stringify({ ...made, selection: { profiles: ['base'] } }));
    const other = await verify(run, '--snapshot', debian(12));
    expect(other.status).toBe(1);
    expect(bads(other)).toMatch(/profiles: the report says other than judging again gives/);
  });

  test('of another version says so, and is compared all the same', async () => {
    const run = join(dir, 'older.json');
    await pretrip(['scan', debian(12), '-o', `json=${run}`]);
    const made = JSON.parse(readFileSync(run, 'utf8')) as Report;
    writeFileSync(
      run,
      JSON.stringify({
        ...made,
        tool: { ...made.tool, version: '0.0.9' },
        verdicts: made.verdicts.map((v, at) => (at === 0 ? { ...v, message: 'other words.' } : v)),
      }),
    );
    const words = await verify(run, '--snapshot', debian(12));
    expect(words.status, words.out).toBe(0);
    expect(words.out).toMatch(/note {2}tool: judged by pretrip 0\.0\.9 [\s\S]*\nnote {2}verdicts: .* with another message/);
  });
});

test('a file that is neither is unreadable, and bad usage is told', async () => {
  writeFileSync(join(dir, 'x.txt'), 'hello');
  expect((await verify(join(dir, 'x.txt'))).status).toBe(4);
  expect((await verify(join(dir, 'nothing'))).status).toBe(4);
  expect((await verify(dir)).status).toBe(4);
  expect((await verify(debian(12), '--signer', 'alice')).status).toBe(2);
  expect((await verify(debian(12), '--allowed-signers', join(dir, 'nobody'))).status).toBe(4);
});

test('--list prints what was read and run, of snapshots and of what a script printed', async () => {
  const { out } = await verify(debian(12), '--list');
  expect(out).toMatch(/^# target {3}debian-12 \(local\)$/m);
  expect(out).toMatch(/^read\t\d+\t[0-9a-f]{64}\tread \/etc\/passwd$/m);
  expect(out).toMatch(/^exit 0\t\d+\t[0-9a-f]{64}\trun podman --version$/m);
  expect(out).toMatch(/^absent\t-\t-\tenv CONTAINERS_CONF$/m);
});
