/**
 * SSH signatures (OpenSSH PROTOCOL.sshsig) through ssh-keygen: people sign with the keys they have, in files, agents
 * or on tokens. What is signed are the bytes themselves, of a snapshot those before compression, so that anybody
 * can check a signature with ssh-keygen alone.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { UsageError } from './errors.ts';

/** What a signature is for: one made for a snapshot is none for a report. */
export const namespaces = { snapshot: 'snapshot@pretrip', report: 'report@pretrip', evidence: 'evidence@pretrip' } as const;
export type Signed = keyof typeof namespaces;

export const signFlag = {
  sign: Flags.string({
    description: 'SSH key to sign with: a private key, or a public key whose other half an agent or a token holds',
    helpValue: 'KEY',
    helpGroup: 'evidence',
  }),
};

/** Permission bits of a signature: it holds no secret. */
export const signatureMode = 0o644;

/** A path to the key; what cannot be a key is refused before anything is looked at. */
export function keyFrom(flag: string | undefined): string | undefined {
  if (flag === undefined) return undefined;
  const path = flag.replace(/^~(?=\/)/, () => homedir());
  if (!existsSync(path))
    throw new UsageError(
      `--sign ${flag}: there is no such key`,
      'name a private key, or a public key whose other half your agent holds: --sign ~/.ssh/id_ed25519',
    );
  return path;
}

/** Signs bytes. ssh-keygen asks for a passphrase or a touch by itself. Throws UsageError when nothing was signed. */
export async function sign(bytes: Uint8Array, what: Signed, key: string): Promise<string> {
  const { exit, stdout, stderr } = await keygen(['-Y', 'sign', '-f', key, '-n', namespaces[what]], bytes);
  if (exit !== 0 || !stdout.startsWith('-----BEGIN SSH SIGNATURE-----'))
    throw new UsageError(`could not sign with ${key}; nothing was written${last(stderr)}`, 'try the key by itself: echo x | ssh-keygen -Y sign -n test -f KEY');
  return stdout.endsWith('\n') ? stdout : `${stdout}\n`;
}

/** Whose signature is believed. */
export interface Trust {
  /** An allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS). */
  readonly allowed?: string;
  /** The principal that must have signed; else anyone in the file. */
  readonly signer?: string;
  /** RFC 3339: the time at which the key must have been valid; default: now. */
  readonly at?: string;
}

export interface SignatureCheck {
  readonly holds: boolean;
  /** Whether a list of signers vouches for the key. */
  readonly trusted: boolean;
  readonly said: string;
}

/** Checks a signature over bytes. */
export async function checkSignature(bytes: Uint8Array, what: Signed, signature: Uint8Array, trust: Trust): Promise<SignatureCheck> {
  const dir = mkdtempSync(join(tmpdir(), 'pretrip-verify-'));
  try {
    const file = join(dir, 'signature');
    writeFileSync(file, signature, { mode: 0o600 });
    return trust.allowed === undefined ? await unlisted(bytes, what, file) : await listed(bytes, what, file, trust.allowed, trust);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function unlisted(bytes: Uint8Array, what: Signed, file: string): Promise<SignatureCheck> {
  const { exit, stdout, stderr } = await keygen(['-Y', 'check-novalidate', '-n', namespaces[what], '-s', file], bytes);
  const key = /with (\S+ key SHA256:\S+)/.exec(stdout)?.[1] ?? 'an unknown key';
  if (exit !== 0) return { holds: false, trusted: false, said: `the signature does not fit${last(`${stderr}${stdout}`)}` };
  return {
    holds: true,
    trusted: false,
    said: `signed with ${key}, which no list of signers vouches for: this shows that nothing was changed since, not who signed`,
  };
}

async function listed(bytes: Uint8Array, what: Signed, file: string, allowed: string, { signer, at }: Trust): Promise<SignatureCheck> {
  const time = at === undefined ? [] : ['-O', `verify-time=${at.replace(/[-:]|\.\d+/g, '').replace('T', '')}`];
  const principals = signer === undefined ? await keygen(['-Y', 'find-principals', '-f', allowed, '-s', file, ...time], new Uint8Array()) : undefined;
  const names = signer === undefined ? (principals?.exit === 0 ? (principals?.stdout ?? '').split('\n').filter((n) => n !== '') : []) : [signer];
  let said = `${last(principals?.stderr ?? '')}`;
  for (const name of names) {
    const { exit, stdout, stderr } = await keygen(['-Y', 'verify', '-f', allowed, '-I', name, '-n', namespaces[what], '-s', file, ...time], bytes);
    const key = /with (\S+ key SHA256:\S+)/.exec(stdout)?.[1];
    if (exit === 0) return { holds: true, trusted: true, said: `signed by ${name}${key ? ` with ${key}` : ''}, vouched for by ${allowed}` };
    said = last(`${stderr}${stdout}`);
  }
  return { holds: false, trusted: false, said: `${allowed} vouches for no such signature${signer === undefined ? '' : ` by ${signer}`}${said}` };
}

const last = (text: string): string => {
  const line =
    text
      .trim()
      .split('\n')
      .filter((l) => l !== '' && !/^Could not verify signature/.test(l))
      .at(-1) ?? text.trim().split('\n').at(-1);
  return line ? `: ${line.trim().replace(/[.\r]+$/, '')}` : '';
};

async function keygen(args: readonly string[], input: Uint8Array): Promise<{ exit: number; stdout: string; stderr: string }> {
  const { execa } = await import('execa');
  const shown = process.stderr.isTTY === true;
  const result = await execa('ssh-keygen', args, {
    input,
    reject: false,
    stripFinalNewline: false,
    stdout: 'pipe',
    stderr: shown ? ['inherit', 'pipe'] : 'pipe',
  });
  if (result.code === 'ENOENT') throw new UsageError('ssh-keygen is not installed', 'signatures are made and checked by OpenSSH 8.2 or newer');
  return { exit: result.exitCode ?? 1, stdout: String(result.stdout), stderr: String(result.stderr) };
}
