/** The two redactors: equal under every awk that is here, complete, and harmless to what is no secret. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { isSecretFile, redact, redactText } from '../../../src/collect/redact/redact.ts';
import { suspicious } from '../../../src/collect/script/library/mask.ts';
import { redactor } from '../../../src/collect/script/library/redactor.ts';
import { isPlaceholder } from '../../../src/facts/redacted.ts';
import { type OracleName, oracle } from '../../oracles.ts';
import { fc } from '../../property.ts';
import { plainSecret, plainSyntaxes, sample, scraps, secret, syntaxes } from './secrets.ts';

type Awk = readonly [OracleName, ...string[]];
const awks: readonly Awk[] = [['mawk'], ['gawk'], ['original-awk'], ['busybox', 'awk']];

const dir = mkdtempSync(join(tmpdir(), 'pretrip-redact-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Stands between texts, so that one run of awk takes many. */
const end = '\u0002END';
const paths = ['/etc/x', '/etc/fstab', '/etc/default/x', '/a/containers/systemd/q.container', '/boot/grub/grub.cfg', '/etc/shadow', '/etc/sudoers'];

function throughAwk(awk: Awk, texts: readonly string[], path: string, hash = '', key = ''): string[] {
  const input = join(dir, 'in');
  writeFileSync(input, texts.map((t) => `${t}\n${end}\n`).join(''));
  const program = `${redactor}
$0 == "\\002END" { redact("${path}", N); for (i = 1; i <= N; i++) print O[i] "\\n"; print "\\002END\\n"; N = 0; next }
{ L[++N] = $0 }`;
  const [file, ...rest] = awk;
  const ran = spawnSync(file, [...rest, '-v', `dir=${dir}`, '-v', `hash=${hash}`, program, input], {
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', pretrip_key: key },
    maxBuffer: 256 * 1024 * 1024,
    timeout: 30_000,
  });
  expect(ran.stderr.toString()).toBe('');
  return ran.stdout.toString('utf8').split(`\n${end}\n`).slice(0, -1);
}

const without = (t: string): string => t.replaceAll('\0', '');
const texts = [...fc.sample(scraps, { numRuns: 250 }), ...fc.sample(sample, { numRuns: 100 }).map((s) => s.text)].map(without);

for (const words of awks)
  describe(`under ${words.join(' ')}`, oracle(words[0]), () => {
    test.each(paths)('the host masks what arrival would: %s', (path) => {
      const masked = throughAwk(words, texts, path);
      expect(texts.flatMap((t, at) => (masked[at] === redactText(t, path) ? [] : [{ text: t, host: masked[at], arrival: redactText(t, path) }]))).toEqual([]);
      expect(masked.join('')).toContain('<redacted>');
    });

    test('words of processes', () => {
      const lists = fc.sample(
        fc.array(
          fc.oneof(
            scraps,
            fc.constantFrom(
              '--token',
              '-p',
              '--password=x y',
              'K3S_TOKEN=a',
              'abc',
              'curl',
              '-u',
              'a:bcd',
              'sshpass',
              '-pxyz',
              'podman',
              'login',
              'mysql',
              '/bin/redis-cli',
              '-a',
            ),
          ),
          { maxLength: 8 },
        ),
        200,
      );
      const files = lists.map((l) => l.map((w) => without(w).replaceAll('\n', ' ')));
      const masked = throughAwk(
        words,
        files.map((l) => l.join('\n')),
        '/proc/1/cmdline',
      );
      for (const [at, list] of files.entries()) expect(masked[at]?.split('\n')).toEqual(redactText(list.join('\0'), '/proc/1/cmdline').split('\0'));
    });

    test('equal secrets get equal hashes under one key, others under another', () => {
      const text = 'token: abcdef123\npassword: "abcdef123"\nsecret: other12345';
      const [one, two] = [throughAwk(words, [text], '/etc/x', 'sha256sum', 'k1')[0], throughAwk(words, [text], '/etc/x', 'sha256sum', 'k2')[0]];
      const hashes = (t?: string): (string | undefined)[] => [...(t ?? '').matchAll(/<redacted:([0-9a-f]{12})>/g)].map((m) => m[1]);
      expect(hashes(one)).toHaveLength(3);
      expect(hashes(one)[0]).toBe(hashes(one)[1]);
      expect(hashes(one)[0]).not.toBe(hashes(one)[2]);
      expect(hashes(one)).not.toEqual(hashes(two));
    });

    test('takes linear time on hostile text', () => {
      const hostile = ['token=', 'http://u:', '"', '--token ', '$6$', ' ', 'password: [', '-----BEGIN X-----', '{"auth":"a",'].map((p) =>
        p.repeat(2000 / p.length),
      );
      const started = performance.now();
      throughAwk(words, [...hostile, 'token='.repeat(100_000)], '/etc/x');
      expect(performance.now() - started).toBeLessThan(20_000);
    });
  });

