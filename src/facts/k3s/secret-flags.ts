/** Values of flags that are secrets, or hold one: they are not kept, whoever may have read them. */
import { placeholder } from '../redacted.ts';

const secrets = new Set(['token', 'agent-token', 'cluster-secret', 'etcd-s3-access-key', 'etcd-s3-secret-key', 'etcd-s3-session-token', 'vpn-auth']);

/** NATS takes a name without a password for a token. */
const natsToken = /((?:^|,)nats:\/\/)[^/:@\s,]+@/;

/** Whether the value of a flag is a secret as a whole. */
export const isSecretFlag = (flag: string): boolean => secrets.has(flag);

/** The value of a flag without its secret: a token goes whole, of an endpoint the password. */
export function withoutSecret(flag: string, value: string): string {
  if (secrets.has(flag) && value !== '') return placeholder('');
  // postgres://name:password@host, name:password@tcp(host), nats://token@host
  const bare = value.replace(natsToken, (_, scheme: string) => `${scheme}${placeholder('')}@`);
  return bare.replace(/(^|\/\/)([^/:@\s,]+):(?!\/\/)[^@\s]+@/g, (_, start: string, name: string) => `${start}${name}:${placeholder('')}@`);
}

/** Whether the value of a flag is a secret, or an address with a password in it. */
export const holdsSecret = (flag: string, value: string): boolean =>
  secrets.has(flag) ? value !== '' : natsToken.test(value) || /(^|\/\/)[^/:@\s,]+:[^@\s]+@/.test(value);
