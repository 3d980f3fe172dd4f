/** What happens when a signal ends pretrip: nothing half written stays, and who pressed Ctrl-C is told what was lost. */
import { rmSync, writeSync } from 'node:fs';
import { exitStatus } from './errors.ts';

/** Files and directories that a signal must not leave behind. */
export const staged = new Set<string>();

const losses = new Set<() => string>();
let guarded = false;

/** From now on a signal ends pretrip only between two files, and takes away what is half written. */
export function guard(): void {
  if (guarded) return;
  guarded = true;
  const signals = { SIGINT: exitStatus.interrupted, SIGTERM: exitStatus.terminated, SIGHUP: 129 } as const;
  for (const [signal, status] of Object.entries(signals))
    process.on(signal, () => {
      for (const path of staged) rmSync(path, { recursive: true, force: true });
      if (status !== 129) say(status === exitStatus.interrupted ? 'interrupted' : 'terminated');
      process.exit(status);
    });
}

function say(how: string): void {
  const [lost] = losses;
  try {
    writeSync(2, `${process.stderr.isTTY ? '\r\u001b[K' : ''}pretrip: ${how}${lost ? `: ${lost()}` : ''}\n`);
  } catch {
    // Nobody is there to be told.
  }
}

/** Until the function that comes back is called, a signal costs what `lost` says. */
export function losing(lost: () => string): () => void {
  guard();
  losses.add(lost);
  return () => void losses.delete(lost);
}
