/** Asks getcap(8) of this machine which of some programs have capabilities: Node does not read extended attributes. */
import { execFile } from 'node:child_process';
import { capableIn } from '../../facts/text/file-capabilities.ts';
import type { Walk } from '../../facts/walk.ts';

/** So many bytes of paths are given to one getcap, and so many milliseconds. */
const mostBytes = 100_000;
const patience = 60_000;
const sbin = '/usr/sbin:/sbin';

export interface Capable {
  readonly told: NonNullable<Walk['capabilities']>;
  /** By path in the host's own terms. */
  readonly each: ReadonlyMap<string, string>;
}

/** `paths` in the host's own terms, below `root`. */
export async function capabilitiesOf(root: string, paths: readonly string[]): Promise<Capable> {
  const each = new Map<string, string>();
  for (const some of batches(paths.map((path) => root + path))) {
    const output = await getcap(some);
    if (output === 'none' || output === 'failed') return { told: output, each };
    for (const text of output.split('\n').filter((t) => t !== '')) {
      const found = capableIn(text);
      if (!found?.path.startsWith(root)) return { told: 'failed', each };
      each.set(found.path.slice(root.length), found.capabilities);
    }
  }
  return { told: 'told', each };
}

function batches(paths: readonly string[]): string[][] {
  const all: string[][] = [];
  let bytes = mostBytes;
  for (const path of paths) {
    bytes += path.length;
    if (bytes >= mostBytes) {
      all.push([]);
      bytes = path.length;
    }
    all.at(-1)?.push(path);
  }
  return all;
}

/** What it prints; it may end with an error for one file, and has told of the others. */
const getcap = (paths: readonly string[]): Promise<string | 'none' | 'failed'> =>
  new Promise((resolve) => {
    const options = {
      timeout: patience,
      killSignal: 'SIGKILL',
      maxBuffer: 16 * 1024 * 1024,
      env: { LC_ALL: 'C', PATH: `${process.env.PATH ?? ''}:${sbin}` },
    } as const;
    execFile('getcap', [...paths], options, (error, stdout) => {
      if (error?.code === 'ENOENT') resolve('none');
      else resolve(error && typeof error.code !== 'number' ? 'failed' : stdout);
    }).on('error', () => resolve('none'));
  });
