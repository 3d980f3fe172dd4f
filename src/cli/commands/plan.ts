import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { describePattern } from '../../facts/pattern.ts';
import { chooseRules, presenceRules } from '../../inspect.ts';
import { kindsByName } from '../../kinds/kinds.ts';
import { plan, type Touch } from '../../plan/plan.ts';
import { touchedByLookUp } from '../accounts.ts';
import { allOf, TargetError, UsageError } from '../errors.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { out } from '../print.ts';
import { selectionFlags, selectionFrom, targetFlags } from '../selection.ts';
import { packFrom } from '../shipped-pack.ts';
import { paramsOf } from '../superset.ts';
import { usualTarget, whatStandsAt } from '../targets.ts';

export default class Plan extends PretripCommand {
  static override summary = 'Print every path, program, socket and variable that an inspection may touch.';
  static override description =
    'Touches nothing. In paths, ~ is the home, {uid} and {user} the id and name of the account in question (each rootless user in turn), {files} is what --file names, * matches within a name, ** anything. An inspection that asked for more would be a defect, and is stopped. Of a root directory, /etc/hostname and os-release are read besides, for a name that lasts.';
  static override args = {
    target: Args.string({ ignoreStdin: true, description: 'may be left out: the plan is the same for every target', default: usualTarget }),
  };
  static override flags = {
    ...selectionFlags,
    account: targetFlags.account,
    verbose: Flags.boolean({ char: 'v', description: 'name the rules that want each' }),
    json: Flags.boolean({ description: 'as JSON' }),
  };

  async run(): Promise<void> {
    const { flags, pack, selection } = await this.read(Plan, async (parsed) => {
      const [chosen] = await allOf(
        async () => {
          const read = await packFrom(parsed.flags.rules ?? []);
          return { pack: read, selection: selectionFrom(parsed.flags, read) };
        },
        () => refuseNoTarget(parsed.args.target),
      );
      return { flags: parsed.flags, ...chosen };
    });
    const profiles = pack.profiles.filter((p) => selection.profiles?.includes(p.id) ?? true);
    const rules = chooseRules({ pack, selection }, profiles);
    if (rules.length === 0) throw new UsageError('no rule is selected', 'pretrip rules list prints the rules and their profiles');
    // Without -p, whether each profile's subject is present is asked as well.
    const presence = selection.profiles || selection.byName ? [] : presenceRules(pack.profiles);
    const planned = plan([...rules, ...presence], kindsByName, ...paramsOf(pack, selection));
    const touches = (flags.account ?? []).length > 0 ? withLookUp(planned) : planned;
    if (flags.json)
      await out(
        `${JSON.stringify(
          touches.map(({ pattern, rules: by }) => ({ ...pattern, rules: by })),
          null,
          2,
        )}\n`,
      );
    else await out(`${touches.map((t) => line(t, flags.verbose)).join('\n')}\n`);
  }
}

/** With --account, a scan first looks whether the target has accounts of these names. */
function withLookUp(planned: readonly Touch[]): readonly Touch[] {
  const known = new Set(planned.map(({ pattern }) => describePattern(pattern)));
  const more = touchedByLookUp.filter((pattern) => !known.has(describePattern(pattern)));
  return [...planned, ...more.map((pattern) => ({ pattern, rules: ['--account'] }))];
}

/** The plan is the same for all, but what is none is a mistake. Throws UsageError. */
async function refuseNoTarget(name: string): Promise<void> {
  if (name === usualTarget || /^ssh:\/\//i.test(name)) return;
  try {
    await whatStandsAt(name, 'leave it out: the plan is the same for every target');
  } catch (error) {
    if (error instanceof TargetError) throw new UsageError(error.message, error.hint);
    throw error;
  }
}

function line({ pattern, rules }: Touch, verbose: boolean): string {
  return verbose ? `${describePattern(pattern)}\n     ${rules.join(' ')}` : describePattern(pattern);
}
