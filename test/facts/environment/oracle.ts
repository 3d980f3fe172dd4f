/**
 * The real systemd as the judge of environments: its environment.d generator and its user manager, run in a mount
 * namespace of their own over a made-up /etc, /run and /home. Runs wherever systemd is installed, as root.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileSpec } from '../../../src/collect/composed/composed.ts';

const generators = '/usr/lib/systemd/user-environment-generators';
const generator = `${generators}/30-systemd-environment-d-generator`;
const manager = '/usr/lib/systemd/systemd';

type Files = Readonly<Record<string, FileSpec>>;

/** Directories that are empty but for the given files. */
const covered = ['/etc', '/run', '/home', '/usr/local/lib', '/usr/lib/environment.d', '/usr/lib/systemd/user.conf.d'].filter((d) => existsSync(d));

function run(files: Files, script: string, env: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'environment-'));
  try {
    for (const [path, file] of Object.entries(files)) put(`${root}/tree${path}`, file);
    mkdirSync(`${root}/tree`, { recursive: true });
    const cover = covered.map((d) => `mount -t tmpfs none ${d}; if [ -d ${root}/tree${d} ]; then cp -a ${root}/tree${d}/. ${d}/; fi`);
    const done = spawnSync('unshare', ['--mount', 'bash', '-c', [...cover, script].join('\n')], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin:/usr/sbin', ...env },
    });
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout;
  } finally {
    rmSync(root, { recursive: true });
  }
}

function put(path: string, file: FileSpec): void {
  if (file === null) return;
  mkdirSync(dirname(path), { recursive: true });
  if (typeof file === 'string') writeFileSync(path, file);
  else if (file.link !== undefined) symlinkSync(file.link, path);
  else writeFileSync(path, file.content ?? '');
}

/** The PT_ variables that the generator prints for these files. `env`: what it runs in. */
export function generated(files: Files, env: Readonly<Record<string, string>>): Record<string, string> {
  // A shell undoes the quotes that the generator writes.
  const out = run(
    files,
    `set -a; eval "$(${generator})"; for n in PT_A PT_B PT_C; do eval "[ -z \\"\\\${$n+x}\\" ] || printf '%s=%s\\\\0' $n \\"\\$$n\\""; done`,
    env,
  );
  return variablesIn(out);
}

/** The PT_ variables that the generators of an account's manager, and so its units, find. `env`: what the manager is started with. */
export function managed(files: Files, env: Readonly<Record<string, string>>): Record<string, string> {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const script = [
    'mkdir -p /run/gens /run/rt; chmod 755 /home /run; chown 65534 /run/rt',
    "printf '#!/bin/sh\\nenv -0 >/run/rt/out\\n' >/run/gens/tell; chmod 755 /run/gens/tell",
    `setpriv --reuid=65534 --regid=65534 --clear-groups env -i PATH=/usr/bin:/bin XDG_RUNTIME_DIR=/run/rt SYSTEMD_GENERATOR_PATH=/run/gens SYSTEMD_ENVIRONMENT_GENERATOR_PATH=${generators} SYSTEMD_LOG_TARGET=console ${variables.map((v) => `'${v}'`).join(' ')} ${manager} --user --test --unit=default.target >/dev/null 2>/run/err || { cat /run/err >&2; exit 1; }`,
    'cat /run/rt/out',
  ].join('\n');
  return variablesIn(run(files, script, {}));
}

const variablesIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\0')
      .filter((l) => l.startsWith('PT_'))
      .map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]),
  );
