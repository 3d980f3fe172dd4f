/** Credentials in a text, by their sort: private keys, kubeconfigs, tokens, logins of registries. Never what they are. */
import type { Credential } from '../walk.ts';

/** Words without one of which no credential is found: looked for first, in bytes. */
export const credentialWords = ['PRIVATE KEY', 'PuTTY-User-Key-File-', 'Config', 'K10', 'eyJhbGciOi', '"auth"'] as const;

/** The credentials in a text, by line. */
export function credentialsIn(text: string): Credential[] {
  const at = linesOf(text);
  const found = [...keysIn(text, at), ...puttyKeysIn(text, at), ...kubeconfigIn(text, at), ...tokensIn(text, at), ...loginsIn(text, at)];
  return found.sort((a, b) => a.line - b.line);
}

type LineAt = (offset: number) => number;

const linesOf =
  (text: string): LineAt =>
  (offset) =>
    text.slice(0, offset).split('\n').length;

/**
 * The words alone prove nothing: sshd, gpgv and GnuTLS hold them. A key begins its line, has base64 in it and an end
 * (RFC 7468; PROTOCOL.key of OpenSSH).
 */
const key = /^[ \t]*-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY( BLOCK)?-----[ \t]*\r?\n([\s\S]*?)^[ \t]*-----END \1PRIVATE KEY\2-----/gm;

function* keysIn(text: string, line: LineAt): Generator<Credential> {
  for (const m of text.matchAll(key)) {
    const [, sort = '', , body = ''] = m;
    if (!/^[ \t]*[A-Za-z0-9+/]{16,}={0,2}[ \t]*\r?$/m.test(body)) continue;
    yield { is: 'private-key', ...formOf(sort.trim(), body), line: line(m.index) };
  }
}

function formOf(sort: string, body: string): Pick<Credential, 'form' | 'encrypted'> {
  switch (sort) {
    case 'ENCRYPTED':
      return { form: 'pkcs8', encrypted: true };
    case '':
      return { form: 'pkcs8', encrypted: false };
    case 'OPENSSH':
      return { form: 'openssh', encrypted: cipherOf(body) !== 'none' };
    // Whether a passphrase protects it is within its packets (RFC 9580).
    case 'PGP':
      return { form: 'pgp' };
    default:
      return { form: 'pem', encrypted: /^[ \t]*Proc-Type: *4, *ENCRYPTED/m.test(body) };
  }
}

/** The cipher's name stands behind `openssh-key-v1` and a zero byte, as text with its length before it. */
function cipherOf(body: string): string {
  const bytes = Buffer.from(body.replace(/\s/g, ''), 'base64');
  const start = 'openssh-key-v1\0'.length;
  const length = bytes.length >= start + 4 ? bytes.readUInt32BE(start) : 0;
  return bytes.toString('latin1', start + 4, start + 4 + Math.min(length, 64));
}

function* puttyKeysIn(text: string, line: LineAt): Generator<Credential> {
  for (const m of text.matchAll(/^PuTTY-User-Key-File-\d+: /gm)) {
    const encryption = /^Encryption: *(\S+)/m.exec(text.slice(m.index))?.[1];
    yield { is: 'private-key', form: 'putty', encrypted: encryption !== 'none', line: line(m.index) };
  }
}

/** How a user of a kubeconfig proves who it is; a kubeconfig without such a user opens nothing (k8s.io/client-go clientcmd/api/v1 AuthInfo). */
const proofs = {
  certificate: /["']?client-key-data["']?:\s*["']?[A-Za-z0-9+/]{16}/,
  token: /["']?token["']?:\s*["']?[^\s"']{8}/,
  password: /["']?password["']?:\s*["']?[^\s"']/,
  exec: /["']?exec["']?:\s*(?:\n|\{)/,
};

function* kubeconfigIn(text: string, line: LineAt): Generator<Credential> {
  const kind = /^[\s{,]*["']?kind["']?:\s*["']?Config["']?\s*,?\s*$/m.exec(text) ?? /"kind"\s*:\s*"Config"/.exec(text);
  if (!kind || !/["']?users["']?:/.test(text)) return;
  for (const [form, proof] of Object.entries(proofs)) {
    const m = proof.exec(text);
    if (m) yield { is: 'kubeconfig', form, line: line(m.index) };
  }
}

/** Tokens by which nodes join K3s (k3s pkg/clientaccess), and what a service account proves itself with (RFC 7519). */
const tokens = { k3s: /\bK10[0-9a-f]{64}::[^\s"']{4,}/g, jwt: /\beyJhbGciOi[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/g };

function* tokensIn(text: string, line: LineAt): Generator<Credential> {
  for (const [form, token] of Object.entries(tokens)) for (const m of text.matchAll(token)) yield { is: 'token', form, line: line(m.index) };
}

/** What `podman login` and `docker login` leave (containers-auth.json(5)). */
function* loginsIn(text: string, line: LineAt): Generator<Credential> {
  if (!/"auths"\s*:/.test(text)) return;
  const m = /"auth"\s*:\s*"[A-Za-z0-9+/]{4,}={0,2}"/.exec(text);
  if (m) yield { is: 'registry-login', form: 'basic', line: line(m.index) };
}
