/** A recording → the report. Live or filed years ago, there is no second path. */

import { replay } from './collect/record.ts';
import type { Snapshot } from './collect/snapshot/snapshot.ts';
import { settle } from './facts/settle.ts';
import { cardOf, inspect, type Selection } from './inspect.ts';
import { kinds } from './kinds/kinds.ts';
import { missingIn } from './plan/missing.ts';
import type { Pack } from './rules/pack.ts';
import type { Report } from './verdicts/report.ts';
import { summarize } from './verdicts/summarize.ts';

/** What judges: pretrip's version, and the digest of its program file (or `sources`). */
export interface Tool {
  readonly version: string;
  readonly code?: string;
}

/** Judges a recording. Equal snapshot, pack, selection and version give equal reports, byte for byte. */
export function judgeSnapshot(snapshot: Snapshot, pack: Pack, selection: Selection, tool: Tool): { report: Report; defects: readonly string[] } {
  const { header } = snapshot;
  const answer = replay(snapshot);
  const result = settle(inspect(pack, selection, header.user, false), answer);
  const missing = missingIn({ kinds: new Map(kinds.map((k) => [k.name, k])), audited: header.user, target: header.kind, answer });
  const report: Report = {
    format: 'pretrip-report/1',
    tool: { name: 'pretrip', version: tool.version, ...(tool.code === undefined ? {} : { code: tool.code }), rules: pack.digest },
    target: {
      kind: header.kind,
      name: header.name,
      takenAt: header.takenAt,
      snapshot: snapshot.digest,
      user: header.user.name,
      ...(snapshot.truncated ? { truncated: true } : {}),
    },
    profiles: result.profiles,
    ...(result.undecidedProfiles.length > 0
      ? { undecidedProfiles: result.undecidedProfiles.map(({ id, because, open }) => ({ id, because, missing: missing(open) })) }
      : {}),
    ...(selection.asked ? { selection: selection.asked } : {}),
    params: result.params,
    rules: result.rules.map((rule) => cardOf(rule, (name) => result.params[`${rule.id}:${name}`] ?? null)),
    verdicts: result.verdicts.map(({ open, ...verdict }) => (open ? { ...verdict, missing: missing(open) } : verdict)),
    summary: summarize(result.rules.length, result.verdicts),
  };
  return { report, defects: result.defects };
}
