import * as Args from '@oclif/core/args';
import { gate } from '../../verdicts/summarize.ts';
import { answered, attestFlag, refuseAnswers } from '../attestations.ts';
import { allOf } from '../errors.ts';
import { checkIdentity, emit, named, outputFlags, outputsFrom, styleFrom } from '../outputs.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { savedReport } from '../saved-report.ts';
import { withdrawing } from '../withdraw.ts';

export default class Report extends PretripCommand {
  static override readonly undone = 'nothing was written';
  static override summary = 'Render a saved run again.';
  static override description = 'RUN is what "pretrip scan -o json=RUN" wrote. The gate is applied again, with the same exit statuses as scan.';
  static override examples = ['<%= config.bin %> report run.json -o sarif=run.sarif -o junit=run.xml'];
  static override usage = 'report RUN [FLAGS]';
  static override args = { run: Args.string({ ignoreStdin: true, description: 'the saved run', required: true }) };
  static override flags = { ...attestFlag, ...outputFlags };

  async run(): Promise<void> {
    await withdrawing(this.argv, Report.flags, () => this.#render());
  }

  async #render(): Promise<void> {
    const { path, flags, outputs, style } = await this.read(Report, async ({ args, flags: given }) => {
      const [to, as] = await allOf(
        () => outputsFrom(given, 1),
        () => styleFrom(given),
        () => checkIdentity(given, 1),
      );
      return { path: args.run, flags: given, outputs: to, style: as };
    });
    const saved = named(await savedReport(path), flags.name);
    const { reports, mistakes } = await answered([saved], flags.attest, saved.rules);
    const [report = saved] = reports;
    const result = gate([report], flags['fail-on'], flags['allow-incomplete']);
    await emit([report], outputs, style, result.said);
    refuseAnswers(mistakes);
    process.exitCode = result.status;
  }
}
