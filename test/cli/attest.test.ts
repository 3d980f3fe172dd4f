import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pretrip } from './run.ts';

let dir: string;
const at = (name: string): string => join(dir, name);
const rule = 'k3s.config.running';
const one = (more: Record<string, string> = {}): string =>
  `- ${JSON.stringify({ rule, target: 'edge01', answer: 'yes', who: 'Alice Example', when: '2026-05-01', until: '2026-12-31', ...more })}\n`;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'attest-'));
  writeFileSync(
    at('edge01.yaml'),
    `takenAt: 1780315200
files:
  /usr/local/bin/k3s: { content: ELF, mode: "0755" }
  /etc/systemd/system/k3s-agent.service: "[Service]\\nExecStart=/usr/local/bin/k3s agent\\n"
commands: { k3s --version: { stdout: "k3s version v1.35.4+k3s1 (0123abcd)\\n" } }
`,
  );
});
afterAll(() => rmSync(dir, { recursive: true }));

function scan(answers: string, ...more: string[]) {
  writeFileSync(at('answers.yaml'), answers);
  const select = [rule, 'cis.k3s.kubelet-read-only-port'].join(',');
  return pretrip(['scan', at('edge01.yaml'), '--as', 'composed', '--select', select, '--fail-on', 'medium', '--attest', at('answers.yaml'), ...more]);
}

describe('the gate', () => {
  test.each([
    ['yes', {}, 0, 'gate: passed'],
    ['no', { answer: 'no' }, 1, '1 of them answered with no'],
    ['expired', { until: '2026-05-31' }, 3, 'expired at 2026-05-31'],
    ['of another target', { target: 'edge02' }, 3, 'edge02 is no target of this run'],
    ['to what passes', { rule: 'cis.k3s.kubelet-read-only-port' }, 2, 'is decided (pass): only what is unknown can be answered'],
  ])('%s', async (_, more, status, said) => {
    const ran = await scan(one(more));
    expect(ran.status).toBe(status);
    expect(ran.err).toContain(said);
  });
});

test.each([
  ['json', [], /"attested": \{[^}]*"answer": "yes"[^}]*"by": "Alice Example"/s],
  ['table', [], /answered with yes \(1\)[\s\S]*by Alice Example on 2026-05-01, until\s+2026-12-31/],
  ['concise', ['--show', 'unknown'], /unknown \(answered yes by Alice Example until 2026-12-31\)/],
  ['junit', [], /<skipped message="answered yes by Alice Example/],
  ['sarif', ['--sarif-profile', 'full'], /"justification": "answered yes by Alice Example/],
  ['generic', [], /answered yes by Alice Example/],
])('%s shows answer and person', async (format, more, shown) => {
  const { out } = await scan(one(), '-o', format, ...more);
  expect(out).toMatch(shown);
});

test('all mistakes of a file are told at once, each with its place, and nothing is judged', async () => {
  const { status, out, err } = await scan(`- rule: ${rule}\n  answer: maybe\n  who: ""\n  when: soon\n  untill: 2026-01-01\n- 7\n`);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  for (const place of [
    '1:3: an answer needs "until"',
    '1:3: an answer needs "target"',
    '2:11: answer must be yes or no',
    '3:8: who must be text',
    '4:9: when must be',
    '5:3: unknown key "untill"',
    '6:3: an answer must be a map',
  ])
    expect(err).toContain(`answers.yaml:${place}`);
});

test.each([
  ['a rule that is not there', one({ rule: 'k3s.config.runing' }), `did you mean "${rule}"?`],
  ['a day that is none', one({ when: '2026-02-31' }), 'no day of the calendar'],
  ['an end before the answer', one({ until: '2026-04-01' }), 'before it was answered'],
  ['the same twice', one() + one({ answer: 'no' }), 'the same is answered at'],
  ['garbage', '\t{[', 'answers.yaml:1:'],
  ['no list', 'rule: x\n', 'must be a list of answers'],
  ['nothing', '', 'must be a list of answers'],
  ['an alias', `- &a ${one().slice(2)}- *a\n`, 'aliases'],
])('%s is a mistake', async (_, text, said) => {
  const { status, err } = await scan(text);
  expect(status).toBe(2);
  expect(err).toContain(said);
});

test('evidence keeps the answers, and verify holds the report against them', async () => {
  expect((await scan(one(), '--evidence', at('kept'))).status).toBe(0);
  expect(readFileSync(at('kept/attest.yaml'), 'utf8')).toBe(one());
  const holds = await pretrip(['verify', at('kept')]);
  expect({ status: holds.status, has: holds.out.includes('attest.yaml: as the manifest says') }).toEqual({ status: 0, has: true });

  writeFileSync(at('kept/attest.yaml'), one({ answer: 'no' }));
  const forged = await pretrip(['verify', at('kept')]);
  expect(forged.status).toBe(1);
  expect(forged.out).toContain('the report says that Alice Example answered yes, the answers kept with it say that Alice Example answered no');
  rmSync(at('kept/attest.yaml'));
  expect((await pretrip(['verify', at('kept')])).out).toContain('that nobody answered');
});

test('a saved run is answered later, and checked with its answers', async () => {
  await scan(one({ target: 'edge02' }), '-o', `json=${at('run.json')}`);
  writeFileSync(at('late.yaml'), one());
  const later = await pretrip(['report', at('run.json'), '--attest', at('late.yaml'), '--fail-on', 'medium', '-o', `json=${at('late.json')}`]);
  expect({ status: later.status, there: existsSync(at('late.json')) }).toEqual({ status: 0, there: true });
  const again = await pretrip(['report', at('late.json'), '--fail-on', 'medium', '-o', 'concise']);
  expect({ status: again.status, shows: again.out.includes('answered yes by Alice') }).toEqual({ status: 0, shows: true });
});