test('every secret of every syntax is masked, once is enough, and lines stay where they were', () => {
  fc.assert(
    fc.property(sample, ({ text, secrets }) => {
      const masked = redactText(text, '/etc/x');
      for (const s of secrets) expect(masked).not.toContain(s);
      expect(masked.split('\n')).toHaveLength(text.split('\n').length);
      expect(redactText(masked, '/etc/x')).toBe(masked);
    }),
    { numRuns: 400 },
  );
});

test.each(Object.keys(syntaxes))('%s hides every secret', (syntax) => {
  const write = syntaxes[syntax] as (name: string, secret: string) => string;
  const letters = /^ini$|^toml inline$|environment/.test(syntax);
  fc.assert(
    fc.property(letters ? plainSecret : secret, (s) => !redactText(write('password', s), '/etc/x').includes(s)),
    { numRuns: 40 },
  );
});

test.each(Object.keys(plainSyntaxes))('%s hides every secret', (syntax) => {
  fc.assert(
    fc.property(plainSecret, (s) => !redactText((plainSyntaxes[syntax] as (s: string) => string)(s), '/etc/x').includes(s)),
    { numRuns: 40 },
  );
});

describe('what was masked is still what it was', () => {
  test('JSON', () => {
    const value = { auths: { 'docker.io': { auth: 'dXNlcjpwYXNz' } }, password: 123456, tokens: ['a1b2c3', 'd4'], x: [1, { secret: 'a"b\\c' }], note: 'x' };
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
      const masked = JSON.parse(redactText(text)) as typeof value;
      expect(Object.keys(masked)).toEqual(Object.keys(value));
      expect(isPlaceholder(masked.auths['docker.io'].auth)).toBe(true);
      expect(isPlaceholder(String(masked.password))).toBe(true);
      expect(masked.note).toBe('x');
    }
  });

  test('YAML', () => {
    const text =
      'configs:\n  reg:\n    auth:\n      username: u\n      password: p#1\n    tls:\n      key_file: /x/y.key\ntoken: |\n  abc\n  def\nlist: {token: abc, b: 1}\ntokens:\n- a1\nnode-label: [a=b]\n';
    expect(parseYaml(redactText(text))).toEqual({
      configs: { reg: { auth: { username: 'u', password: '<redacted>' }, tls: { key_file: '/x/y.key' } } },
      token: '<redacted>\n<redacted>\n',
      list: { token: '<redacted>', b: 1 },
      tokens: ['<redacted>'],
      'node-label': ['a=b'],
    });
  });
});

