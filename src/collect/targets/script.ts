/** The target `script`: what a capture script printed on a host earlier. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { looksLikeRaw } from '../script/frames.ts';
import { lookedAt, parseRaw, type RawHost } from '../script/raw.ts';
import { captured } from '../script/remote.ts';
import { SnapshotError, unpacked } from '../snapshot/snapshot.ts';
import { type ContentTarget, TargetError } from './target.ts';

export const scriptTarget: ContentTarget = {
  kind: 'script',
  by: 'content',
  is: 'file',
  written: 'what a capture script printed',
  describe: 'for a host without Node',
  sign: 'has a line that begins with pretrip-raw/',
  running: true,
  heeds: ['now'],
  examples: [
    ['capture --script > capture.sh', 'for a host without Node: sh capture.sh > host.raw,'],
    ['scan host.raw', 'then judge what it wrote'],
  ],
  recognises: ({ head }) => looksLikeRaw(head),
  async open({ path, name }, { now }) {
    const bytes = readFileSync(path);
    const raw = parseRaw(textOf(bytes, name));
    if (!raw.host || raw.broken)
      throw new TargetError(`${name}: ${raw.problem ?? 'it does not say where it was captured'}`, 'capture again with: sh capture.sh > host.raw');
    return {
      host: {
        kind: 'script',
        name: raw.host.name,
        user: raw.host.user,
        target: captured(raw),
        looked: () => lookedAt(raw),
        files: raw.host.files,
        accounts: raw.host.accounts,
        complete: raw.complete,
        ...(now === undefined ? { takenAt: timeOf(raw.host, name) } : {}),
      },
      recorded: { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, tool: raw.host.tool },
    };
  },
};

function textOf(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return unpacked(bytes, name);
  } catch (error) {
    if (error instanceof SnapshotError) throw new TargetError(error.message);
    throw error;
  }
}

/** No host was inspected before pretrip could: its first release. */
const earliest = Date.UTC(2025, 0, 1) / 1000;

/** Support ends and certificates expire by date, so a clock that was never set must not decide. */
function timeOf({ time }: RawHost, name: string): string {
  const latest = Date.now() / 1000 + 86_400;
  const shown = new Date(Math.min(time, 8.64e12) * 1000).toISOString().slice(0, 19);
  if (time < earliest || time > latest)
    throw new TargetError(`${name}: by the host's clock it was captured at ${shown}Z, which cannot be`, 'say when it was captured: --now 2026-01-31T12:00:00Z');
  return `${shown}Z`;
}
