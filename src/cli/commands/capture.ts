import { basename } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type Host, type Progress, record } from '../../collect/record.ts';
import { newNonce } from '../../collect/script/remote.ts';
import { captureScript } from '../../collect/script/render.ts';
import { packed, type Snapshot, writeSnapshot } from '../../collect/snapshot/snapshot.ts';
import { asksCluster } from '../../facts/cluster.ts';
import type { Pattern } from '../../facts/pattern.ts';
import type { Order } from '../../inspect.ts';
import type { Pack } from '../../rules/pack.ts';
import { collect, lookerFor, type Occasion } from '../../scan.ts';
import { refuseUnknown } from '../accounts.ts';
import { accountNamed, askFor, type Wanted, wantedFor } from '../capture-for.ts';
import { allOf, UsageError } from '../errors.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { out, tell } from '../print.ts';
import { asking, working } from '../progress.ts';
import { quietFlag } from '../quiet.ts';
import { reachFrom, remoteFlags } from '../remote.ts';
import { profileFlag, selectionFlags, selectionFrom, targetFlags, timeFrom } from '../selection.ts';
import { packFrom } from '../shipped-pack.ts';
import { keyFrom, sign, signatureMode, signFlag } from '../sign.ts';
import { losing } from '../signals.ts';
import { superset } from '../superset.ts';
import { openTarget, usualTarget } from '../targets.ts';
import { thisTool } from '../this-tool.ts';
import { refuseUseless } from '../useless.ts';
import { refuseUnwritable, writeAll, writeWhole } from '../write-file.ts';

export default class Capture extends PretripCommand {
  static override readonly undone = 'nothing was captured';
  static override summary = 'Record a host without judging it.';
  static override description =
    'Writes all answers that the chosen rules want to one snapshot file: JSON Lines, compressed when the name ends in .gz or .zst, readable by its owner only. Secrets are masked before they are written. By default everything that any rule wants is recorded.';
  static override examples = [
    '<%= config.bin %> capture -o edge01.pretrip.jsonl',
    '$ sudo <%= config.bin %> capture -o edge01.pretrip.jsonl.zst',
    '<%= config.bin %> capture -o edge01.pretrip.jsonl --sign ~/.ssh/id_ed25519',
    '<%= config.bin %> capture --script > capture.sh',
    '<%= config.bin %> capture --for run.json --script > more.sh',
  ];
  static override args = { target: Args.string({ description: 'what to record', default: usualTarget, ignoreStdin: true }) };
  static override flags = {
    ...targetFlags,
    name: Flags.string({ description: 'name under which the target is recorded, and known from run to run', helpValue: 'NAME', helpGroup: 'target' }),
    ...selectionFlags,
    profile: profileFlag('profile whose answers are recorded; default: all that any rule wants'),
    for: Flags.string({
      description: 'capture only what the unknown verdicts of this saved run are missing',
      helpValue: 'RUN',
      helpGroup: 'rule',
    }),
    output: Flags.string({ char: 'o', description: 'file to write; default: standard output', helpValue: 'FILE', helpGroup: 'output' }),
    ...quietFlag,
    script: Flags.boolean({ description: 'print a shell script that captures the host it is run on: sh capture.sh > host.raw', helpGroup: 'output' }),
    ...signFlag,
    ...remoteFlags,
  };

