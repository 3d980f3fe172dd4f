/** The target `snapshot`: what `pretrip capture` recorded. Its header tells what sort of target it was. */
import { readFileSync } from 'node:fs';
import { readSnapshot, SnapshotError, startsSnapshot } from '../snapshot/snapshot.ts';
import { type ContentTarget, TargetError } from './target.ts';

export const snapshotTarget: ContentTarget = {
  kind: 'snapshot',
  by: 'content',
  is: 'file',
  written: 'a snapshot',
  describe: 'what "pretrip capture" recorded, compressed or not',
  sign: 'begins with {"pretrip"',
  running: true,
  heeds: [],
  examples: [
    ['capture -o edge01.pretrip.jsonl', 'record now …'],
    ['scan edge01.pretrip.jsonl', '… judge anywhere, months later: the same verdicts'],
  ],
  recognises: ({ head }) => startsSnapshot(head),
  async open({ path, name }) {
    try {
      return { snapshot: readSnapshot(readFileSync(path), name) };
    } catch (error) {
      if (error instanceof SnapshotError) throw new TargetError(error.message);
      throw error;
    }
  },
};
