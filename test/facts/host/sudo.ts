/** sudo itself, with a sudoers file, accounts and groups of its own: nothing of the machine is changed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The groups of the host that {@link sudoTells} asks. */
export const group = 'root:x:0:\nedge:x:1000:\nops:x:900:x,edge\nsudo:x:27:ops\nsome:x:1002:\n';
const passwd = 'root:x:0:0::/root:/bin/sh\nedge:x:1000:1000::/:/bin/sh\nsome:x:1002:1002::/:/bin/sh\nops:x:1008:1008::/:/bin/sh\n';
const shadow = 'root:*:1::::::\nedge:*:19000:0:99999:7:::\nsome:*:19000:0:99999:7:::\nops:*:19000:0:99999:7:::\n';

export interface Told {
  /** Whether the account runs a program that no rule names as root, without being asked. */
  readonly free: boolean;
  /** An account that no rule names may do so, without a password or with its own. */
  readonly anybody: boolean;
  /** Some rule names the account. */
  readonly allowed: boolean;
}

/** What sudo does with these files (`sudoers`, `sudoers.d/x`) for that account, in a mount namespace of its own. */
export function sudoTells(files: Readonly<Record<string, string>>, name: 'edge' | 'ops'): Told {
  const dir = mkdtempSync(join(tmpdir(), 'sudoers-'));
  try {
    return ask(dir, files, name);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function ask(dir: string, files: Readonly<Record<string, string>>, name: 'edge' | 'ops'): Told {
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'sudoers.d'));
  for (const [file, text] of Object.entries({ group, passwd, shadow })) writeFileSync(join(dir, file), text);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(dir, path), text, { mode: 0o440 });
  const binds = ['sudoers', 'sudoers.d', 'passwd', 'group', 'shadow'].map((name) => `mount --bind ${dir}/${name} /etc/${name}`);
  const as = (uid: number): string => `setpriv --reuid ${uid} --regid ${uid} --init-groups sudo -n -k -u root /usr/bin/env >&2`;
  const script = [
    ...binds,
    `{ ${as(name === 'edge' ? 1000 : 1008)} && echo free; ${as(1002)} && echo anybody-free; sudo -l -U some -u root /usr/bin/env && echo anybody; sudo -l -U some; echo --; sudo -l -U ${name}; } 2>/dev/null; true`,
  ];
  const { stdout } = spawnSync('unshare', ['-m', 'sh', '-c', script.join(' && ')], { encoding: 'utf8', cwd: '/' });
  const [some = '', edge = ''] = stdout.split('\n--\n');
  const has = (line: string): boolean => some.split('\n').includes(line);
  const defaults = /Defaults entries[^\n]*\n((?: .*\n)+)/.exec(`${some}\n`)?.[1] ?? '';
  const target = ['targetpw', 'rootpw'].some((name) => [...defaults.matchAll(new RegExp(`(!?)\\b${name}`, 'g'))].at(-1)?.[1] === '');
  return { free: has('free'), anybody: has('anybody') && (has('anybody-free') || !target), allowed: /may run the following/.test(edge) };
}
