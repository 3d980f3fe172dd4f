/** Runs the built command as a user would. */
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../../src/cli/paths.ts';

export interface Ran {
  readonly status: number | undefined;
  readonly out: string;
  readonly err: string;
}

const bin = join(packageRoot, 'bin', 'pretrip.js');

export async function pretrip(args: readonly string[], options: { cwd?: string; env?: Record<string, string>; asNobody?: boolean } = {}): Promise<Ran> {
  const command = options.asNobody
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, bin, ...args]
    : [process.execPath, bin, ...args];
  const [file, ...rest] = command as [string, ...string[]];
  const result = await execa(file, rest, {
    reject: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1', CI: '1', ...options.env },
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
  return { status: result.exitCode, out: result.stdout, err: result.stderr };
}
