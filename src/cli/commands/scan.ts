import { existsSync } from 'node:fs';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { Order } from '../../inspect.ts';
import { json } from '../../report/formats.ts';
import type { Style } from '../../report/style.ts';
import { visible } from '../../report/text.ts';
import { type Occasion, type Scanned, scan } from '../../scan.ts';
import type { Report } from '../../verdicts/report.ts';
import { gate } from '../../verdicts/summarize.ts';
import { NobodyError, refuseUnknown } from '../accounts.ts';
import { answersFrom, attestFlag, refuseAnswers, withAnswersOf } from '../attestations.ts';
import { combined } from '../combine.ts';
import { allOf, DefectError, exitMeaning, exitStatus, OutputError, TargetError, UsageError } from '../errors.ts';
import { evidenceOf, type KeptTexts, rulesFile } from '../evidence.ts';
import { checkIdentity, emit, fileName, named, type Output, outputFlags, outputsFrom, saves, styleFrom, tellsPeople } from '../outputs.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { err, tell } from '../print.ts';
import { asking, type Work, working } from '../progress.ts';
import { inJobs, jobsFlag, reachFrom, remoteFlags } from '../remote.ts';
import { asOfFlag, paramsWith, selectionFlags, selectionFrom, targetFlags, timeFrom } from '../selection.ts';
import { packFrom } from '../shipped-pack.ts';
import { keyFrom, signFlag } from '../sign.ts';
import { losing } from '../signals.ts';
import { superset } from '../superset.ts';
import { type Asked, openTarget, targetHelp, usualTarget } from '../targets.ts';
import { thisTool } from '../this-tool.ts';
import { refuseUseless } from '../useless.ts';
import { withdraw, withdrawing } from '../withdraw.ts';
import { type NewFile, refuseUnwritable, writeDirectory } from '../write-file.ts';

const evidenceFlags = {
  ...signFlag,
  evidence: Flags.string({
    description: "keep what the verdicts rest on in a new directory; {target} in DIR is the target's name. See: pretrip verify",
    helpValue: 'DIR',
    helpGroup: 'evidence',
  }),
};

const withFlag = {
  with: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'a further capture of the same host ("capture --for"), which answers what the snapshot could not',
    helpValue: 'FILE',
    helpGroup: 'target',
  }),
};

export default class Scan extends PretripCommand {
  static override summary = 'Judge a host: this one, others over SSH, a root directory, or a snapshot.';
  static override description = `${targetHelp} Reads only; "pretrip plan" prints all that may be touched.

Exit status: ${Object.entries(exitMeaning)
    .map(([name, says]) => `${exitStatus[name as keyof typeof exitStatus]} ${says}`)
    .join('; ')}.`;
  static override examples = [
    '<%= config.bin %> scan',
    '<%= config.bin %> scan -p k3d-rootless --fail-on medium',
    '$ sudo <%= config.bin %> scan -p podman-rootless --account driver',
    '<%= config.bin %> scan host.pretrip.jsonl -o table -o sarif=host.sarif',
    '<%= config.bin %> scan /mnt/rootfs --select "podman.*"',
    '<%= config.bin %> scan ssh://edge01 ssh://edge02 --sudo -o json=out/{target}.json',
    '<%= config.bin %> scan ssh://edge01 --evidence edge01 --sign ~/.ssh/id.pub',
    '<%= config.bin %> scan --via "podman exec -i k3d-dev-server-0"',
  ];
  static override strict = false;
  static override args = { target: Args.string({ ignoreStdin: true, description: 'what to judge; default: this host. See: pretrip help targets' }) };
  static override usage = 'scan [TARGET...] [FLAGS]';
  static override flags = {
    ...targetFlags,
    ...withFlag,
    ...selectionFlags,
    ...asOfFlag,
    ...attestFlag,
    ...outputFlags,
    ...evidenceFlags,
    ...jobsFlag,
    ...remoteFlags,
  };

  async run(): Promise<void> {
    await withdrawing(this.argv, Scan.flags, () => this.#scan());
  }

  async #scan(): Promise<void> {
    const { targets, flags, outputs, style, key, takenAt, order, answers } = await this.#asked();
    const occasion = { takenAt, files: flags.file ?? [], accounts: flags.account ?? [], tool: thisTool() };
    const reach = reachFrom(flags, () => superset(order.pack, order.selection));
    let read = 0;
    const kept = losing(() => `nothing was judged and no report written${targets.length > 1 ? `; ${read} of ${targets.length} targets had been read` : ''}`);
    const tried = await inJobs(targets, flags.jobs, async (name) => {
      const wanted = { name, as: flags.as, user: flags.user, now: flags.now, with: flags.with, called: flags.name, filed: flags.evidence !== undefined, reach };
      const scanned = await scanTarget(wanted, order, occasion, targets.length > 1, outputs);
      read += 1;
      return scanned;
    });
    kept();
    const judged = tried.filter((s) => s !== undefined);
    const { reports, mistakes } = await withAnswersOf(
      judged.map((s) => s.report),
      answers,
    );
    const scanned = judged.map((one, at) => ({ ...one, report: reports[at] ?? one.report }));
    const result = gate(reports, flags['fail-on'], flags['allow-incomplete']);
    if (!tellsPeople(outputs)) await tellCaveats(reports);
    const { evidence } = flags;
    if (scanned.length === 0) withdraw(outputs, targets, 'no target could be read', true);
    // What was kept stays, whatever becomes of the other outputs.
    const unwritten = [
      ...(evidence === undefined
        ? []
        : await failing(async () => {
            await keepEvidence(evidence, scanned, { rules: rulesFile(flags.rules ?? [], order.pack.digest), answers: answers?.text }, style, key);
            await tell([`wrote evidence of ${reports.length === 1 ? reports[0]?.target.name : `${reports.length} targets`} to ${evidence}`]);
          })),
      ...(await failing(() => emit(reports, outputs, style, saidOf(result.said, scanned.length, targets.length), key))),
    ];
    if (unwritten.length > 0) throw new OutputError(unwritten.map((e) => e.message).join('\n'), unwritten[0]?.hint);
    const defects = scanned.flatMap((s) => s.defects);
    if (defects.length > 0) throw new DefectError(defects.join('\n'));
    refuseAnswers(mistakes);
    process.exitCode = scanned.length < targets.length ? exitStatus.target : result.status;
  }

