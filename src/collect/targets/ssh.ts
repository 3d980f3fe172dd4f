/** The target `ssh`: another host, through the system's ssh, so that its configuration, agents and known hosts count. */
import { overSsh } from '../../verdicts/report.ts';
import { openShell } from './shell.ts';
import { type AddressTarget, MisuseError } from './target.ts';

export const sshTarget: AddressTarget = {
  kind: overSsh,
  by: 'address',
  written: 'ssh://[user@]host[:port]',
  describe: "another host, through the system's ssh and its configuration",
  running: true,
  heeds: ['file', 'now', 'ssh-config', 'sudo', 'timeout'],
  examples: [['scan ssh://driver@edge01', 'another host, through your own ssh and its config']],
  recognises: ({ name, as }) => as === undefined && /^ssh:\/\//i.test(name),
  async open({ name, reach }) {
    if (!reach) throw new MisuseError(`${name}: no other host is asked here`, 'capture it first: pretrip capture');
    const address = addressOf(name);
    const options = { sudo: reach.sudo, interactive: reach.interactive, ...(reach.sshConfig !== undefined ? { config: reach.sshConfig } : {}) };
    return openShell(
      {
        kind: 'ssh',
        name: name.replace(/^ssh:\/\//i, ''),
        argv: sshCommand(address, options),
        environment: reach.interactive ? {} : { SSH_ASKPASS_REQUIRE: 'never' },
        explain: (error) => sshFailure(name, error.stderr, error.message, options, address.user ?? 'USER'),
      },
      reach,
    );
  },
};

function addressOf(name: string): SshAddress {
  try {
    return sshAddress(name);
  } catch (error) {
    if (error instanceof AddressError) throw new MisuseError(error.message, 'ssh://[user@]host[:port]');
    throw error;
  }
}

export interface SshAddress {
  readonly user?: string;
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port?: number;
}

/** An address that ssh must not see. The message says what is wrong with it. */
export class AddressError extends Error {}

/**
 * Takes `ssh://[user@]host[:port]` apart. ssh puts host and user into command lines of the user's configuration
 * (%h and %r of ProxyCommand, Match exec; CVE-2023-51385, CVE-2025-61984), where `--` protects nothing: so only
 * letters, digits and a few harmless signs pass. Nothing is percent-decoded.
 */
export function sshAddress(target: string): SshAddress {
  const shown = JSON.stringify(target).slice(1, -1);
  const rest = /^ssh:\/\/(.*)$/is.exec(target)?.[1]?.replace(/\/$/, '');
  if (rest === undefined || rest === '') throw new AddressError(`${shown}: there is no host in it`);
  const at = rest.lastIndexOf('@');
  const user = at < 0 ? undefined : rest.slice(0, at);
  const place = rest.slice(at + 1);
  const m = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(place);
  const host = m?.[1] ?? m?.[2] ?? '';
  if (!m || host === '') throw new AddressError(`${shown}: there is no host in it`);
  if (user !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/.test(user))
    throw new AddressError(`${shown}: the user name may hold only letters, digits and _ . + -, and may not start with - . or +`);
  const fits =
    m[1] !== undefined ? /^[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9_.-]{1,15})?$/.test(host) && host.includes(':') : /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/.test(host);
  if (!fits)
    throw new AddressError(`${shown}: the host may hold only letters, digits and _ . -, and may not start with - or .; an IPv6 address stands in brackets`);
  const port = m[3];
  if (port !== undefined && (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535))
    throw new AddressError(`${shown}: the port must be a number from 1 to 65535`);
  return { ...(user !== undefined ? { user } : {}), host, ...(port !== undefined ? { port: Number(port) } : {}) };
}

interface SshOptions {
  /** Run the shell as root through `sudo -n`. */
  readonly sudo: boolean;
  /** Another configuration file than the user's (ssh -F). */
  readonly config?: string;
  /** Somebody at a terminal can answer ssh's questions. */
  readonly interactive: boolean;
}

/** What sudo must allow, one line of sudoers(5). */
const sudoersLine = (user: string): string => `${user} ALL=(root) NOPASSWD: /bin/sh ""`;

/** The command whose standard input is a shell on the host. The address must come from {@link sshAddress}. */
export function sshCommand(address: SshAddress, options: SshOptions): [string, ...string[]] {
  const settings = [
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'Tunnel=no',
    'PermitLocalCommand=no',
    'RemoteCommand=none',
    'RequestTTY=no',
    'EscapeChar=none',
    `StrictHostKeyChecking=${options.interactive ? 'ask' : 'yes'}`,
    ...(options.interactive ? [] : ['BatchMode=yes']),
    'ConnectTimeout=15',
    'ServerAliveInterval=10',
    'ServerAliveCountMax=3',
    'LogLevel=ERROR',
  ];
  return [
    'ssh',
    ...(options.config !== undefined ? ['-F', options.config] : []),
    '-T',
    ...settings.flatMap((s) => ['-o', s]),
    ...(address.port !== undefined ? ['-p', String(address.port)] : []),
    ...(address.user !== undefined ? ['-l', address.user] : []),
    '--',
    address.host,
    // Understood by every login shell, csh and fish too.
    options.sudo ? 'exec sudo -n /bin/sh' : 'exec /bin/sh',
  ];
}

/** What went wrong, in words for the user, from what ssh and the host said. */
function sshFailure(name: string, stderr: string, message: string, options: SshOptions, user: string): { readonly message: string; readonly hint?: string } {
  const last = stderr.trim().split('\n').at(-1)?.trim() ?? '';
  const said = last === '' ? message : last;
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(stderr))
    return {
      message: `${name}: its host key is not the one that is known`,
      hint: 'somebody may be listening in; if the host was set up anew, take its old key out with ssh-keygen -R',
    };
  if (/host key verification failed|No \w+ host key is known/i.test(stderr))
    return { message: `${name}: its host key is not known`, hint: 'compare and accept it once with: ssh HOST, or put it into known_hosts' };
  if (/permission denied/i.test(last) && !/sudo/.test(last))
    return { message: `${name}: the host does not let you in: ${said}`, hint: 'check user and key with: ssh -v HOST' };
  if (/sudo: /.test(stderr))
    return {
      message: `${name}: sudo is refused: ${/sudo: [^\n]*/.exec(stderr)?.[0] ?? said}`,
      hint: `sudo -n asks nobody; this line in a file of /etc/sudoers.d lets it: ${sudoersLine(user)} (that is all of root; a script to approve is: pretrip capture --script)`,
    };
  if (/connection refused|no route to host|could not resolve|timed out|connection closed|connection reset|unreachable/i.test(stderr))
    return { message: `${name}: cannot be reached: ${said}` };
  return { message: `${name}: ${message}${last !== '' && last !== message ? `: ${last}` : ''}`, ...(options.sudo ? {} : {}) };
}
