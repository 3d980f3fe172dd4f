/** `pretrip fix`: the plan of a host, and of a saved run without looking again. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pretrip } from './run.ts';

const broken = 'fixtures/hosts/k3d-rootless-broken.yaml';

test('a host and its saved run give the same plan', async () => {
  const run = join(mkdtempSync(join(tmpdir(), 'fix-')), 'run.json');
  await pretrip(['scan', broken, '-p', 'podman-rootless', '-o', `json=${run}`]);
  const [host, saved] = await Promise.all([pretrip(['fix', broken, '-p', 'podman-rootless']), pretrip(['fix', run])]);
  expect(host.status).toBe(0);
  expect(saved).toMatchObject({ status: 0, out: host.out });
  expect(saved.out).toMatch(/^# k3d-rootless-broken: \d+ steps; they fix \d+ failures that fail the gate \(--fail-on high\)\n/);
  expect(saved.out).toContain('loginctl enable-linger driver');
});

test('as data, and what is no target', async () => {
  const { status, out } = await pretrip(['fix', broken, '--select', 'rootless.subgid', '-o', 'json']);
  expect(status).toBe(0);
  const plan = JSON.parse(out);
  expect(plan.format).toBe('pretrip-plan/1');
  expect(plan.steps[0]).toMatchObject({ who: 'root', closes: [{ rule: 'rootless.subgid', subject: 'user:driver' }] });
  expect((await pretrip(['fix', '/nowhere/at.all'])).status).toBe(4);
});

test('a host of which nothing is judged says so, and is no success', async () => {
  const { status, out } = await pretrip(['fix', 'fixtures/hosts/empty.yaml']);
  expect(status).toBe(3);
  expect(out).toMatch(/^# empty: nothing was judged: neither K3s nor k3d, Podman or CRI-O is on this host/);
});

test('screen and plan number alike', async () => {
  const [screen, whole, plan] = await Promise.all([
    pretrip(['scan', broken, '-o', 'table']),
    pretrip(['scan', broken, '-o', 'table', '-v']),
    pretrip(['fix', broken, '-o', 'json']),
  ]);
  const { steps } = JSON.parse(plan.out) as { steps: { number: number; who: string; say: string }[] };
  const enable = steps.find(({ say }) => say === 'loginctl enable-linger driver');
  const row = new RegExp(`^ *${enable?.number}  root +loginctl enable-linger driver`, 'm');
  expect(whole.out).toMatch(row);
  expect(screen.out).toContain(`fix ${enable?.number}  as root: loginctl enable-linger driver`);
});
