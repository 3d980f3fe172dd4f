/** A recording whose asks are to be listed: a snapshot, or what a capture script printed. */

import { redact } from '../../collect/redact/redact.ts';
import { type Snapshot, snapshotOf } from '../../collect/snapshot/snapshot.ts';
import { TargetError } from '../errors.ts';
import { openTarget } from '../targets.ts';

/** Reads it; of a script's output, all that the script looked at. Throws TargetError. */
export async function recordingAt(path: string): Promise<Snapshot> {
  const opened = await openTarget({ name: path });
  if ('snapshot' in opened) return opened.snapshot;
  const { host, recorded } = opened;
  if (!recorded) throw new TargetError(`${path}: is not a snapshot or capture-script output`);
  const { kind, name, user, takenAt = '' } = host;
  const answers = [...(host.looked?.() ?? [])].map(({ ask, answer }) => ({ ask, answer: redact(ask, answer) }));
  const snapshot = snapshotOf({ pretrip: 'snapshot/1', kind, name, takenAt, user, tool: recorded.tool }, answers);
  return host.complete === false ? { ...snapshot, truncated: true } : snapshot;
}