  /** The command line, with every mistake in it told before anything is looked at. */
  #asked() {
    return this.read(Scan, async ({ argv, flags }, given) => {
      const targets = argv.length > 0 ? (argv as string[]) : [usualTarget];
      const [outputs, style, key, takenAt, order] = await allOf(
        () => outputsFrom(flags, targets.length),
        // A snapshot of a host is of its kind, too: only what was named as a host can be looked at again.
        () => ({ ...styleFrom(flags), here: targets.every((t) => t === usualTarget || t.includes('://')) }),
        () => keyFrom(flags.sign),
        () => timeFrom(flags.now),
        async () => {
          const pack = await packFrom(flags.rules ?? []);
          const [selection, answers] = await allOf(
            () => selectionFrom({ ...flags, param: paramsWith(flags.param, flags['as-of']) }, pack),
            () => (flags.attest === undefined ? undefined : answersFrom(flags.attest, pack.rules)),
          );
          return { pack, selection, answers };
        },
        () => checkIdentity(flags, targets.length),
        () => refuseContradictions(flags, targets),
        () => refuseUseless(targets, flags, given),
      );
      if (key !== undefined && flags.evidence === undefined && !saves(outputs))
        throw new UsageError('--sign: there is nothing to sign', 'signed are the evidence (--evidence DIR) and the JSON report (-o json=FILE)');
      const { answers, ...wanted } = order;
      return { targets, flags, outputs, style, key, takenAt, order: wanted, answers };
    });
  }
}

/** What bounds a report is told where no table does. */
const tellCaveats = (reports: readonly Report[]): Promise<void> =>
  tell(reports.flatMap(({ target, caveats = [] }) => caveats.map(({ said }) => `pretrip: ${target.name}: ${said}`)));

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
function refuseContradictions(flags: { evidence?: string | undefined; with?: string[] | undefined }, targets: readonly string[]): Promise<unknown> {
  const { evidence } = flags;
  const again = targets.find((target, at) => targets.indexOf(target) !== at);
  return allOf(
    () => {
      if (again !== undefined) throw new UsageError(`${again} is given twice`, 'name each target once');
    },
    () => {
      if (evidence !== undefined && existsSync(evidence))
        throw new UsageError(`--evidence ${evidence}: exists already`, 'name a directory that does not exist yet: evidence is never overwritten');
      if (evidence !== undefined) refuseUnwritable(evidence);
    },
    () => {
      if (evidence !== undefined && targets.length > 1 && !evidence.includes('{target}'))
        throw new UsageError(`--evidence ${evidence}: several targets need a directory each`, 'put {target} into the path');
    },
    () => {
      if (flags.with && targets.length > 1) throw new UsageError('--with adds to one target', 'scan the others on their own');
    },
  );
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
  const work = working(wanted.called ?? nameOf(wanted), 'opening');
  try {
    const scanned = await scanOpened(wanted, order, occasion, work);
    if (scanned.report.summary.selected === 0 && !scanned.report.undecidedProfiles)
      throw new UsageError('no rule is selected, so nothing would be judged', 'pretrip rules list prints the rules and their profiles; -p chooses a profile');
    return scanned;
  } catch (error) {
    if (!(error instanceof TargetError || error instanceof NobodyError) || !several) throw error;
    withdraw(outputs, [wanted.name], error.message);
    await err(`pretrip: ${visible(error.message)}; it was not judged\n`);
    return undefined;
  } finally {
    work.end();
  }
}

/** A target's name before it is open. */
const nameOf = ({ name, reach }: Wanted): string => (name !== usualTarget ? name.replace(/^ssh:\/\//i, '') : (reach?.via ?? 'this host'));

async function scanOpened({ with: more, called, filed, ...asked }: Wanted, order: Order, occasion: Occasion, work: Work): Promise<Scanned> {
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
  if (more) throw new UsageError('--with adds to a snapshot, and this is a host', 'capture the host first: pretrip capture -o host.pretrip.jsonl');
  try {
    return await scan(opened.host, order, { ...occasion, progress: (...count) => work.step(asking(...count)) });
  } finally {
    await opened.close?.();
  }
}

/** Writes what the verdicts rest on, a directory a target; not before all are signed. */
async function keepEvidence(directory: string, scanned: readonly Scanned[], texts: KeptTexts, style: Style, key: string | undefined): Promise<void> {
  const kept: { dir: string; files: NewFile[] }[] = [];
  for (const { snapshot, report } of scanned) {
    const files = await evidenceOf(snapshot, report, { ...texts, report: json.render(report, style) }, key);
    kept.push({ dir: directory.replaceAll('{target}', fileName(report.target.name)), files });
  }
  for (const { dir, files } of kept) writeDirectory(dir, files);
}
