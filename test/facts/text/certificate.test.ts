import { expect, test } from 'vitest';
import { certificatesIn, usages } from '../../../src/facts/text/certificate.ts';

/** Made with OpenSSL 3.0: an authority, and a certificate for clients that it has signed. */
const authority = `-----BEGIN CERTIFICATE-----
MIIBqzCCAVGgAwIBAgIUaS/o5ZvrRWFmrS4RUh60lvHsFkMwCgYIKoZIzj0EAwIw
IzEhMB8GA1UEAwwYazNzLWNsaWVudC1jYUAxNzk1OTEwNDAwMB4XDTI2MTEyOTIx
NDMyM1oXDTM2MTEyNjIxNDMyM1owIzEhMB8GA1UEAwwYazNzLWNsaWVudC1jYUAx
Nzk1OTEwNDAwMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzrdWoEoNAq49fBWr
ax+d00VaTmDFu8cmuP+Wx+MiP/DpfUEHUyXIOcOaTjRuVo2rp8K4nqDQuTyvUfI6
Y/WnFKNjMGEwHQYDVR0OBBYEFPPCEBsozkK3ExB6Bfgst7whjm7sMB8GA1UdIwQY
MBaAFPPCEBsozkK3ExB6Bfgst7whjm7sMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0P
AQH/BAQDAgKkMAoGCCqGSM49BAMCA0gAMEUCIQCPSW3ONvntFNl/32b5oC0tIg2Y
6/qw4qWZ4awoz0x0TAIgeAozhpbxFtpBkqEarOwmExdHWAlJFXCneREq6U6n5YQ=
-----END CERTIFICATE-----
`;
const client = `-----BEGIN CERTIFICATE-----
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
const other = `-----BEGIN CERTIFICATE-----
MIIBqjCCAVGgAwIBAgIUe+5mRTa4ugacqKfxS5yFeJOmb34wCgYIKoZIzj0EAwIw
IzEhMB8GA1UEAwwYazNzLXNlcnZlci1jYUAxNzk1OTEwNDAwMB4XDTI2MTEyOTIx
NDMyM1oXDTM2MTEyNjIxNDMyM1owIzEhMB8GA1UEAwwYazNzLXNlcnZlci1jYUAx
Nzk1OTEwNDAwMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAbkFqHhH9qwgkgQ8
kE/WYeA2GGE59eI46IbyyihUH8NrusiJW1WFJ6hRaS8Do9RCIRZDywM4T8HbTWFE
vqmPmaNjMGEwHQYDVR0OBBYEFL+YH702ZePNj/HU85bkl+6cZlw3MB8GA1UdIwQY
MBaAFL+YH702ZePNj/HU85bkl+6cZlw3MA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0P
AQH/BAQDAgKkMAoGCCqGSM49BAMCA0cAMEQCIDSsOG/AsSW4WlwRvO1ac+D6gec1
muQN0aJL/x6JeuusAiBxtfxQnfBKQ4VTRsLPYeCYDcfdwlFkFR6z2NviBkvtAg==
-----END CERTIFICATE-----
`;

test('name, time, use and signature', () => {
  const [one] = certificatesIn(client) ?? [];
  const [above] = certificatesIn(authority) ?? [];
  const [strange] = certificatesIn(other) ?? [];
  if (!one || !above || !strange) throw new Error('no certificate was read');
  expect(one).toMatchObject({ name: 'system:admin', authority: false, usages: [usages.client] });
  expect(above).toMatchObject({ name: 'k3s-client-ca@1795910400', authority: true });
  expect(new Date(one.until * 1000).toISOString().slice(0, 10)).toBe('2027-11-29');
  expect(one.signedBy(above)).toBe(true);
  expect(one.signedBy(strange)).toBe(false);
  expect(above.signedBy(above)).toBe(true);
});

test('a chain keeps its order, and what stands between is passed over', () => {
  expect(certificatesIn(`subject=x\n${client}# its authority\n${authority}`)?.map((c) => c.authority)).toEqual([false, true]);
});

test.each([
  ['nothing', ''],
  ['text', 'nothing\n'],
  ['a block without a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ['a broken one beside a good one', `${client}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`],
])('%s is none', (_, text) => {
  expect(certificatesIn(text)).toBeUndefined();
});
