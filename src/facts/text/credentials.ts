/**
 * Credentials in a text, by their sort: private keys, kubeconfigs, tokens, logins of registries. Never what they are.
 *
 * The capture script looks for the same in awk (src/collect/script/library/credentials.ts); a test holds the two together.
 * So nothing here spans lines, and `[ \t\r]` is all that counts as a space. No pattern may take long on hostile text.
 */
import type { Credential } from '../walk.ts';

/** Words without one of which no credential is found: looked for first, in bytes. */
export const credentialWords = [
  'PRIVATE KEY-----',
  'PRIVATE KEY BLOCK-----',
  'PuTTY-User-Key-File-',
  'AGE-SECRET-KEY-',
  'Config',
  'K10',
  'eyJhbGciOi',
  '"auth"',
] as const;

/** What is in a line of every text that holds one: most texts are told off by it. */
const suspect = /PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-|AGE-SECRET-KEY-|kind["']?[ \t\r]*:[ \t\r]*["']?Config|K10[0-9a-f]{64}::|eyJhbGciOi|"auth"/;

/** The credentials in a text, by line; of the same sort and form one a line. */
export function credentialsIn(text: string): Credential[] {
  if (!suspect.test(text)) return [];
  const lines = text.split('\n');
  const found = [...keysIn(lines), ...puttyKeysIn(lines), ...ageKeysIn(lines), ...kubeconfigIn(lines), ...tokensIn(lines), ...loginsIn(lines)];
  return found.sort((a, b) => a.line - b.line);
}

type Lines = readonly string[];

/**
 * The words alone prove nothing: sshd, gpgv and GnuTLS hold them. A key begins its line, has base64 in it and an end
 * (RFC 7468; PROTOCOL.key of OpenSSH).
 */
const begin = /^[ \t]*-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?)-----[ \t]*\r?$/;
const end = /^[ \t]*-----END ((?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?)-----/;
const base64 = /^[ \t]*[A-Za-z0-9+/]{16,}={0,2}[ \t]*\r?$/;

function* keysIn(lines: Lines): Generator<Credential> {
  const lastEnd = new Map(lines.flatMap((line, at) => (line.includes('-----END ') ? [[end.exec(line)?.[1], at] as const] : [])));
  for (let at = 0; at < lines.length; at++) {
    const label = begin.exec(lines[at] ?? '')?.[1];
    if (label === undefined || (lastEnd.get(label) ?? -1) <= at) continue;
    const line = at + 1;
    const body: string[] = [];
    for (at++; end.exec(lines[at] ?? '')?.[1] !== label; at++) body.push(lines[at] ?? '');
    if (body.some((l) => base64.test(l))) yield { is: 'private-key', ...formOf(label, body), line };
  }
}

function formOf(label: string, body: Lines): Pick<Credential, 'form' | 'encrypted'> {
  switch (label) {
    case 'ENCRYPTED PRIVATE KEY':
      return { form: 'pkcs8', encrypted: true };
    case 'PRIVATE KEY':
      return { form: 'pkcs8', encrypted: false };
    case 'OPENSSH PRIVATE KEY':
      return {
        form: 'openssh',
        encrypted: !body
          .join('')
          .replace(/[ \t\r]/g, '')
          .startsWith(openCipher),
      };
    // Whether a passphrase protects it is within its packets (RFC 9580).
    case 'PGP PRIVATE KEY BLOCK':
      return { form: 'pgp' };
    default:
      return { form: 'pem', encrypted: body.some((l) => /^[ \t]*Proc-Type: *4, *ENCRYPTED/.test(l)) };
  }
}

/** `openssh-key-v1`, a zero byte, and the name of the cipher `none` with its length before it, in base64. */
const openCipher = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmU';

function* puttyKeysIn(lines: Lines): Generator<Credential> {
  for (const [at, line] of lines.entries()) {
    if (!/^PuTTY-User-Key-File-\d+: /.test(line)) continue;
    const encryption = lines.slice(at, at + 8).flatMap((l) => /^Encryption: *([^ \t\r]+)/.exec(l)?.[1] ?? [])[0];
    yield { is: 'private-key', form: 'putty', encrypted: encryption !== 'none', line: at + 1 };
  }
}

/** An identity of age(1), alone on its line: 32 bytes in Bech32 (C2SP/C2SP:age.md). One behind a passphrase is an encrypted file. */
const ageKey = /^AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{58}[ \t\r]*$/;

function* ageKeysIn(lines: Lines): Generator<Credential> {
  for (const [at, line] of lines.entries()) if (ageKey.test(line)) yield { is: 'private-key', form: 'age', encrypted: false, line: at + 1 };
}

/** How a user of a kubeconfig proves who it is; a kubeconfig without such a user opens nothing (k8s.io/client-go clientcmd/api/v1 AuthInfo). */
const proofs = {
  certificate: /client-key-data["']?:[ \t\r]*["']?[A-Za-z0-9+/]{16}/,
  token: /token["']?:[ \t\r]*["']?[^ \t\r"']{8}/,
  password: /password["']?:[ \t\r]*["']?[^ \t\r"']/,
  exec: /exec["']?:[ \t\r]*(?:\{|$)/,
};
const kind = /^[ \t\r{,]*["']?kind["']?:[ \t\r]*["']?Config["']?[ \t\r]*(?:,[ \t\r]*)?$|"kind"[ \t\r]*:[ \t\r]*"Config"/;

function* kubeconfigIn(lines: Lines): Generator<Credential> {
  if (!lines.some((l) => kind.test(l)) || !lines.some((l) => /users["']?:/.test(l))) return;
  for (const [form, proof] of Object.entries(proofs)) {
    const at = lines.findIndex((l) => proof.test(l));
    if (at >= 0) yield { is: 'kubeconfig', form, line: at + 1 };
  }
}

/** Tokens by which nodes join K3s (k3s pkg/clientaccess), and what a service account proves itself with (RFC 7519). */
const tokens: Readonly<Record<string, (line: string) => boolean>> = {
  k3s: (line) => /(?<![A-Za-z0-9_])K10[0-9a-f]{64}::[^ \t\r"']{4}/.test(line),
  jwt: (line) => line.includes('eyJhbGciOi') && line.split(/[^A-Za-z0-9_.-]+/).some(isJwt),
};

function isJwt(word: string): boolean {
  const parts = word.split('.');
  return parts.some(
    (part, at) => /(?:^|-)eyJhbGciOi[\w-]{10,}$/.test(part) && /^eyJ[\w-]{10}/.test(parts[at + 1] ?? '') && /^[\w-]{20}/.test(parts[at + 2] ?? ''),
  );
}

function* tokensIn(lines: Lines): Generator<Credential> {
  for (const [form, isToken] of Object.entries(tokens)) for (const [at, line] of lines.entries()) if (isToken(line)) yield { is: 'token', form, line: at + 1 };
}

/** What `podman login` and `docker login` leave (containers-auth.json(5)). */
function* loginsIn(lines: Lines): Generator<Credential> {
  if (!lines.some((l) => /"auths"[ \t\r]*:/.test(l))) return;
  const at = lines.findIndex((l) => /"auth"[ \t\r]*:[ \t\r]*"[A-Za-z0-9+/]{4,}={0,2}"/.test(l));
  if (at >= 0) yield { is: 'registry-login', form: 'basic', line: at + 1 };
}