  async run(): Promise<void> {
    const { args, flags, key, pack, chosen, takenAt } = await this.#asked();
    const only = flags.for === undefined ? undefined : await wantedFor(flags.for, pack);
    const everything = !flags.profile && !flags.select;
    const wanted = (): Pattern[] =>
      only ? superset(pack, only.selection, only.profiles) : everything ? superset(pack, { ...chosen, byName: true }, true) : superset(pack, chosen, true);
    const reach = reachFrom(flags, wanted);
    if (flags.script) {
      const questions = reach.questions();
      const script = captureScript(questions.patterns, {
        ...questions,
        nonce: newNonce(),
        ...(only ? { asks: only.asks.filter((ask) => flags.kubectl || !asksCluster(ask)) } : {}),
      });
      if (flags.output === undefined || flags.output === '-') return out(script);
      writeWhole(flags.output, script, 0o600);
      return tell([`wrote ${flags.output}`]);
    }
    const kept = losing(() => 'nothing was captured');
    const work = working(flags.name ?? (args.target === usualTarget ? (flags.via ?? 'this host') : args.target.replace(/^ssh:\/\//i, '')), 'opening');
    const opened = await openTarget({ name: args.target, as: flags.as, user: flags.user, now: flags.now, reach }, flags.name);
    if ('snapshot' in opened) throw new UsageError(`${args.target} is a snapshot already`, `judge it with: pretrip scan ${args.target}`);
    if (only && args.target === usualTarget && flags.via === undefined && ![opened.host.name, flags.name ?? ''].some((name) => only.hosts.includes(name)))
      throw new UsageError(
        `--for ${flags.for}: that run is of ${only.hosts[0]}, and this host is ${opened.host.name}`,
        'capture it there, or name it: pretrip capture TARGET --for RUN.json',
      );
    await refuseUnknown(flags.account ?? [], opened);
    const occasion = {
      takenAt,
      files: flags.file ?? [],
      accounts: flags.account ?? only?.accounts ?? [],
      tool: thisTool(),
      progress: (...count: Parameters<Progress>) => work.step(asking(...count)),
    };
    // Which profiles are present must be answered by the recording, too.
    const orders = [false, everything || chosen.byName].map((byName): Order => ({ pack, selection: { ...chosen, byName } }));
    const recording = only ? this.#more(only, pack, opened.host, occasion) : collect(opened.host, orders, occasion);
    const snapshot = await recording.finally(async () => {
      work.end();
      await opened.close?.();
    });
    // What was cut off stays marked as such: it has no end record.
    const text = writeSnapshot(snapshot);
    if (flags.output === undefined || flags.output === '-') await out(text);
    else {
      const signature =
        key === undefined ? [] : [{ path: `${flags.output}.sig`, content: await sign(Buffer.from(text), 'snapshot', key), mode: signatureMode }];
      writeAll([{ path: flags.output, content: packed(text, basename(flags.output)), mode: 0o600 }, ...signature]);
      await tell([`wrote ${flags.output}${key === undefined ? '' : ' and its signature'}: ${snapshot.answers.size} answers, ${snapshot.digest}`]);
    }
    kept();
  }

  /** The command line, with every mistake in it told before anything is looked at. */
  #asked() {
    return this.read(Capture, async ({ args, flags }, given) => {
      const toFile = flags.output !== undefined && flags.output !== '-';
      const [key, takenAt, { pack, chosen }] = await allOf(
        () => keyFrom(flags.sign),
        () => timeFrom(flags.now),
        async () => {
          const read = await packFrom(flags.rules ?? []);
          return { pack: read, chosen: selectionFrom(flags, read) };
        },
        () => refuseContradictions(flags, toFile),
        () => refuseUseless([args.target], flags, given),
        () => {
          if (toFile) refuseUnwritable(flags.output as string);
        },
        () => {
          if (flags.script && (args.target !== usualTarget || flags.via !== undefined))
            throw new UsageError('--script prints a script for any host', 'leave the target out; to capture over a connection, leave --script out');
        },
      );
      return { args, flags, key, takenAt, pack, chosen };
    });
  }

  /** Asks for what a saved run was missing, on behalf of the account that inspected then. */
  async #more(only: Wanted, pack: Pack, host: Host, occasion: Occasion): Promise<Snapshot> {
    const looker = lookerFor(await accountNamed(only.user, host.user, host.target), host, occasion);
    return record(askFor(only, pack, looker, host.user), host, occasion, occasion.tool.version, occasion.progress);
  }
}

interface Flagged {
  readonly sign?: string | undefined;
  readonly script: boolean;
  readonly for?: string | undefined;
  readonly profile?: string[] | undefined;
  readonly select?: string[] | undefined;
}

function refuseContradictions(flags: Flagged, toFile: boolean): void {
  if (flags.sign !== undefined && (!toFile || flags.script)) throw new UsageError('--sign needs a snapshot file', 'name it: -o host.pretrip.jsonl');
  if (flags.for !== undefined && (flags.profile || flags.select)) throw new UsageError('--for chooses the rules itself', 'leave --profile and --select out');
}
