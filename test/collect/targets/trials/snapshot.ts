import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { record } from '../../../../src/collect/record.ts';
import { packed, writeSnapshot } from '../../../../src/collect/snapshot/snapshot.ts';
import { local } from '../../../../src/collect/targets/local.ts';
import { rootAccount } from '../../../../src/facts/host/accounts.ts';
import type { Trial } from '../small-host.ts';

export const trial: Trial = {
  async behind({ dir, asks }) {
    const host = { kind: 'local', name: 'small', user: rootAccount, target: local() };
    const probe = (function* () {
      yield asks;
    })();
    const snapshot = await record(probe, host, { takenAt: '2026-07-01T00:00:00Z', files: [] }, '0');
    const path = join(dir, 'small.pretrip.jsonl.zst');
    writeFileSync(path, packed(writeSnapshot(snapshot), path));
    return { asked: { name: path } };
  },
};
