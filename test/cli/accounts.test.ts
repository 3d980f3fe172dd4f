import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../src/verdicts/report.ts';
import { pretrip } from './run.ts';

let dir: string;
let host: string;
let bare: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-accounts-'));
  host = join(dir, 'host.yaml');
  bare = join(dir, 'bare.yaml');
  const passwd = '    root:x:0:0::/root:/bin/sh\n    driver:x:1000:1000::/home/driver:/bin/sh\n';
  writeFileSync(host, `files:\n  /etc/passwd: |\n${passwd}  /proc/sys/kernel: { type: directory }\n  /usr/bin/podman: { mode: "0755" }\n`);
  writeFileSync(bare, 'files:\n  /etc/os-release: "ID=debian\\n"\n  /etc/passwd: "root:x:0:0::/root:/bin/sh\\n"\n');
});
afterAll(() => rmSync(dir, { recursive: true }));

const scan = (...args: string[]) => pretrip(['scan', ...args, '--as', 'composed', '-o', 'json']);

test('a profile about accounts that finds none is incomplete, whatever is accepted', async () => {
  const { status, out, err } = await scan(host, '-p', 'podman-rootless', '--fail-on', 'never', '--allow-incomplete');
  const report = JSON.parse(out) as Report;
  expect(status).toBe(3);
  expect(err).toContain('name the account with --account');
  expect(report.verdicts.find((v) => v.rule === 'rootless.subuid')).toMatchObject({ outcome: 'unknown' });
  expect(report.caveats).toMatchObject([{ about: 'accounts' }]);
});

test('an account that is named is judged, and stands in the report', async () => {
  const { status, out } = await scan(host, '-p', 'podman-rootless', '--account', 'driver');
  const report = JSON.parse(out) as Report;
  expect(status).toBe(1);
  expect(report.target.accounts).toEqual(['driver']);
  expect(report.verdicts.find((v) => v.rule === 'rootless.subuid')).toMatchObject({ subject: 'user:driver', outcome: 'fail' });
});

test('a name that is nobody’s is a mistake on one target, and one of several is left out', async () => {
  const one = await scan(host, '--account', 'drivre');
  expect({ status: one.status, err: one.err }).toMatchObject({ status: 2, err: expect.stringContaining('there is no such account') as string });
  const several = await pretrip(['scan', host, bare, '--as', 'composed', '-p', 'podman-rootless', '--account', 'driver', '-o', 'concise']);
  expect(several.status).toBe(4);
  expect(several.err).toContain('no such account on bare');
});

test('a snapshot keeps who was named, and another may be named for it', async () => {
  const file = join(dir, 'host.pretrip.jsonl');
  await pretrip(['capture', host, '--as', 'composed', '--account', 'driver', '-o', file]);
  const kept = JSON.parse((await pretrip(['scan', file, '-p', 'podman-rootless', '-o', 'json'])).out) as Report;
  expect(kept.target.accounts).toEqual(['driver']);
  expect(kept.verdicts.find((v) => v.rule === 'rootless.subuid')?.subject).toBe('user:driver');
});

test('without any engine the report says so, and how to judge what the host is to become', async () => {
  const chosen = await scan(bare, '--fail-on', 'never');
  expect(chosen.status).toBe(3);
  expect(chosen.err).toMatch(/^pretrip: bare: neither K3s nor k3d, Podman or CRI-O is on this host.*-p podman-edge/);
  expect((JSON.parse(chosen.out) as Report).caveats).toMatchObject([{ about: 'engine' }]);
  const asked = JSON.parse((await scan(bare, '-p', 'base')).out) as Report;
  expect(asked.caveats).toBeUndefined();
});
