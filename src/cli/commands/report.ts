import { readFileSync } from 'node:fs';
import * as Args from '@oclif/core/args';
import type { Report as Document } from '../../verdicts/report.ts';
import { gate } from '../../verdicts/summarize.ts';
import { TargetError } from '../errors.ts';
import { emit, outputFlags, outputsFrom, styleFrom } from '../outputs.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { reportProblems } from '../report-schema.ts';

export default class Report extends PretripCommand {
  static override summary = 'Render a saved run again.';
  static override description = 'RUN.json is what "pretrip scan -o json=RUN.json" wrote. The gate is applied again, with the same exit statuses as scan.';
  static override examples = ['<%= config.bin %> report run.json -o sarif=run.sarif -o junit=run.xml'];
  static override args = { run: Args.string({ ignoreStdin: true, description: 'the saved run', required: true }) };
  static override flags = outputFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Report);
    const outputs = outputsFrom(flags, 1);
    const report = await savedReport(args.run);
    const result = gate([report], flags['fail-on'], flags['allow-incomplete']);
    await emit([report], outputs, styleFrom(flags), result.said);
    process.exitCode = result.status;
  }
}

/** Reads and checks a saved report. Throws TargetError with what is wrong in it. */
async function savedReport(path: string): Promise<Document> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new TargetError(`${path}: ${(error as Error).message}`, 'name a run that "pretrip scan -o json=FILE" wrote');
  }
  const problems = await reportProblems(value);
  if (problems.length > 0) throw new TargetError(`${path}: is no pretrip report:\n  ${problems.join('\n  ')}`);
  return value as Document;
}
