import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pretrip } from './run.ts';

let dir: string;
const at = (name: string): string => join(dir, name);

/** JSON in the form of kube-bench (aquasecurity/kube-bench:check/controls.go), of a host on which the kubelet is not told its port. */
const kubeBench = (version: string) => ({
  Controls: [
    {
      id: '4',
      version,
      node_type: 'node',
      tests: [
        {
          section: '4.2',
          results: [
            { test_number: '4.2.1', status: 'PASS', actual_value: '', expected_result: '' },
            {
              test_number: '4.2.4',
              status: 'PASS',
              actual_value: 'Running kubelet \u001b[31m--address=0.0.0.0',
              expected_result: "'--read-only-port' is not present",
            },
            { test_number: '4.2.10', status: 'WARN', actual_value: '', expected_result: '', reason: 'Test marked as a manual test' },
            { test_number: '9.9.9', status: 'PASS', actual_value: '', expected_result: '' },
          ],
        },
      ],
    },
  ],
});

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diff-'));
  writeFileSync(
    at('host.yaml'),
    `files:
  /usr/local/bin/k3s: { content: ELF, mode: "0755" }
  /etc/systemd/system/k3s-agent.service: "[Service]\\nExecStart=/usr/local/bin/k3s agent\\n"
  /var/lib/rancher/k3s/agent/etc/kubelet.conf.d/00-k3s-defaults.conf: "authentication:\\n  anonymous:\\n    enabled: false\\n"
commands: { k3s --version: { stdout: "k3s version v1.32.3+k3s1 (0123abcd)\\n" } }
`,
  );
  writeFileSync(at('kb.json'), JSON.stringify(kubeBench('k3s-cis-1.9')));
  writeFileSync(at('old.json'), JSON.stringify(kubeBench('k3s-cis-1.8')));
  writeFileSync(at('oldest.json'), JSON.stringify(kubeBench('cis-1.6-k3s')));
  writeFileSync(at('bare.json'), JSON.stringify(kubeBench('cis-1.12')));
  writeFileSync(at('log.json'), `Warning: Kubernetes version was not auto-detected\n${JSON.stringify(kubeBench('k3s-cis-1.9'))}\n`);
  writeFileSync(at('text.json'), '[INFO] 4.2 Kubelet\n[PASS] 4.2.1 no anonymous requests\n');
  writeFileSync(at('other.json'), '{"runs":[]}');
  writeFileSync(at('broken.json'), '{');
});
afterAll(() => rmSync(dir, { recursive: true }));

const diff = (file: string, ...more: string[]) => pretrip(['diff', at('host.yaml'), at(file), '--as', 'composed', ...more]);

test('each control where the two differ, with the evidence of ours', async () => {
  const { status, out, err } = await diff('kb.json', '--width', '80');
  expect({ status, err }).toEqual({ status: 1, err: '' });
  expect(out).toContain('3 controls on both sides: 1 alike, 1 in contradiction, 1 decided by one alone');
  expect(out).toMatch(/^4\.2\.4 {2}pretrip: fail, theirs: pass {2}cis\.k3s\.kubelet-read-only-port\n {3}The kubelet serves port 10255/m);
  expect(out).toMatch(/^ {3}theirs, reason: Test marked as a manual test$/m);
  expect(out).toMatch(/^pretrip has none of 9\.9\.9$/m);
  expect(out).not.toContain('\u001b');
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('as data, and of a saved run', async () => {
  const data = JSON.parse((await diff('kb.json', '-o', 'json')).out);
  expect(data).toMatchObject({ format: 'pretrip-diff/1', numbering: 'CIS K3s 1.9', alike: 1, onlyTheirs: ['9.9.9'] });
  expect(data.controls[0]).toMatchObject({ control: 'CIS K3s 1.9 4.2.4', relation: 'contradict', ours: { outcome: 'fail' }, theirs: { state: 'pass' } });
  await pretrip(['scan', at('host.yaml'), '--as', 'composed', '-p', 'k3s-cis', '-o', `json=${at('run.json')}`]);
  expect(JSON.parse((await pretrip(['diff', at('run.json'), at('kb.json'), '-o', 'json'])).out).controls).toEqual(data.controls);
});

test.each([
  ['old.json', [], 2, 'is by k3s-cis-1.8, and benchmark of k3s-cis is 2.1, 1.12 or 1.9'],
  ['oldest.json', [], 2, 'is by cis-1.6-k3s, and benchmark of k3s-cis is 2.1, 1.12 or 1.9'],
  ['bare.json', [], 2, 'say whose numbers it has: --param benchmark=1.12'],
  ['text.json', [], 4, 'is not valid JSON'],
  ['other.json', [], 4, 'is neither JSON of kube-bench nor of Rancher'],
  ['broken.json', [], 4, 'is not valid JSON'],
  ['missing.json', [], 4, 'there is no such file'],
  ['kb.json', ['--param', 'benchmark=7'], 2, 'benchmark of k3s-cis is'],
])('%s %j: %i', async (file, more, status, said) => {
  const ran = await diff(file, ...more);
  expect(ran).toMatchObject({ status, out: '' });
  expect(ran.err).toContain(said);
});

test('the log of a container in which warnings stand before the JSON', async () => {
  expect((await diff('log.json', '--width', '80')).out).toBe((await diff('kb.json', '--width', '80')).out.replaceAll('kb.json', 'log.json'));
});

test('a scan by another benchmark is compared by the numbers that are named', async () => {
  expect((await diff('old.json', '--param', 'benchmark=1.9')).out).toContain('by the numbers of CIS K3s 1.9');
});
