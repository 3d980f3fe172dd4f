/** Texts with secrets in every syntax that the inspected files have, for the tests of redaction. */
import { fc } from '../../property.ts';

/** Random secrets, long enough not to occur by chance, with signs that syntaxes fight over. */
export const secret: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[A-Za-z0-9]{12,24}$/) },
  { weight: 2, arbitrary: fc.stringMatching(/^[A-Za-z0-9]{6}[A-Za-z0-9+/=_.~-]{4,12}[A-Za-z0-9]{2}$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9]{5}[!@#%^*?:;,.&)(}{<>|][a-z0-9]{6}$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[0-9]{6,12}$/) },
);

export const plainSecret = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/);

const name = fc.constantFrom(
  'token',
  'agent-token',
  'K3S_TOKEN',
  'password',
  'DB_PASSWORD',
  'secret',
  'client_secret',
  'aws_secret_access_key',
  'api-key',
  'identitytoken',
  'auth',
  'passphrase',
  'X-Auth-Token',
  'vpn-auth',
  'private_key',
);

/** Syntaxes: what a secret is written in. Every one must hide it. */
export const syntaxes: Readonly<Record<string, (name: string, secret: string) => string>> = {
  yaml: (n, s) => `${n}: ${s}`,
  'yaml in quotes': (n, s) => `  ${n}: "${s}"`,
  'yaml in single quotes': (n, s) => `  - ${n}: '${s}'`,
  'yaml list': (n, s) => `${n}:\n  - ${s}`,
  'yaml next line': (n, s) => `${n}:\n  "${s}"`,
  'yaml block': (n, s) => `${n}: |\n  ${s}\n  more\nafter: 1`,
  'yaml commented out': (n, s) => `# ${n}: ${s}`,
  json: (n, s) => `{"x": 1, "${n}": "${s}", "y": 2}`,
  'json list': (n, s) => `  "${n}": [\n    "${s}"\n  ],`,
  'json in json': (n, s) => `{"config": "{\\"${n}\\": \\"${s}\\"}"}`,
  'json words': (n, s) => `["--${n}", "${s}", "--other"]`,
  'json lines of words': (n, s) => `[\n  "--${n}",\n  "${s}"\n]`,
  'json environment': (n, s) => `"Env": ["${n}=${s}", "PATH=/bin"]`,
  toml: (n, s) => `${n} = "${s}"`,
  'toml literal': (n, s) => `${n} = '${s}'`,
  'toml triple': (n, s) => `${n} = """\n${s}\n"""`,
  'toml list': (n, s) => `${n} = ["${s}", "${s}x"]`,
  'toml inline': (n, s) => `a = { user = "u", ${n} = "${s}" }`,
  ini: (n, s) => `${n}=${s}`,
  'ini spaced': (n, s) => `${n} = ${s}`,
  shell: (n, s) => `export ${n}='${s}'`,
  'systemd environment': (n, s) => `Environment="${n}=${s}" "B=c"`,
  'systemd flag': (n, s) => `ExecStart=/usr/bin/x --${n}='${s}' --y`,
  'flag of two words': (n, s) => `ExecStart=/usr/bin/x --${n} '${s}' --y`,
  'flag over lines': (n, s) => `ExecStart=/usr/bin/x \\\n  '--${n}' \\\n  '${s}' \\\n`,
  'kubernetes environment': (n, s) => `- name: ${n.toUpperCase()}\n  value: "${s}"`,
};

