import { existsSync } from 'node:fs';
import * as Flags from '@oclif/core/flags';
import type { Order } from '../../inspect.ts';
import { json } from '../../report/formats.ts';
import type { Style } from '../../report/style.ts';
import { visible } from '../../report/text.ts';
import { type Occasion, type Scanned, scan } from '../../scan.ts';
import type { Report } from '../../verdicts/report.ts';
import { gate } from '../../verdicts/summarize.ts';
import { NobodyError, refuseUnknown } from '../accounts.ts';
import { combined } from '../combine.ts';
import { DefectError, exitStatus, OutputError, TargetError, UsageError } from '../errors.ts';
import { evidenceOf, type RulesFile, rulesFile } from '../evidence.ts';
import { emit, fileName, named, type Output, outputFlags, outputsFrom, saves, styleFrom, tellsPeople } from '../outputs.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { err } from '../print.ts';
import { progress } from '../progress.ts';
import { inJobs, jobsFlag, reachFrom, remoteFlags } from '../remote.ts';
import { selectionFlags, selectionFrom, targetFlags, timeFrom } from '../selection.ts';
import { packFrom } from '../shipped-pack.ts';
import { keyFrom, signFlag } from '../sign.ts';
import { superset } from '../superset.ts';
import { type Asked, openTarget, targetHelp, usualTarget } from '../targets.ts';
import { thisTool } from '../this-tool.ts';
import { withdraw, withdrawing } from '../withdraw.ts';
import { type NewFile, refuseUnwritable, writeDirectory } from '../write-file.ts';

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
  static override description = `${targetHelp} Reads only; "pretrip plan" prints all that may be touched.

Exit status: 0 gate passed, everything decided; 1 a failure at or above --fail-on; 2 usage or rules are wrong; 3 incomplete: something at or above --fail-on is unknown, nothing was judged, or no account or engine was found to judge; 4 a target could not be read; 5 an output could not be written; 70 a defect in pretrip.`;
  static override examples = [
    '<%= config.bin %> scan',
    '<%= config.bin %> scan -p k3d-rootless --fail-on medium',
    'sudo <%= config.bin %> scan -p podman-rootless --account driver',
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
    await withdrawing(this.argv, Scan.flags, () => this.#scan());
  }

  async #scan(): Promise<void> {
    const { argv, flags } = await this.parse(Scan);
    const targets = argv.length > 0 ? (argv as string[]) : [usualTarget];
    const outputs = outputsFrom(flags, targets.length);
    // A snapshot of a host is of its kind, too: only what was named as a host can be looked at again.
    const style = { ...styleFrom(flags), here: targets.every((t) => t === usualTarget || t.includes('://')) };
    const key = keyFrom(flags.sign);
    refuseContradictions(flags, targets.length, key !== undefined && !saves(outputs));
    const pack = await packFrom(flags.rules ?? []);
    const order = { pack, selection: selectionFrom(flags, pack) };
    const occasion = { takenAt: timeFrom(flags.now), files: flags.file ?? [], accounts: flags.account ?? [], tool: thisTool() };
    const reach = reachFrom(flags, () => superset(pack, order.selection));
    const tried = await inJobs(targets, flags.jobs, (name) =>
      scanTarget(
        { name, as: flags.as, user: flags.user, now: flags.now, with: flags.with, called: flags.name, filed: flags.evidence !== undefined, reach },
        order,
        occasion,
        targets.length > 1,
        outputs,
      ),
    );
    const scanned = tried.filter((s) => s !== undefined);
    const reports = scanned.map((s) => s.report);
    const result = gate(reports, flags['fail-on'], flags['allow-incomplete']);
    if (!tellsPeople(outputs)) await tellCaveats(reports);
    const { evidence } = flags;
    if (scanned.length === 0) withdraw(outputs, targets, 'no target could be read', true);
    // What was kept stays, whatever becomes of the other outputs.
    const unwritten = [
      ...(evidence === undefined
        ? []
        : await failing(async () => {
            await keepEvidence(evidence, scanned, rulesFile(flags.rules ?? [], pack.digest), style, key);
            await err(`wrote evidence of ${reports.length === 1 ? reports[0]?.target.name : `${reports.length} targets`} to ${evidence}\n`);
          })),
      ...(await failing(() => emit(reports, outputs, style, saidOf(result.said, scanned.length, targets.length), key))),
    ];
    if (unwritten.length > 0) {
      await err(`${result.said}\n`);
      throw new OutputError(unwritten.map((e) => e.message).join('\n'), unwritten[0]?.hint);
    }
    const defects = scanned.flatMap((s) => s.defects);
    if (defects.length > 0) throw new DefectError(defects.join('\n'));
    process.exitCode = scanned.length < targets.length ? exitStatus.target : result.status;
  }
}

