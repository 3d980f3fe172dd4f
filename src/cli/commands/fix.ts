import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Interfaces } from '@oclif/core';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { fixJson, fixText, nothingJudged } from '../../report/fix.ts';
import { type Report, severities } from '../../verdicts/report.ts';
import { exitStatus } from '../errors.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { out } from '../print.ts';
import { remoteFlags } from '../remote.ts';
import { isSavedRun, savedReport } from '../saved-report.ts';
import { scannedReport } from '../scanned-report.ts';
import { selectionFlags, selectionFrom, targetFlags } from '../selection.ts';
import { packFrom } from '../shipped-pack.ts';
import { targetHelp, usualTarget } from '../targets.ts';

const fixFlags = {
  output: Flags.option({ options: ['text', 'json'] as const })({ char: 'o', description: 'as a list for a shell, or as data', default: 'text' }),
  'fail-on': Flags.option({ options: [...severities, 'never'] as const })({
    description: 'severity from which a failure counts for the gate: what closes most of it comes first',
    default: 'high',
    env: 'PRETRIP_FAIL_ON',
  }),
};

export default class Fix extends PretripCommand {
  static override summary = 'Print what fixes the failures of a host, in order.';
  static override description =
    `Each step stands once: who carries it out, what it closes, how to take it back. Nothing is carried out. It ends with 0 where the plan is printed or nothing is to be fixed, and with 3 where nothing was judged; whether the host passes, scan says. A saved run (RUN.json) is not scanned again. ${targetHelp}`;
  static override examples = [
    '<%= config.bin %> fix run.json',
    '$ sudo <%= config.bin %> fix -p podman-rootless',
    '<%= config.bin %> fix ssh://edge01 -o json',
  ];
  static override args = { target: Args.string({ ignoreStdin: true, description: 'the target, or a saved run', default: usualTarget }) };
  static override flags = { ...selectionFlags, ...targetFlags, ...remoteFlags, ...fixFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.read(Fix, async (parsed) => parsed);
    const saved = isSavedRun(args.target);
    const report = saved ? await savedReport(args.target) : await this.#scanned(args.target, flags);
    const isRoot = !saved && report.target.offline === true && isDirectory(args.target);
    const from = { here: !saved && (args.target === usualTarget || args.target.includes('://')), ...(isRoot ? { root: resolve(args.target) } : {}) };
    await out((flags.output === 'json' ? fixJson : fixText)(report, flags['fail-on'], from));
    if (nothingJudged(report) !== undefined) process.exitCode = exitStatus.incomplete;
  }

  async #scanned(name: string, flags: Asked): Promise<Report> {
    const pack = await packFrom(flags.rules ?? []);
    return await scannedReport(name, flags, { pack, selection: selectionFrom(flags, pack) });
  }
}

type Asked = Interfaces.InferredFlags<typeof Fix.flags>;

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
