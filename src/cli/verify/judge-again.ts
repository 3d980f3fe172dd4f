/** A report held against its snapshot: the snapshot is judged again by the recorded rules, and the two compared. */
import type { Snapshot } from '../../collect/snapshot/snapshot.ts';
import type { Pack } from '../../rules/pack.ts';
import { judgeSnapshot } from '../../scan.ts';
import { type Attestation, withAnswers } from '../../verdicts/attest.ts';
import { differences } from '../../verdicts/compare.ts';
import type { Report } from '../../verdicts/report.ts';
import { UsageError } from '../errors.ts';
import { chosenBefore, selectionFrom } from '../selection.ts';
import { thisTool } from '../this-tool.ts';
import { bad, type Finding, note, ok } from './finding.ts';

/** Differences shown; a forged report may hold thousands. */
const most = 50;

/** Judges again, puts the kept answers beside the verdicts, and compares verdict by verdict. */
export function judgeAgain(recorded: Report, snapshot: Snapshot, pack: Pack, answers: readonly Attestation[]): Finding[] {
  const findings: Finding[] = [];
  if (recorded.tool.rules === pack.digest) findings.push(ok('rules', `the rules are those of the report, ${pack.digest}`));
  else findings.push(bad('rules', `the report was judged by the rules ${recorded.tool.rules}, not by these, ${pack.digest}`));
  if (recorded.target.snapshot === snapshot.digest) findings.push(ok('snapshot', `the snapshot is the one of the report, ${snapshot.digest}`));
  else findings.push(bad('snapshot', `the report is about the snapshot ${recorded.target.snapshot}, not about this one, ${snapshot.digest}`));
  const tool = thisTool();
  const sameTool = recorded.tool.version === tool.version && recorded.tool.code === tool.code;
  if (!sameTool) findings.push(note('tool', `judged by pretrip ${toolText(recorded.tool)}; judged again by ${toolText(tool)}`));
  return [...findings, ...compared(recorded, snapshot, pack, { sameTool, answers })];
}

interface Besides {
  readonly sameTool: boolean;
  readonly answers: readonly Attestation[];
}

function compared(recorded: Report, snapshot: Snapshot, pack: Pack, { sameTool, answers }: Besides): Finding[] {
  let selection: ReturnType<typeof selectionFrom>;
  try {
    selection = selectionFrom(chosenBefore(recorded.selection), pack);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return [bad('verdicts', `cannot be judged again: ${error.message}`)];
  }
  const { report: bare, defects } = judgeSnapshot(snapshot, { pack, selection }, thisTool());
  const [report = bare] = withAnswers([bare], answers).reports;
  const found = differences(recorded, report);
  const waived = recorded.verdicts.filter((v) => v.waived);
  const findings = [
    // Another version may say the same in other words.
    ...found.slice(0, most).map(({ decides, said }) => (decides || sameTool ? bad : note)('verdicts', said)),
    ...(found.length > most ? [bad('verdicts', `and ${found.length - most} more differences`)] : []),
    ...defects.map((d) => bad('verdicts', `pretrip failed while judging again: ${d.split('\n')[0]}`)),
    // Nothing in the evidence accepts a verdict, so whoever marked it did so afterwards.
    ...waived
      .slice(0, most)
      .map(({ rule, subject, outcome }) =>
        bad('verdicts', `${rule}${subject === undefined ? '' : ` [${subject}]`}: is marked as waived (${outcome}), and nothing in the evidence accepts it`),
      ),
    ...(waived.length > most ? [bad('verdicts', `and ${waived.length - most} more are marked as waived`)] : []),
    ...(report.target.truncated ? [note('snapshot', 'it was cut off when it was captured, and the report says so')] : []),
  ];
  return findings.some((f) => f.is === 'bad')
    ? findings
    : [ok('verdicts', `judged again: all ${recorded.verdicts.length} verdicts of ${recorded.rules.length} rules are the same`), ...findings];
}

const toolText = ({ version, code }: { version: string; code?: string }): string => `${version}${code === undefined ? '' : ` (${code})`}`;