test.each([
  ['/etc/containers/mounts.conf', '/usr/share/rhel/secrets:/run/secrets'],
  ['/etc/x', '/usr/share/rhel/secrets:/run/secrets'],
  ['/etc/nsswitch.conf', 'passwd: files systemd'],
  ['/etc/sudoers', 'Defaults passwd_timeout=5, passwd_tries=3\nalice ALL=(ALL) NOPASSWD: ALL\nbob ALL=(ALL) PASSWD: /bin/x'],
  ['/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:*:65534:65534::/:/sbin/nologin'],
  ['/etc/ssh/sshd_config', 'PasswordAuthentication no\nPermitEmptyPasswords no\nAuthorizedKeysFile .ssh/authorized_keys'],
  ['/etc/x.conf', 'SSLKeyFile=/etc/x.key\nssl_key = /etc/x.key\nprivate_key=/a/b.pem\ntls-private-key-file: /a/b'],
  [
    '/etc/rancher/k3s/config.yaml',
    'secrets-encryption: true\nsecrets-encryption-provider: secretbox\ntoken-file: /etc/t\nkube-apiserver-arg:\n  - anonymous-auth=false\n  - authorization-mode=Node,RBAC\n  - enable-bootstrap-token-auth=true',
  ],
  ['/etc/containers/systemd/x.container', 'Secret=mysecret,type=env,target=X\nSecret=other'],
  ['/etc/containers/systemd/x.container', 'PodmanArgs=--secret db-pass,type=env,target=PW --memory 1g\nPodmanArgs=--secret=other8x9'],
  [
    '/etc/systemd/system/x.service',
    'LoadCredential=a:/etc/cred/a\nEnvironment=TOKEN_FILE=/run/t\nExecStart=/bin/x --token-file /run/t --token ${TOKEN} --password-stdin',
  ],
  [
    '/etc/x.sh',
    'if [ "$TOKEN" = x ]; then :; fi\necho ${TOKEN:-}\nimport secrets::Foo\nhttp://[::1]:80/@x ssh://core@host:22/run docker://reg:5000/img@sha256:0',
  ],
  ['/etc/x', '-----BEGIN CERTIFICATE-----\nMIIabc\n-----END CERTIFICATE-----\n-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----'],
  ['/etc/x.sh', 'grep -- "-----BEGIN RSA PRIVATE KEY-----" x\necho this is no key\n'],
  ['/var/lib/dpkg/status', 'Description: password: token: secret'],
  ['/proc/sys/x', 'token: abc'],
])('%s: %s stays', (path, text) => {
  expect(redactText(text, path)).toBe(text);
});

test('accounts keep what tells them apart, not their passwords', () => {
  const hash = '$6$saltsalt$0123456789abcdefghijklmnopqrstuvwxyz';
  expect(redactText(`a:${hash}:1\nb:!${hash}:1\nc:!!:1\nd:*:1\ne::1\nf:abJnggxhB/yWI:1`, '/etc/shadow')).toBe(
    'a:$6$<redacted>:1\nb:!$6$<redacted>:1\nc:!!:1\nd:*:1\ne::1\nf:<redacted>:1',
  );
});

test.each([
  '/root/.docker/auth.json',
  '/etc/x/tls.key',
  '/home/a/.ssh/id_ed25519',
  '/home/a/.bash_history',
  '/var/lib/rancher/k3s/server/token',
  '/etc/zypp/credentials.d/x',
])('%s is never read', (path) => {
  expect(isSecretFile(path)).toBe(true);
  expect(redact({ do: 'read', path }, { is: 'got', value: { text: 'x' } })).toMatchObject({ is: 'blocked', why: 'redacted' });
});

test.each(['/root/.ssh/id_ed25519.pub', '/root/.docker/config.json', '/etc/rancher/k3s/k3s.yaml', '/var/lib/rancher/k3s/server/cred/encryption-config.json'])(
  '%s may be read',
  (path) => {
    expect(isSecretFile(path)).toBe(false);
  },
);

test('of the encryption of secrets the order of its providers stays, and no key', () => {
  const config = (key: string) =>
    `{"resources":[{"resources":["secrets"],"providers":[{"aescbc":{"keys":[{"name":"aescbckey","secret":"${key}"}]}},{"identity":{}}]}]}`;
  expect(redactText(config('c2VjcmV0IGlzIHNlY3JldA=='), '/var/lib/rancher/k3s/server/cred/encryption-config.json')).toBe(config('<redacted>'));
});

test('in the configuration of K3s what an anchor holds may be the secret of another key', () => {
  const text = (value: string) => `mine: &t ${value}\nt: &u ${value}\nwith-node-id: true\n`;
  expect(redactText(text('hunter2'), '/etc/rancher/k3s/config.yaml')).toBe(text('<redacted>'));
  expect(redactText('token: *t\n', '/etc/rancher/k3s/config.yaml')).not.toContain('hunter2');
});

test('bytes that are no text are masked too', () => {
  const bytes = Buffer.from([...Buffer.from('token: abcdef123\n'), 0xff, 0xfe]);
  const answer = redact({ do: 'read', path: '/etc/x' }, { is: 'got', value: { text: bytes.toString('base64'), binary: true } });
  expect(answer).toMatchObject({ is: 'got', redacted: 1 });
  expect(Buffer.from((answer as { value: { text: string } }).value.text, 'base64').toString('latin1')).toBe('token: <redacted>\n\xff\xfe');
});

test('what sh takes for unsuspicious without awk, the redactor leaves alone', () => {
  fc.assert(fc.property(scraps, (t) => suspicious(t) || redactText(t, '/etc/x') === t));
});
