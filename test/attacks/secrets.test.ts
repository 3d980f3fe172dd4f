/** Secrets of every class in every carrier, in both redactors: each is masked whole, and nothing that is no secret is. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { redact, redactText } from '../../src/collect/redact/redact.ts';
import { redactor } from '../../src/collect/script/library/redactor.ts';
import { pretrip } from '../cli/run.ts';
import { type OracleName, oracle } from '../oracles.ts';
import { decoys, planted } from './corpus.ts';

const lines = Object.entries(decoys).flatMap(([path, texts]) => texts.map((text) => ({ path, text })));
const awks: readonly (readonly [OracleName, ...string[]])[] = [['mawk'], ['gawk'], ['original-awk'], ['busybox', 'awk']];

/** Texts as the host's redactor masks them. */
function onHost(awk: readonly string[], all: readonly { readonly path: string; readonly text: string }[]): string[] {
  const program = `${redactor}
$0 == "\\002END" { redact(where, N); for (i = 1; i <= N; i++) print O[i] "\\n"; print "\\002END\\n"; N = 0; next }
substr($0, 1, 2) == "\\002P" { where = substr($0, 3); next }
{ L[++N] = $0 }`;
  const input = all.map(({ path, text }) => `\u0002P${path}\n${path.startsWith('/proc/7/') ? text.replaceAll('\0', '\n') : text}\n\u0002END\n`).join('');
  const [file = '', ...rest] = awk;
  const ran = spawnSync(file, [...rest, program], { input, env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' }, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 });
  return ran.stdout.toString('utf8').split('\n\u0002END\n').slice(0, -1);
}

test('the corpus is large, and no two plants are alike', () => {
  expect(planted.length).toBeGreaterThan(900);
  expect(lines.length).toBeGreaterThan(110);
  expect(new Set(planted.map((p) => p.secret)).size).toBe(planted.length);
  expect(planted.filter((p) => !p.text.includes(p.secret))).toEqual([]);
});

test('every planted secret is masked whole on arrival', () => {
  const left = planted.flatMap(({ title, path, text, secret }) => {
    const masked = redactText(text, path);
    // Not even the larger half of one stays.
    const parts = [secret.slice(0, Math.ceil(secret.length / 2)), secret.slice(Math.floor(secret.length / 2))];
    return parts.some((part) => masked.includes(part)) ? [`${title}: ${masked}`] : [];
  });
  expect(left).toEqual([]);
});

test('no line that holds no secret is changed', () => {
  expect(lines.flatMap(({ path, text }) => (redactText(text, path) === text ? [] : [[text, redactText(text, path)]]))).toEqual([]);
});

test('masking what is masked changes nothing', () => {
  const twice = planted.flatMap(({ title, path, text }) => {
    const once = redactText(text, path);
    return redactText(once, path) === once ? [] : [[title, once, redactText(once, path)]];
  });
  expect(twice).toEqual([]);
});

for (const awk of awks)
  test(`the host masks all of it the same under ${awk.join(' ')}`, oracle(awk[0]), () => {
    const all = [...planted, ...lines];
    const masked = onHost(awk, all);
    const arrival = all.map(({ path, text }) => (path.startsWith('/proc/7/') ? redactText(text, path).replaceAll('\0', '\n') : redactText(text, path)));
    expect(all.flatMap(({ text }, at) => (masked[at] === arrival[at] ? [] : [{ text, host: masked[at], arrival: arrival[at] }]))).toEqual([]);
  });

describe('a secret in an answer of another sort', () => {
  const sample = planted.filter(({ path }) => path === '' || path.endsWith('.sh'));
  test('of a program, on both outputs', () => {
    const left = sample.filter(({ text, secret }) =>
      JSON.stringify(redact({ do: 'run', argv: ['x'] }, { is: 'got', value: { exit: 0, stdout: text, stderr: text } })).includes(secret),
    );
    expect(left).toEqual([]);
  });
  test('of a socket', () => {
    const left = sample.filter(({ text, secret }) =>
      JSON.stringify(redact({ do: 'get', socket: '/s', path: '/' }, { is: 'got', value: { status: 200, headers: {}, body: text } })).includes(secret),
    );
    expect(left).toEqual([]);
  });
});

test.each([
  ['on standard error', `sh -c 'echo "login failed: --password ${'q7Xk2mP9vLw4RtB7'}" >&2; exit 1' x sh`],
  ['in the command itself', 'sshpass -p q7Xk2mP9vLw4RtB7 no-such-program -x'],
])(
  'a secret of a --via that fails: %s',
  async (_, via) => {
    const { status, err, out } = await pretrip(['scan', '--via', via, '--select', 'rootless.subuid']);
    expect(status).toBe(4);
    expect(err).toContain('<redacted>');
    expect(err + out).not.toContain('q7Xk2mP9');
  },
  30_000,
);
