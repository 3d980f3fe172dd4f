import { readFileSync, statSync } from 'node:fs';
import type { Interfaces } from '@oclif/core';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { diffJson, diffText } from '../../report/diff.ts';
import type { Pack } from '../../rules/pack.ts';
import { disagreement } from '../../verdicts/disagree.ts';
import { type OtherScan, otherScanIn } from '../../verdicts/other-scan.ts';
import type { Report } from '../../verdicts/report.ts';
import { exitStatus, TargetError, UsageError } from '../errors.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { out } from '../print.ts';
import { remoteFlags } from '../remote.ts';
import { isSavedRun, savedReport } from '../saved-report.ts';
import { scannedReport } from '../scanned-report.ts';
import { selectionFlags, selectionFrom, targetFlags } from '../selection.ts';
import { packFrom } from '../shipped-pack.ts';
import { unpack } from '../unpack.ts';

const profile = 'k3s-cis';
const parameter = 'benchmark';
/** More than any scan of a cluster. */
const largest = 256 * 1024 * 1024;

export default class Diff extends PretripCommand {
  static override readonly undone = 'nothing was compared';
  static override summary = 'Compare with what kube-bench or Rancher’s security scan says of a K3s host.';
  static override description =
    `HOST is a target, which is judged by the profile ${profile}, or a saved run of it; FILE is the JSON of kube-bench ("kube-bench --json"), of Rancher's security scan, or its ClusterScanReport. Both are compared control by control, in the numbering of FILE: where they contradict each other, or one alone decides, both are told, with the evidence of ours.

Exit status: 0 nothing contradicts; 1 something does; 2 usage; 4 the host or FILE could not be read.`;
  static override examples = [
    '<%= config.bin %> diff edge01.pretrip.jsonl kube-bench.json',
    '$ sudo <%= config.bin %> diff local kube-bench.json -o json',
    '<%= config.bin %> diff run.json clusterscanreport.json',
  ];
  static override usage = 'diff HOST FILE [FLAGS]';
  static override args = {
    host: Args.string({ ignoreStdin: true, required: true, description: 'the target, or a saved run' }),
    file: Args.string({ ignoreStdin: true, required: true, description: 'the JSON of the other auditor' }),
  };
  static override flags = {
    output: Flags.option({ options: ['text', 'json'] as const })({ char: 'o', description: 'how it is printed', default: 'text', helpGroup: 'output' }),
    width: Flags.integer({ description: 'columns of the text; default: those of the terminal, or 80', min: 40, helpGroup: 'output' }),
    param: selectionFlags.param,
    rules: selectionFlags.rules,
    ...targetFlags,
    ...remoteFlags,
  };

  async run(): Promise<void> {
    const { args, flags, pack } = await this.read(Diff, async (parsed) => ({ ...parsed, pack: await packFrom(parsed.flags.rules ?? []) }));
    const scan = scanAt(args.file);
    const params = withBenchmark(flags.param ?? [], scan, pack, args.file);
    const selection = selectionFrom({ profile: [profile], param: params }, pack);
    const benchmark = selection.params.findLast((p) => p.profile === profile && p.name === parameter)?.value;
    const numbering = `${pack.profiles.find((p) => p.id === profile)?.narrows?.[parameter]?.controls} ${String(benchmark)}`;
    const report = isSavedRun(args.host) ? await savedOf(args.host, numbering) : await scannedReport(args.host, flags as Asked, { pack, selection });
    const found = disagreement(report, scan, numbering);
    const differing = { report, scan, numbering, found };
    const width = flags.width ?? (process.stdout.isTTY ? Math.max(40, process.stdout.columns ?? 80) : 80);
    await out(flags.output === 'json' ? diffJson(differing) : diffText(differing, width));
    process.exitCode = found.compared.some((c) => c.relation === 'contradict') ? exitStatus.failed : exitStatus.passed;
  }
}

type Asked = Interfaces.InferredFlags<typeof Diff.flags>;

/** The scan in a file. Throws TargetError with what it is instead. */
function scanAt(path: string): OtherScan {
  if (isSavedRun(path))
    throw new UsageError(
      `${path}: is a saved run of pretrip, and runs are not compared with each other here`,
      'name the JSON of kube-bench or of Rancher’s security scan',
    );
  const scan = otherScanIn(jsonAt(path), unpack);
  if (!scan) throw new TargetError(`${path}: is neither JSON of kube-bench nor of Rancher's security scan`, 'kube-bench writes it with --json');
  if (scan.controls.length === 0) throw new TargetError(`${path}: holds no control that was judged`);
  return scan;
}

function jsonAt(path: string): unknown {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) throw new TargetError(`${path}: there is no such file`);
  if (!info.isFile()) throw new TargetError(`${path}: is no file`);
  if (info.size > largest) throw new TargetError(`${path}: is larger than ${largest / 1024 / 1024} MiB`);
  try {
    return jsonIn(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new TargetError(`${path}: ${error instanceof SyntaxError ? 'is not valid JSON' : 'could not be read'}`);
  }
}

/** The JSON in a text; in the log of a container kube-bench's warnings stand around it, and it is one line. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [line, ...more] = text.split('\n').filter((l) => /^[[{]/.test(l));
    if (line === undefined || more.length > 0) throw error;
    return JSON.parse(line);
  }
}

/** The parameters, and the benchmark of the file where none is named. */
function withBenchmark(params: readonly string[], { benchmark, version }: OtherScan, pack: Pack, file: string): string[] {
  if (params.some((p) => new RegExp(`^(?:${profile}:)?${parameter}=`).test(p))) return [...params];
  if (benchmark === undefined) {
    const [, bare = '1.9'] = /^cis-(\d+\.\d+)$/.exec(version) ?? [];
    throw new UsageError(
      `${file}: names no CIS benchmark of K3s (${version === '' ? 'no version' : version})`,
      `say whose numbers it has: --param ${parameter}=${bare}`,
    );
  }
  try {
    selectionFrom({ profile: [profile], param: [`${parameter}=${benchmark}`] }, pack);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      `${file}: is by ${version}, and ${error.message.replace(/^--param \S+: /, '')}`,
      'numbers move between benchmarks: scan by one of these',
    );
  }
  return [...params, `${parameter}=${benchmark}`];
}

async function savedOf(path: string, numbering: string): Promise<Report> {
  const report = await savedReport(path);
  if (!report.rules.some(({ controls }) => controls.some((c) => c.startsWith(`${numbering} `))))
    throw new UsageError(`${path}: has no control of ${numbering}`, `judge the host by it: pretrip scan HOST -p ${profile} -o json=FILE`);
  return report;
}
