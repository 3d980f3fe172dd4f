/** Keys that open nothing, in the forms in which keys are kept. */

const lines = (bytes: Buffer): string => bytes.toString('base64').replace(/.{70}/g, '$&\n');

const word = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text, 'latin1')]);
};

const label = (form: string): string => `${form}PRIVATE KEY-----`;

/** OpenSSH's own format (openssh/openssh-portable:PROTOCOL.key); `cipher`: none without a passphrase. */
export function openSshKey(cipher: 'none' | 'aes256-ctr'): string {
  const body = Buffer.concat([Buffer.from('openssh-key-v1\0', 'latin1'), word(cipher), word(cipher === 'none' ? 'none' : 'bcrypt'), Buffer.alloc(200, 1)]);
  return `-----BEGIN ${label('OPENSSH ')}\n${lines(body)}\n-----END ${label('OPENSSH ')}\n`;
}

/** PKCS#8 in PEM. */
export const pemKey = `-----BEGIN ${label('')}\n${lines(Buffer.alloc(300, 7))}\n-----END ${label('')}\n`;

export const publicKey = `ssh-ed25519 ${Buffer.concat([word('ssh-ed25519'), word('k'.repeat(32))]).toString('base64')} builder`;
