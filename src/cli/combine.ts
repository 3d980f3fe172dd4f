/** `scan FIRST --with MORE`: a recording and further captures of the same host, judged as one. */
import { differentHosts, type Further, merge } from '../collect/merge.ts';
import { type Snapshot, type Source, wasRunning } from '../collect/snapshot/snapshot.ts';
import { keyOf } from '../facts/asks.ts';
import type { Order } from '../inspect.ts';
import { visible } from '../report/text.ts';
import { collect, lookerOf } from '../scan.ts';
import { TargetError, UsageError } from './errors.ts';
import { err } from './print.ts';
import { openTarget } from './targets.ts';
import { thisTool } from './this-tool.ts';

/** The first recording, filled up with each further capture in turn. Throws TargetError when they are not of one host. */
export async function combined(first: Snapshot, names: readonly string[], order: Order): Promise<Snapshot> {
  let snapshot = first;
  for (const name of names) {
    const { further, source } = await openFurther(name);
    const different = differentHosts(snapshot, further);
    if (different)
      throw new TargetError(`${name}: cannot be combined with ${snapshot.header.name}: ${different}`, 'capture the same host again, by the same name');
    const { target, disagreed } = merge(snapshot, further);
    const { kind, name: hostName, identity, user, takenAt, from } = snapshot.header;
    const sources = [...(from ?? [{ takenAt, user: user.name, digest: snapshot.digest }]), source];
    const occasion = { takenAt, files: lookerOf(snapshot).given.files, accounts: snapshot.header.accounts ?? [], tool: thisTool() };
    const host = { kind, name: hostName, ...(identity === undefined ? {} : { identity }), user, target, running: wasRunning(snapshot.header), from: sources };
    const made = await collect(host, [order], occasion);
    if (disagreed.size > 0)
      await err(
        `pretrip: ${name} disagrees with the first capture; what rests on these is unknown:\n${[...disagreed]
          .sort()
          .map((k) => `  ${visible(k)}\n`)
          .join('')}`,
      );
    snapshot = first.truncated ? { ...made, truncated: true } : made;
  }
  return snapshot;
}

async function openFurther(name: string): Promise<{ further: Further; source: Source }> {
  const opened = await openTarget({ name });
  if ('snapshot' in opened) {
    const { header, answers, digest } = opened.snapshot;
    const plain = new Map([...answers].map(([key, { answer }]) => [key, answer]));
    return { further: { name: header.name, user: header.user, answers: plain }, source: { takenAt: header.takenAt, user: header.user.name, digest } };
  }
  const { host, recorded } = opened;
  if (!recorded) throw new UsageError(`--with ${name}: is not a snapshot or capture-script output`);
  const { name: hostName, user, takenAt = '' } = host;
  const answers = new Map([...(host.looked?.() ?? [])].map(({ ask, answer }) => [keyOf(ask), answer]));
  return { further: { name: hostName, user, answers }, source: { takenAt, user: user.name, digest: recorded.digest } };
}
