import * as Args from '@oclif/core/args';
import { checkPack } from '../../check-pack.ts';
import { exitStatus } from '../../errors.ts';
import { shippedRules } from '../../paths.ts';
import { PretripCommand } from '../../pretrip-command.ts';
import { err, out, problemText } from '../../print.ts';

export default class RulesCheck extends PretripCommand {
  static override summary = 'Find every mistake in rule, profile and test files.';
  static override description = 'Reads the shipped rules, or those at PATH, and prints each mistake with its file, line and column and what to do about it.';
  static override args = { path: Args.string({ ignoreStdin: true, description: 'directory of rules; default: the shipped ones' }) };

  async run(): Promise<void> {
    const { args } = await this.parse(RulesCheck);
    const { problems, rules, profiles, cases } = checkPack(args.path ?? shippedRules, args.path === undefined ? [] : [shippedRules]);
    if (problems.length > 0) {
      await err(`${problemText(problems)}${problems.length} mistake${problems.length === 1 ? '' : 's'}\n`);
      process.exitCode = exitStatus.usage;
      return;
    }
    await out(`${rules} rules, ${profiles} profiles, ${cases} cases: no mistakes\n`);
  }
}
