/** `scan --as-of`: certificates judged for another time than that of the inspection, on a host and on its snapshot. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../src/verdicts/report.ts';
import { pretrip } from './run.ts';

/** It ends on 2027-11-29. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBrDCCAVKgAwIBAgIUMbjOaLOHSax4Bj74tyYOSdMHMyEwCgYIKoZIzj0EAwIw
IzEhMB8GA1UEAwwYazNzLWNsaWVudC1jYUAxNzk1OTEwNDAwMB4XDTI2MTEyOTIx
NDMyM1oXDTI3MTEyOTIxNDMyM1owMDEXMBUGA1UECgwOc3lzdGVtOm1hc3RlcnMx
FTATBgNVBAMMDHN5c3RlbTphZG1pbjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BJkvZFhZ1gJjdE2sh4vBZUSTYbd53EfSLM1ZWTyZtsD7BLcS3XlkJ4USvEQOFwNk
o1xfYodOqYVtQaperC4Iob+jVzBVMBMGA1UdJQQMMAoGCCsGAQUFBwMCMB0GA1Ud
DgQWBBS+HBt8aTSteYl/GbuxMm7lAzAVijAfBgNVHSMEGDAWgBTzwhAbKM5CtxMQ
egX4LLe8IY5u7DAKBggqhkjOPQQDAgNIADBFAiA2fJeZqhrTIFJQyzwAvyY/h7BM
lDovG5ajuvJuH08d0AIhAKiYBMLDYEPFEfPdu36JAMOEMrtsnFzjC4NaMtmQTA0D
-----END CERTIFICATE-----
`;
const host = {
  takenAt: 1_800_000_000,
  files: {
    '/usr/local/bin/k3s': { mode: '0755' },
    '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s server\n',
    '/var/lib/rancher/k3s/server/tls/client-admin.crt': certificate,
  },
  commands: { 'k3s --version': { stdout: 'k3s version v1.34.2+k3s1 (0123abcd)\n' } },
};

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-as-of-'));
  writeFileSync(join(dir, 'host.yaml'), JSON.stringify(host));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const scan = (target: string, ...more: readonly string[]) => pretrip(['scan', join(dir, target), '--select', 'k3s.cert.leaf', '-o', 'json', ...more]);

test('the time of the inspection is the default', async () => {
  const report = JSON.parse((await scan('host.yaml')).out) as Report;
  expect(report.verdicts.map((v) => v.outcome)).toEqual(['pass']);
  expect(report.params['k3s.cert.leaf:as-of']).toBe('inspection');
});

test('a host and its snapshot are judged for another time, which the parameters tell', async () => {
  await pretrip(['capture', join(dir, 'host.yaml'), '--select', 'k3s.cert.leaf', '-o', join(dir, 'host.pretrip.jsonl')]);
  for (const target of ['host.yaml', 'host.pretrip.jsonl']) {
    const report = JSON.parse((await scan(target, '--as-of', '2028-01-01T01:00:00+01:00')).out) as Report;
    expect(report.verdicts.map((v) => v.message)).toEqual([expect.stringContaining('has expired on 2027-11-29')]);
    expect(report.params['k3s.cert.leaf:as-of']).toBe('2028-01-01T00:00:00Z');
    expect(report.target.takenAt).toBe('2027-01-15T08:00:00Z');
  }
});

test('what is no time is refused', async () => {
  const { status, err } = await scan('host.yaml', '--as-of', 'soon');
  expect(status).toBe(2);
  expect(err).toContain('--as-of soon: is not a time');
});
