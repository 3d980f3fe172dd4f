/** A recording → the report. Live or filed years ago, there is no second path. */

import { replay } from './collect/record.ts';
import type { Snapshot } from './collect/snapshot.ts';
import { settle } from './facts/settle.ts';
import { cardOf, inspect, type Selection } from './inspect.ts';
import type { Pack } from './rules/pack.ts';
import type { Report } from './verdicts/report.ts';
import { summarize } from './verdicts/summarize.ts';

/** Judges a recording. Equal snapshot, pack, selection and version give equal reports, byte for byte. */
export function judgeSnapshot(snapshot: Snapshot, pack: Pack, selection: Selection, version: string): { report: Report; defects: readonly string[] } {
  const { header } = snapshot;
  const result = settle(inspect(pack, selection, header.user, false), replay(snapshot));
  const report: Report = {
    format: 'pretrip-report/1',
    tool: { name: 'pretrip', version, rules: pack.digest },
    target: {
      kind: header.kind,
      name: header.name,
      takenAt: header.takenAt,
      snapshot: snapshot.digest,
      user: header.user.name,
      ...(snapshot.truncated ? { truncated: true } : {}),
    },
    profiles: result.profiles,
    ...(result.undecidedProfiles.length > 0 ? { undecidedProfiles: result.undecidedProfiles } : {}),
    params: result.params,
    rules: result.rules.map((rule) => cardOf(rule, (name) => result.params[`${rule.id}:${name}`] ?? null)),
    verdicts: result.verdicts,
    summary: summarize(result.rules.length, result.verdicts),
  };
  return { report, defects: result.defects };
}
