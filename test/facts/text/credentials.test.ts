import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { credentialsIn } from '../../../src/facts/text/credentials.ts';
import { oracle } from '../../oracles.ts';

const scratch = mkdtempSync(join(tmpdir(), 'pretrip-keys-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('private keys, as the programs write them', oracle('ssh-keygen'), () => {
  test.each([
    ['openssh', '', false, []],
    ['openssh', 'secret', true, []],
    ['pem', '', false, ['-m', 'PEM']],
    ['pem', 'secret', true, ['-m', 'PEM']],
    ['pkcs8', '', false, ['-m', 'PKCS8']],
    ['pkcs8', 'secret', true, ['-m', 'PKCS8']],
  ] as const)('%s with passphrase "%s"', (form, passphrase, encrypted, more) => {
    const path = join(scratch, `${form}${passphrase}`);
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', ...more, '-N', passphrase, '-f', path]);
    const text = readFileSync(path, 'utf8');
    expect(credentialsIn(text)).toEqual([{ is: 'private-key', form, encrypted, line: 1 }]);
    expect(credentialsIn(`# a note\n\n  ${text.replaceAll('\n', '\n  ')}`)).toMatchObject([{ line: 3, encrypted }]);
    expect(credentialsIn(text.replaceAll('\n', '\r\n'))).toMatchObject([{ encrypted }]);
    expect(credentialsIn(readFileSync(`${path}.pub`, 'utf8'))).toEqual([]);
    expect(credentialsIn(text.split('\n').slice(0, 3).join('\n'))).toEqual([]);
  });
});

const token = `K10${'0a'.repeat(32)}::server:${'x'.repeat(16)}`;
test.each([
  ['words in a program', 'x\0-----BEGIN PRIVATE KEY-----\0y', []],
  ['words in a document', '-----BEGIN PRIVATE KEY-----\nput your key here\n-----END PRIVATE KEY-----\n', []],
  ['a certificate', `-----BEGIN CERTIFICATE-----\n${'A'.repeat(64)}\n-----END CERTIFICATE-----\n`, []],
  ['a token of K3s', `token: ${token}\n`, [{ is: 'token', form: 'k3s', line: 1 }]],
  ['a login', '{\n"auths": {"r.example": {"auth": "YTpi"}}}', [{ is: 'registry-login', form: 'basic', line: 2 }]],
  ['a login helper', '{"auths": {}, "credHelpers": {"r.example": "pass"}}', []],
  [
    'a kubeconfig with a token',
    'apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: abcdefghij\n',
    [{ is: 'kubeconfig', form: 'token', line: 6 }],
  ],
  ['a kubeconfig without a user', 'apiVersion: v1\nkind: Config\nclusters: []\n', []],
  ['a kubelet configuration', 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nusers: []\n', []],
  [
    'a kubeconfig that runs a program',
    'kind: Config\nusers:\n- name: a\n  user:\n    exec:\n      command: aws\n',
    [{ is: 'kubeconfig', form: 'exec', line: 5 }],
  ],
])('%s', (_, text, wanted) => {
  expect(credentialsIn(text)).toEqual(wanted);
});
