/** The two searches for credentials: the same under every awk that is here, and grep finds every line that matters. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { credentialsAwk, suspectLine } from '../../../src/collect/script/library/credentials.ts';
import { credentialsIn } from '../../../src/facts/text/credentials.ts';
import { type OracleName, oracle } from '../../oracles.ts';
import { fc } from '../../property.ts';

const dir = mkdtempSync(join(tmpdir(), 'pretrip-credentials-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const base64 = 'MIIEvQIBADANBgkqhkiG9w0BAQEF';
const labels = ['', 'RSA ', 'EC ', 'ENCRYPTED ', 'OPENSSH ', 'A B2 ', 'rsa '];
const pieces = fc.constantFrom(
  ...labels.flatMap((l) => [`-----BEGIN ${l}PRIVATE KEY-----`, `-----END ${l}PRIVATE KEY-----`]),
  '-----BEGIN PGP PRIVATE KEY BLOCK-----',
  '-----END PGP PRIVATE KEY BLOCK-----',
  '-----BEGIN PRIVATE KEY----- x',
  base64,
  `${base64}==`,
  'AAAA',
  'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ',
  'b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAA',
  'Proc-Type: 4,ENCRYPTED',
  'PuTTY-User-Key-File-3: ssh-rsa',
  'Encryption: none',
  'Encryption: aes256-cbc',
  `AGE-SECRET-KEY-1${'GFPYYSJZ'.repeat(7)}GF`,
  `AGE-SECRET-KEY-PQ-1${'GFPYYSJZ'.repeat(7)}GF`,
  `AGE-SECRET-KEY-1${'GFPYYSJZ'.repeat(7)}G`,
  `AGE-SECRET-KEY-1${'GFPYYSJZ'.repeat(7)}GI`,
  'kind: Config',
  '{"kind": "Config", "users": [{"token": "abcdefgh1"}]}',
  "'kind': 'Config' ,",
  'kind: KubeletConfig',
  'users:',
  '"users": [',
  '  token: abcdefgh',
  '  token: abc',
  "  password: 'x'",
  '  exec:',
  '  exec: {',
  '  exec: x',
  `client-key-data: ${base64}`,
  `K10${'0a'.repeat(32)}::server:x`,
  `xK10${'0a'.repeat(32)}::server:x`,
  `"K10${'0a'.repeat(32)}::abc"`,
  `K10${'0a'.repeat(32)}::ab"`,
  `a=eyJhbGciOi${'a'.repeat(10)}.eyJ${'b'.repeat(12)}.${'c'.repeat(24)}`,
  `aeyJhbGciOi${'a'.repeat(10)}.eyJ${'b'.repeat(12)}.${'c'.repeat(24)}`,
  `x.a-eyJhbGciOi${'a'.repeat(9)}-.eyJ${'b'.repeat(10)}.${'c'.repeat(20)}.d`,
  `eyJhbGciOi${'a'.repeat(10)}.eyJ${'b'.repeat(12)}.${'c'.repeat(4)}`,
  '"auths": {',
  '"auth": "YTpi"',
  '{"auths":{"r":{"auth" : "YTpiYw=="}}}',
  '"auth": ""',
  '\u00a0é \u0001\\n',
  '',
);
const line = fc.tuple(fc.constantFrom('', '', '', ' ', '\t', 'x '), pieces, fc.constantFrom('', '', '', ' ', '\r', ' ,')).map((parts) => parts.join(''));
const whole = fc.constantFrom(...labels, 'OPENSSH ').map((l) => `-----BEGIN ${l}PRIVATE KEY-----\n${base64}\n-----END ${l}PRIVATE KEY-----`);
const text = fc.array(fc.oneof({ weight: 4, arbitrary: line }, whole), { maxLength: 14 }).map((lines) => lines.join('\n'));
const texts = fc.sample(text, { numRuns: 600 });
const latin = (t: string): string => Buffer.from(t).toString('latin1');

const awks: readonly (readonly [OracleName, ...string[]])[] = [['mawk'], ['gawk'], ['gawk', '--posix'], ['original-awk'], ['busybox', 'awk']];

describe.each(awks)('under %s %s', (file, ...rest) => {
  test('the same credentials are found', oracle(file as OracleName), () => {
    const input = join(dir, 'in');
    writeFileSync(input, texts.map((t) => `${t}\n\u0002END\n`).join(''));
    const program = `${credentialsAwk}
BEGIN { setup_credentials() }
$0 == "\\002END" { credentials(n); for (i = 1; i <= found; i++) print C_line[i], C_is[i], C_form[i], C_encrypted[i]; print "end"; n = 0; next }
{ L[++n] = $0 }`;
    const ran = spawnSync(file, [...rest.filter((w) => w !== undefined), program, input], {
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
      encoding: 'utf8',
    });
    expect(ran.stderr).toBe('');
    const told = ran.stdout.split('end\n').slice(0, -1);
    const wanted = texts.map((t) =>
      credentialsIn(latin(t))
        .map((c) => `${c.line} ${c.is} ${c.form} ${c.encrypted === undefined ? '-' : Number(c.encrypted)}\n`)
        .join(''),
    );
    expect(texts.flatMap((t, at) => (told[at] === wanted[at] ? [] : [{ t, told: told[at], wanted: wanted[at] }]))).toEqual([]);
    expect(wanted.join('')).toMatch(/private-key openssh 1[\s\S]*kubeconfig/);
  });
});

test.each([['grep'], ['busybox', 'grep']])('%s finds every text that holds one', (file, ...rest) => {
  const holding = texts.filter((t) => credentialsIn(latin(t)).length > 0);
  const paths = holding.map((t, at) => {
    const path = join(dir, `t${at}`);
    writeFileSync(path, t);
    return path;
  });
  expect(holding.length).toBeGreaterThan(50);
  const ran = spawnSync(file, [...rest.filter((w) => w !== undefined), '-lE', '-e', suspectLine, '--', ...paths], {
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
    encoding: 'utf8',
  });
  const found = new Set(ran.stdout.split('\n'));
  expect(paths.filter((p) => !found.has(p))).toEqual([]);
});

test('hostile text takes no time', () => {
  for (const hard of [
    'eyJhbGciOi',
    '-eyJhbGciOi',
    'K10',
    '-----BEGIN RSA PRIVATE KEY-----\n',
    '-----END A PRIVATE KEY-----\n-----BEGIN A PRIVATE KEY-----\n',
    'kind: Config ',
    'token: ',
    'PuTTY-User-Key-File-3: \n',
    'A ',
  ]) {
    const before = performance.now();
    credentialsIn(hard.repeat(Math.ceil(262_144 / hard.length)));
    credentialsIn(`kind: Config${' '.repeat(262_000)}x`);
    expect([hard, performance.now() - before < 2000]).toEqual([hard, true]);
  }
});
