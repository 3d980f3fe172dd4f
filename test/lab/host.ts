/** A lab host: booted, spoken to over SSH, halted. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/cli/paths.ts';
import type { Suite } from './state.ts';

const here = join(packageRoot, 'test/lab');
const prelude = readFileSync(join(here, 'prelude.sh'), 'utf8');
/** Separates the answers; no program prints it. */
const mark = '@@pretrip-lab';

/** Where a host of a suite lets SSH in. PRETRIP_LAB_PORT is the first of three others, so that two people can have hosts of one suite at a time. */
const firstPort = Number(process.env.PRETRIP_LAB_PORT ?? 10311);
export const ports: Readonly<Record<Suite, number>> = { bullseye: firstPort, bookworm: firstPort + 1, trixie: firstPort + 2 };

/** The account that owns nothing, and that nobody logs in as. */
export const nobody = 'nobody';
const asNobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups env -i PATH=/usr/local/bin:/usr/bin:/bin ';

/** What one part of a batch printed. Its errors are in `printed`, too, unless it kept them apart. */
export interface Answered {
  readonly exit: number;
  readonly printed: string;
}

/** The host does not answer any more. */
export class Gone extends Error {}

function script(name: string, args: readonly string[], input?: string): string {
  const call = () => spawnSync(join(here, name), args, { encoding: 'utf8', maxBuffer: 1 << 28, ...(input === undefined ? {} : { input }) });
  let done = call();
  // A server that reads its settings anew, or starts, closes what comes in before anything runs.
  for (let left = 10; left > 0 && done.status === 255 && /kex_exchange_identification|Connection refused/.test(done.stderr); left--) {
    spawnSync('sleep', ['3']);
    done = call();
  }
  if (name === 'ssh.sh' && done.status === 255) throw new Gone(`no connection: ${done.stderr.trim().slice(-200)}`);
  if (done.status !== 0) throw new Error(`${name} ${args.join(' ')}: exit ${done.status}: ${done.stderr.trim().slice(-600)}`);
  return done.stdout;
}

/** Puts the built tool on a running host. `kept` is a directory where it is packed, or lies packed already. */
export const push = (port: number, kept: string): void => void script('push.sh', [String(port), kept]);

/** Boots a clean host with the built tool on it. */
export function boot(suite: Suite, port: number, kept: string, kernelArguments: readonly string[] = []): void {
  script('boot.sh', [suite, String(port), ...kernelArguments]);
  push(port, kept);
}

/** Gives a running host an archive with these packages of its suite, since it reaches no other. */
export const bring = (suite: Suite, port: number, packages: readonly string[]): void => void script('archive.sh', [suite, String(port), ...packages]);

export const halt = (port: number): void => void script('halt.sh', [String(port)]);

/** Begins and ends what a part prints. */
const framed = (name: string, commands: string): string => `echo '${mark} ${name}'\n(\n${commands}\n) 2>&1\nprintf '\\n${mark} = %s\\n' $?`;
/** The same, beside one other such part: what it prints waits in a file. */
const beside = (name: string, commands: string): string => `[ "$(jobs -rp | wc -l)" -lt 2 ] || wait -n\n{\n${framed(name, commands)}\n} >"/tmp/part.${name}" &`;

/** Runs shell commands one after another in one call: name → commands, each in a shell of its own. Those whose names `apart` takes run two at a time, at the end. */
export function batch(port: number, parts: ReadonlyMap<string, string>, user = 'root', apart: (name: string) => boolean = () => false): Map<string, Answered> {
  const [two, one] = [[...parts].filter(([name]) => apart(name)), [...parts].filter(([name]) => !apart(name))];
  const text = [
    prelude,
    ...one.map((part) => framed(...part)),
    ...two.map((part) => beside(...part)),
    'wait',
    ...two.map(([name]) => `cat "/tmp/part.${name}"; rm -f "/tmp/part.${name}"`),
  ].join('\n');
  const login = user === 'root' || user === nobody ? [] : ['-l', user];
  const file = `/tmp/batch.${user}`;
  const run = user === nobody ? `chmod 644 ${file}; cd /; ${asNobody}` : '';
  const printed = script('ssh.sh', [String(port), ...login, `cat >${file} && ${run}bash ${file} </dev/null`], text);
  const answers = new Map<string, Answered>();
  for (const [, name = '', body = '', exit = ''] of printed.matchAll(/^@@pretrip-lab (\S+)\n([\s\S]*?)\n@@pretrip-lab = (\d+)$/gm))
    answers.set(name, { exit: Number(exit), printed: body.trim() });
  for (const name of parts.keys()) if (!answers.has(name)) throw new Error(`no answer of ${name} in: ${printed.slice(-600)}`);
  return answers;
}

/** Restarts the running host, keeping its disk, and waits until it answers again. */
export function reboot(port: number): void {
  const bootId = (): string =>
    spawnSync(join(here, 'ssh.sh'), [String(port), 'cat /proc/sys/kernel/random/boot_id'], { encoding: 'utf8', timeout: 15_000 }).stdout.trim();
  const before = bootId();
  spawnSync(join(here, 'ssh.sh'), [String(port), 'systemctl reboot'], { timeout: 15_000 });
  const until = Date.now() + 300_000;
  for (let now = bootId(); now === '' || now === before; now = bootId()) {
    if (Date.now() > until) throw new Error(`the host on port ${port} does not come back`);
    spawnSync('sleep', ['1']);
  }
  spawnSync(join(here, 'ssh.sh'), [String(port), 'systemctl is-system-running --wait']);
}
