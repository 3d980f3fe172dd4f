import { existsSync } from 'node:fs';
import * as Flags from '@oclif/core/flags';
import { record } from '../../collect/record.ts';
import type { Snapshot } from '../../collect/snapshot/snapshot.ts';
import { inspect } from '../../inspect.ts';
import { formats } from '../../report/formats.ts';
import { visible } from '../../report/text.ts';
import { judgeSnapshot } from '../../scan.ts';
import type { Report } from '../../verdicts/report.ts';
import { gate } from '../../verdicts/summarize.ts';
import { combined } from '../combine.ts';
import { DefectError, exitStatus, TargetError, UsageError } from '../errors.ts';
import { evidenceOf, rulesFile } from '../evidence.ts';
import { emit, fileName, outputFlags, outputsFrom, styleFrom } from '../outputs.ts';
import { manifest } from '../paths.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { err } from '../print.ts';
import { progress } from '../progress.ts';
import { inJobs, jobsFlag, reachFrom, remoteFlags } from '../remote.ts';
import { selectionFlags, selectionFrom, targetFlags, timeFrom } from '../selection.ts';
import { packFrom } from '../shipped-pack.ts';
import { keyFrom, signFlag } from '../sign.ts';
import { superset } from '../superset.ts';
import { openTarget } from '../targets.ts';
import { thisTool } from '../this-tool.ts';
import { type NewFile, writeDirectory } from '../write-file.ts';

const evidenceFlags = {
  ...signFlag,
  evidence: Flags.string({
    description: "keep what the verdicts rest on in a new directory; {target} in DIR is the target's name. See: pretrip verify",
    helpValue: 'DIR',
  }),
};

const withFlag = {
  with: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'a further capture of the same host ("capture --for"), which answers what the snapshot could not',
    helpValue: 'FILE',
  }),
};

export default class Scan extends PretripCommand {
  static override summary = 'Judge a host: this one, others over SSH, a root directory, or a snapshot.';
  static override description = `Without TARGET, this host. Reads only; "pretrip plan" prints all that may be touched.

Exit status: 0 gate passed, everything decided; 1 a failure at or above --fail-on; 2 usage or rules are wrong; 3 incomplete: something at or above --fail-on is unknown, or nothing was judged; 4 a target could not be read; 70 a defect in pretrip.`;
  static override examples = [
    '<%= config.bin %> scan',
    '<%= config.bin %> scan -p k3d-rootless --fail-on medium',
    '<%= config.bin %> scan host.pretrip.jsonl -o table -o sarif=host.sarif',
    '<%= config.bin %> scan /mnt/rootfs --select "podman.*"',
    '<%= config.bin %> scan ssh://edge01 ssh://edge02 --sudo -o json=out/{target}.json',
    '<%= config.bin %> scan ssh://edge01 --evidence edge01 --sign ~/.ssh/id.pub',
    '<%= config.bin %> scan --via "podman exec -i k3d-dev-server-0"',
  ];
  static override strict = false;
  static override usage = 'scan [TARGET...] [FLAGS]';
  static override flags = { ...selectionFlags, ...targetFlags, ...remoteFlags, ...jobsFlag, ...outputFlags, ...withFlag, ...evidenceFlags };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Scan);
    const targets = argv.length > 0 ? (argv as string[]) : ['local'];
    const outputs = outputsFrom(flags, targets.length);
    const style = styleFrom(flags);
    const key = keyFrom(flags.sign);
    if (key !== undefined && flags.evidence === undefined && !outputs.some((o) => o.format === 'json' && o.path !== undefined))
      throw new UsageError('--sign: there is nothing to sign', 'signed are the evidence (--evidence DIR) and the JSON report (-o json=FILE)');
    if (flags.evidence !== undefined && existsSync(flags.evidence))
      throw new UsageError(`--evidence ${flags.evidence}: is there already`, 'name a directory that is not there yet: evidence is never overwritten');
    if (flags.evidence !== undefined && targets.length > 1 && !flags.evidence.includes('{target}'))
      throw new UsageError(`--evidence ${flags.evidence}: several targets need a directory each`, 'put {target} into the path');
    if (flags.with && targets.length > 1) throw new UsageError('--with fills up one target', 'scan the others apart');
    const pack = await packFrom(flags.rules ?? []);
    const selection = selectionFrom(flags, pack);
    const takenAt = timeFrom(flags.now);
    const reports: Report[] = [];
    const defects: string[] = [];
    let unreadable = false;
    const reach = reachFrom(flags, () => superset(pack, selection));
    const snapshots = await inJobs(targets, flags.jobs, async (name): Promise<Snapshot | undefined> => {
      try {
        const opened = await openTarget(name, flags.as, flags.user, reach, flags.now);
        if ('snapshot' in opened) return flags.with ? await combined(opened.snapshot, flags.with, pack, selection) : opened.snapshot;
        if (flags.with) throw new UsageError('--with fills up a snapshot', 'capture the host first: pretrip capture -o host.pretrip.jsonl');
        const meter = progress(opened.host.name);
        try {
          const given = { takenAt, files: opened.files ?? flags.file ?? [] };
          const snapshot = await record(inspect(pack, selection, opened.host.user), opened.host, given, manifest.version, meter.step);
          return opened.complete === false ? { ...snapshot, truncated: true } : snapshot;
        } finally {
          meter.end();
          await opened.close?.();
        }
      } catch (error) {
        if (!(error instanceof TargetError) || targets.length === 1) throw error;
        await err(`pretrip: ${visible(error.message)}\n`);
        return undefined;
      }
    });
    for (const snapshot of snapshots) {
      if (!snapshot) {
        unreadable = true;
        continue;
      }
      const judged = judgeSnapshot(snapshot, pack, selection, thisTool());
      if (judged.report.rules.length === 0 && !judged.report.undecidedProfiles)
        throw new UsageError('no rule is selected, so nothing would be judged', 'pretrip rules list names the rules and their profiles; -p chooses a profile');
      reports.push(judged.report);
      defects.push(...judged.defects);
    }
    const result = gate(reports, flags['fail-on'], flags['allow-incomplete']);
    if (flags.evidence !== undefined) {
      const rules = rulesFile(flags.rules ?? [], pack.digest);
      const judged = snapshots.filter((s) => s !== undefined);
      const kept: { dir: string; files: NewFile[] }[] = [];
      for (const [at, report] of reports.entries()) {
        const files = await evidenceOf(judged[at] as Snapshot, report, formats.json.reporter(report, style), rules, key);
        kept.push({ dir: flags.evidence.replaceAll('{target}', fileName(report.target.name)), files });
      }
      // Not before all are signed.
      for (const { dir, files } of kept) writeDirectory(dir, files);
    }
    await emit(reports, outputs, style, result.said, key);
    if (flags.evidence !== undefined)
      await err(`wrote evidence of ${reports.length === 1 ? reports[0]?.target.name : `${reports.length} targets`} to ${flags.evidence}\n`);
    if (defects.length > 0) throw new DefectError(defects.join('\n'));
    process.exitCode = unreadable ? exitStatus.target : result.status;
    if (result.status === exitStatus.incomplete && !outputs.some((o) => o.path === undefined && o.format === 'table')) await err(`${result.said}\n`);
  }
}
