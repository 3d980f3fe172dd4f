/** A recording whose asks are to be listed: a snapshot, or what a capture script printed. */

import { redact } from '../../collect/redact/redact.ts';
import { parseRaw } from '../../collect/script/raw.ts';
import { type Snapshot, snapshotOf } from '../../collect/snapshot/snapshot.ts';
import { TargetError } from '../errors.ts';
import { openTarget } from '../targets.ts';
import { readSafely } from './read-safely.ts';

/** Reads it; of a script's output, all that the script looked at. Throws TargetError. */
export async function recordingAt(path: string): Promise<Snapshot> {
  const opened = await openTarget(path, undefined, undefined);
  if ('snapshot' in opened) return opened.snapshot;
  if (opened.host.kind !== 'script') throw new TargetError(`${path}: is neither a snapshot nor what a capture script printed`);
  const raw = parseRaw(readSafely(path, true));
  const { kind, name, user, takenAt = '' } = opened.host;
  const answers = [...raw.asks].flatMap(([key, ask]) => {
    const answer = raw.answers.get(key);
    return answer ? [{ ask, answer: redact(ask, answer) }] : [];
  });
  const snapshot = snapshotOf({ pretrip: 'snapshot/1', kind, name, takenAt, user, tool: raw.host?.tool ?? '' }, answers);
  return raw.complete ? snapshot : { ...snapshot, truncated: true };
}