/** Syntaxes where only plain letters can stand. */
export const plainSyntaxes: Readonly<Record<string, (secret: string) => string>> = {
  'address with a password': (s) => `https_proxy=http://user:${s}@proxy:3128/`,
  'address with a query': (s) => `x = https://host/a?token=${s}&b=1`,
  'database driver': (s) => `--datastore-endpoint mysql://root:${s}@tcp(127.0.0.1:3306)/k3s`,
  'token of NATS': (s) => `datastore-endpoint: nats://${s}@db.example:4222`,
  'private key': (s) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${s}${s}\n${s}\n-----END OPENSSH PRIVATE KEY-----`,
  'private key in json': (s) => `{"k": "-----BEGIN RSA PRIVATE KEY-----\\n${s}\\n-----END RSA PRIVATE KEY-----\\n"}`,
  'hash of a password': (s) => `alice:$6$${s.slice(0, 8)}$${s}${s}${s}:19000:0`,
  bearer: (s) => `curl -H "Authorization: Bearer ${s}1"`,
  'K3s token': (s) => `joined with K10${'ab12'.repeat(16)}::server:${s} today`,
  'github token': (s) => `seen ghp_${s}${s}`,
  'mount option': (s) => `//srv/x /mnt cifs username=u,password=${s},uid=0 0 0`,
  netrc: (s) => `machine example.com login me password ${s}`,
  'environment word': (s) => `K3S_TOKEN=${s} k3s server --x`,
  'kubernetes secret': (s) => `apiVersion: v1\ndata:\n  anything: ${s}\nkind: Secret\n`,
};

/** A text, and the secrets that it holds. */
export interface Sample {
  readonly text: string;
  readonly secrets: readonly string[];
}

const fits = (syntax: string, s: string): boolean => !/^ini$|^toml inline$|environment/.test(syntax) || /^[A-Za-z0-9]+$/.test(s);

const piece: fc.Arbitrary<Sample> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...Object.keys(syntaxes)), name, secret)
    .filter(([syntax, , s]) => fits(syntax, s))
    .map(([syntax, n, s]) => ({ text: (syntaxes[syntax] as (n: string, s: string) => string)(n, s), secrets: [s] })),
  fc
    .tuple(fc.constantFrom(...Object.keys(plainSyntaxes)), plainSecret)
    .map(([syntax, s]) => ({ text: (plainSyntaxes[syntax] as (s: string) => string)(s), secrets: [s] })),
  fc.constantFrom('plain text', '', '# comment', 'a: b', '[section]', 'Grüße: ü', 'x = "y"').map((text) => ({ text, secrets: [] })),
);

/** Files of such pieces. */
export const sample: fc.Arbitrary<Sample> = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => ({
  text: pieces.map((p) => p.text).join('\n\n'),
  secrets: pieces.flatMap((p) => p.secrets),
}));

/** Scraps of every syntax, thrown together: nothing is promised of them but that both redactors agree. */
export const scraps: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...'token|password|secret|auth|key|private_key|name|value|data|kind: Secret|--token|-token|K3S_TOKEN|Secret|credential|://|@|user:|http://u:p@h|:|=|: |= | |  |\n|\n|\n  |\r\n|\t|"|\'|\\|\\"|,|;|&|[|]|{|}|{{|${|$|$(|)|#| #|- |--|`|<|>|!tag |&a |*|||>|"""|\'\'\'|true|no|12|123456|/etc/x.key|/x|abc|def ghi|-----BEGIN RSA PRIVATE KEY-----|-----END RSA PRIVATE KEY-----|MIIabc+/=|eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0NTY3|Bearer abcdefghijklmn0123|$6$saltsalt$0123456789012345678901234567|@tcp(|machine|login|K10abcdefabcdefabcdefabcdefabcdefabcdef::server:x|<redacted>|<redacted:0123456789ab>|ghp_0123456789abcdefghij|é|\u0001|LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0|PASS|DB_PASS|PW|pat|PIN|cookie|KEY|key|signature|salt|Pwd|sig|creds|value: |value|- |? |curl |-u |a:b1|redis-cli |-a |sshpass |-p|-p |mysql |login |podman |echo |printf %s |--password-stdin|<<EOF|<<<|\nEOF\n|sudo -S|proxy=|http_proxy|u:p@h:1|sk_live_abcdefghijkl0123|SG.abcdefghijkl0123456789|npm_abcdefghijkl0123456789|sk-abcdefghijkl0123456789|pypi-AbCdefghijkl0123456789|AIzaabcdefghijkl0123456789|hooks.slack.com/services/T0/B0/abcdefghijklmnop|1234567890:AAabcdefghijklmnopqrstuvwxyz0123456|a1b2c3d4e5|?sig=|&'.split(
          '|',
        ),
        '|',
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));
