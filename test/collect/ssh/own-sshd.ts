/** An sshd of our own on 127.0.0.1, with keys that live as long as the test. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const program = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((p) => existsSync(p));

/** Why there can be no sshd here; undefined when there can. */
export const whyNoSshd: string | undefined = !program
  ? 'sshd is not installed'
  : spawnSync('sh', ['-c', 'command -v ssh && command -v ssh-keygen']).status !== 0
    ? 'ssh is not installed'
    : undefined;

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** A client configuration that knows the host and has the right key. */
  config(changes?: { readonly knownHosts?: string; readonly key?: string; readonly extra?: string }): string;
  /** Sessions that were opened so far. */
  connections(): number;
  readonly dir: string;
  stop(): void;
}

/** Starts it. `command` is run instead of what the client wants, with that in SSH_ORIGINAL_COMMAND. */
export async function startSshd(command?: string): Promise<Sshd> {
  const dir = mkdtempSync(join(tmpdir(), 'pretrip-sshd-'));
  chmodSync(dir, 0o755);
  const user = userInfo().username;
  for (const key of ['host', 'client', 'stranger']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, key)]);
  writeFileSync(join(dir, 'authorized'), readFileSync(join(dir, 'client.pub')));
  const port = await freePort();
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(dir, 'host')}`,
    `AuthorizedKeysFile ${join(dir, 'authorized')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    `PidFile ${join(dir, 'pid')}`,
    'LogLevel VERBOSE',
    ...(command ? [`ForceCommand ${command}`] : []),
  ];
  writeFileSync(join(dir, 'sshd_config'), `${settings.join('\n')}\n`);
  writeFileSync(join(dir, 'known'), `[127.0.0.1]:${port} ${readFileSync(join(dir, 'host.pub'), 'utf8')}`);
  const child = spawn(program as string, ['-D', '-e', '-f', join(dir, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  for (let waited = 0; !said.includes('listening') && waited < 5000; waited += 50) await new Promise((r) => setTimeout(r, 50));
  let configs = 0;
  return {
    port,
    user,
    dir,
    config({ knownHosts = join(dir, 'known'), key = join(dir, 'client'), extra = '' } = {}) {
      const path = join(dir, `client_config_${configs++}`);
      writeFileSync(
        path,
        `Host *\n  User ${user}\n  IdentityFile ${key}\n  IdentitiesOnly yes\n  IdentityAgent none\n  UserKnownHostsFile ${knownHosts}\n  GlobalKnownHostsFile none\n  ${extra}\n`,
      );
      return path;
    },
    connections: () => said.split('Accepted publickey').length - 1,
    stop() {
      child.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