/** What bounds a report is told where no table does. */
async function tellCaveats(reports: readonly Report[]): Promise<void> {
  for (const { target, caveats = [] } of reports) for (const { said } of caveats) await err(`pretrip: ${visible(`${target.name}: ${said}`)}\n`);
}

/** Does the work; an output that could not be written is given back instead of thrown. */
async function failing(work: () => Promise<void>): Promise<OutputError[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof OutputError) return [error];
    throw error;
  }
}

/** Flags that contradict each other are told before anything is looked at. */
function refuseContradictions(flags: { evidence?: string | undefined; with?: string[] | undefined }, targets: number, nothingToSign: boolean): void {
  const { evidence } = flags;
  if (nothingToSign && evidence === undefined)
    throw new UsageError('--sign: there is nothing to sign', 'signed are the evidence (--evidence DIR) and the JSON report (-o json=FILE)');
  if (evidence !== undefined && existsSync(evidence))
    throw new UsageError(`--evidence ${evidence}: is there already`, 'name a directory that is not there yet: evidence is never overwritten');
  if (evidence !== undefined) refuseUnwritable(evidence);
  if (evidence !== undefined && targets > 1 && !evidence.includes('{target}'))
    throw new UsageError(`--evidence ${evidence}: several targets need a directory each`, 'put {target} into the path');
  if (flags.with && targets > 1) throw new UsageError('--with fills up one target', 'scan the others apart');
}

/** The gate's sentence, with what it could not see. */
function saidOf(gate: string, judged: number, targets: number): string {
  if (judged === targets) return gate;
  return judged === 0 ? 'gate: NOTHING JUDGED  no target could be read' : `${gate}; ${targets - judged} of ${targets} targets could not be read`;
}

/** One TARGET argument, and the captures that fill it up. */
interface Wanted extends Asked {
  /** --name: under which it is reported. */
  readonly called?: string | undefined;
  /** Its evidence is kept. */
  readonly filed?: boolean;
  readonly with?: readonly string[] | undefined;
}

/** Scans one target. Of several, one that cannot be read is told and leaves the others alone: undefined. */
async function scanTarget(wanted: Wanted, order: Order, occasion: Occasion, several: boolean, outputs: readonly Output[]): Promise<Scanned | undefined> {
  try {
    const scanned = await scanOpened(wanted, order, occasion);
    if (scanned.report.rules.length === 0 && !scanned.report.undecidedProfiles)
      throw new UsageError('no rule is selected, so nothing would be judged', 'pretrip rules list names the rules and their profiles; -p chooses a profile');
    return scanned;
  } catch (error) {
    if (!(error instanceof TargetError || error instanceof NobodyError) || !several) throw error;
    withdraw(outputs, [wanted.name], error.message);
    await err(`pretrip: ${visible(error.message)}\n`);
    return undefined;
  }
}

async function scanOpened({ with: more, called, filed, ...asked }: Wanted, order: Order, occasion: Occasion): Promise<Scanned> {
  const opened = await openTarget(asked, called);
  try {
    await refuseUnknown(occasion.accounts ?? [], opened);
  } catch (error) {
    if ('host' in opened) await opened.close?.();
    throw error;
  }
  if ('snapshot' in opened) {
    if (filed && called !== undefined && called !== opened.snapshot.header.name)
      throw new UsageError(
        `--name ${called}: evidence keeps the name that the snapshot was recorded under, ${opened.snapshot.header.name}`,
        'capture it under that name: pretrip capture --name NAME',
      );
    const scanned = await scan(more ? await combined(opened.snapshot, more, order) : opened.snapshot, order, occasion);
    return { ...scanned, report: named(scanned.report, called) };
  }
  if (more) throw new UsageError('--with fills up a snapshot', 'capture the host first: pretrip capture -o host.pretrip.jsonl');
  const meter = progress(opened.host.name);
  try {
    return await scan(opened.host, order, { ...occasion, progress: meter.step });
  } finally {
    meter.end();
    await opened.close?.();
  }
}

/** Writes what the verdicts rest on, a directory a target; not before all are signed. */
async function keepEvidence(directory: string, scanned: readonly Scanned[], rules: RulesFile, style: Style, key: string | undefined): Promise<void> {
  const kept: { dir: string; files: NewFile[] }[] = [];
  for (const { snapshot, report } of scanned) {
    const files = await evidenceOf(snapshot, report, json.render(report, style), rules, key);
    kept.push({ dir: directory.replaceAll('{target}', fileName(report.target.name)), files });
  }
  for (const { dir, files } of kept) writeDirectory(dir, files);
}
