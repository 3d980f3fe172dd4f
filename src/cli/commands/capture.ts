import { basename } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { record } from '../../collect/record.ts';
import { packed, writeSnapshot } from '../../collect/snapshot.ts';
import { inspect } from '../../inspect.ts';
import { UsageError } from '../errors.ts';
import { manifest } from '../paths.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { err, out } from '../print.ts';
import { progress } from '../progress.ts';
import { selectionFlags, selectionFrom, targetFlags, timeFrom } from '../selection.ts';
import { packFrom } from '../shipped-pack.ts';
import { openTarget } from '../targets.ts';
import { writeWhole } from '../write-file.ts';

export default class Capture extends PretripCommand {
  static override summary = 'Record a host without judging it.';
  static override description =
    'Writes all answers that the chosen rules want to one snapshot file: JSON Lines, compressed when the name ends in .gz or .zst, readable by its owner only. Secrets are masked before they are written. By default everything that any rule wants is recorded.';
  static override examples = ['<%= config.bin %> capture -o edge01.pretrip.jsonl', 'sudo <%= config.bin %> capture -o edge01.pretrip.jsonl.zst'];
  static override args = { target: Args.string({ description: 'what to record', default: 'local' }) };
  static override flags = {
    ...selectionFlags,
    ...targetFlags,
    output: Flags.string({ char: 'o', description: 'file to write; default: standard output', helpValue: 'FILE' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Capture);
    const pack = await packFrom(flags.rules ?? []);
    const chosen = selectionFrom(flags, pack);
    const opened = await openTarget(args.target, flags.as, flags.user);
    if ('snapshot' in opened) throw new UsageError(`${args.target} is a snapshot already`, 'judge it with: pretrip scan');
    const meter = progress(opened.host.name);
    const everything = !flags.profile && !flags.select;
    const snapshot = await record(
      (function* () {
        // Which profiles are present must be answered by the recording, too; then every rule's questions.
        yield* inspect(pack, { ...chosen, byName: false }, opened.host.user);
        if (everything) yield* inspect(pack, { ...chosen, byName: true }, opened.host.user);
        else yield* inspect(pack, chosen, opened.host.user);
      })(),
      opened.host,
      { takenAt: timeFrom(flags.now), files: flags.file ?? [] },
      manifest.version,
      meter.step,
    );
    meter.end();
    const text = writeSnapshot(snapshot);
    if (flags.output === undefined || flags.output === '-') await out(text);
    else {
      writeWhole(flags.output, packed(text, basename(flags.output)), 0o600);
      await err(`wrote ${flags.output}: ${snapshot.answers.size} answers, ${snapshot.digest}\n`);
    }
  }
}
