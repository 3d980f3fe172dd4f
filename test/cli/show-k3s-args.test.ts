import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pretrip } from './run.ts';

let dir: string;
const config = '/etc/rancher/k3s/config.yaml';
const host = (text: string, more = ''): string => `files:
  /usr/local/bin/k3s: { content: ELF, mode: "0755" }
  /etc/systemd/system/k3s.service: "[Service]\\nExecStart=/usr/local/bin/k3s server --token abcdef0123456789\\n"
  ${config}: ${text}
commands:
  k3s --version: { stdout: "k3s version v1.33.6+k3s1 (0123abcd)\\n" }
${more}`;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'k3s-args-'));
  writeFileSync(join(dir, 'host.yaml'), host(JSON.stringify('kube-apiserver-arg:\n- enable-admission-plugins=A\n')));
  const started = 'time="2026-05-06T11:05:07Z" level=info msg="Running kube-proxy --proxy-mode=ipvs --cluster-cidr=10.42.0.0/16"\n';
  const journal = `  ${JSON.stringify('journalctl --no-pager -b -o cat -u k3s -u k3s-agent -g msg="Running (kube|cloud-)[a-z-]+ --')}: { stdout: ${JSON.stringify(started)} }\n`;
  writeFileSync(join(dir, 'restart.yaml'), host('""', journal));
  const proxy = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmetricsBindAddress: 0.0.0.0\n';
  const args = 'kube-proxy-arg:\n- config=/etc/proxy.yaml\nkube-scheduler-arg:\n- config=/etc/scheduler.yaml\n';
  writeFileSync(join(dir, 'file.yaml'), host(`${JSON.stringify(args)}\n  /etc/proxy.yaml: ${JSON.stringify(proxy)}`));
  writeFileSync(join(dir, 'closed.yaml'), host('{ content: "", blocked: denied }'));
  writeFileSync(join(dir, 'without.yaml'), 'files: {}\n');
});
afterAll(() => rmSync(dir, { recursive: true }));

const show = (file: string, ...more: string[]) => pretrip(['show', 'k3s-args', join(dir, file), '--as', 'composed', ...more]);

test('for people: a line a flag, its place, and what it beat', async () => {
  const { status, out, err } = await show('host.yaml');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out).toMatch(/^K3s 1\.33\.6\+k3s1, server, datastore sqlite, state in \/var\/lib\/rancher\/k3s$/m);
  expect(out).toMatch(/^ {2}--enable-admission-plugins=A +\/etc\/rancher\/k3s\/config\.yaml:2; beats NodeRestriction \(K3s 1\.33\.6\+k3s1\)$/m);
  expect(out).toMatch(/^ {2}--node-ip +not known: /m);
  expect(out).not.toContain('abcdef');
});

test('for programs: component, flag, value, place, beaten', async () => {
  const { status, out } = await show('host.yaml', '-o', 'json');
  expect(status).toBe(0);
  const model = JSON.parse(out);
  expect(model['kube-apiserver']['enable-admission-plugins']).toEqual({
    value: 'A',
    where: `${config}:2`,
    beaten: [{ value: 'NodeRestriction', where: 'K3s 1.33.6+k3s1' }],
  });
  expect(model['kube-apiserver']).not.toHaveProperty('token-auth-file');
  expect(model.kubelet['node-ip']).toEqual({ unknown: expect.stringContaining('addresses') });
});

test('what runs otherwise is told at the end, and beside the flag for programs', async () => {
  const { status, out, err } = await show('restart.yaml');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out).toMatch(/^not in force before the next start of K3s$/m);
  expect(out).toMatch(/^ {2}kube-proxy --proxy-mode=iptables {2}K3s 1\.33\.6\+k3s1\n {4}runs with ipvs {2}journal of this boot$/m);
  const model = JSON.parse((await show('restart.yaml', '-o', 'json')).out);
  expect(model['kube-proxy']['proxy-mode']).toMatchObject({ value: 'iptables', running: 'ipvs', seen: expect.stringContaining('journalctl') });
  expect(model['kube-proxy']['healthz-bind-address']).toMatchObject({ value: '127.0.0.1', running: null });
  expect(model['kube-proxy']['cluster-cidr']).not.toHaveProperty('running');
  expect(model.kubelet['cgroup-driver'] ?? {}).not.toHaveProperty('running');
});

test('a file of its own that counts instead of arguments is told below them', async () => {
  const { status, out } = await show('file.yaml');
  expect(status).toBe(0);
  expect(out).toMatch(/^ {2}metricsBindAddress=0\.0\.0\.0 +\/etc\/proxy\.yaml:3; counts instead of --metrics-bind-address$/m);
  expect(out).toMatch(/what counts instead of --profiling is not known: \/etc\/scheduler\.yaml, which kube-scheduler is told to read, is not there/);
});

test.each([
  ['closed.yaml', 'permission denied'],
  ['without.yaml', 'no service here starts K3s'],
])('%s: what cannot be shown is said, and the run is incomplete', async (file, said) => {
  const { status, out, err } = await show(file);
  expect({ status, out }).toEqual({ status: 3, out: '' });
  expect(err).toContain(said);
  const json = await show(file, '-o', 'json');
  expect({ status: json.status, out: json.out.trim() }).toEqual({ status: 3, out: '{}' });
});
