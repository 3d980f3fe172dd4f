import * as Args from '@oclif/core/args';
import { gate } from '../../verdicts/summarize.ts';
import { emit, named, outputFlags, outputsFrom, styleFrom } from '../outputs.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { savedReport } from '../saved-report.ts';
import { withdrawing } from '../withdraw.ts';

export default class Report extends PretripCommand {
  static override summary = 'Render a saved run again.';
  static override description = 'RUN.json is what "pretrip scan -o json=RUN.json" wrote. The gate is applied again, with the same exit statuses as scan.';
  static override examples = ['<%= config.bin %> report run.json -o sarif=run.sarif -o junit=run.xml'];
  static override args = { run: Args.string({ ignoreStdin: true, description: 'the saved run', required: true }) };
  static override flags = outputFlags;

  async run(): Promise<void> {
    await withdrawing(this.argv, Report.flags, () => this.#render());
  }

  async #render(): Promise<void> {
    const { args, flags } = await this.parse(Report);
    const outputs = outputsFrom(flags, 1);
    const report = named(await savedReport(args.run), flags.name);
    const result = gate([report], flags['fail-on'], flags['allow-incomplete']);
    await emit([report], outputs, styleFrom(flags), result.said);
    process.exitCode = result.status;
  }
}
