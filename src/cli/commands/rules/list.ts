import * as Flags from '@oclif/core/flags';
import { chooseRules } from '../../../inspect.ts';
import { controlsLeft } from '../../../rules/narrowing.ts';
import type { Pack } from '../../../rules/pack.ts';
import type { Rule } from '../../../rules/rule.ts';
import { inColumns } from '../../columns.ts';
import { UsageError } from '../../errors.ts';
import { PretripCommand } from '../../pretrip-command.ts';
import { counted, out } from '../../print.ts';
import { profileFlag, selectionFlags, selectionFrom } from '../../selection.ts';
import { packFrom } from '../../shipped-pack.ts';

export default class RulesList extends PretripCommand {
  static override readonly undone = 'nothing was listed';
  static override summary = 'List the rules: id, severity, title, profiles.';
  static override examples = [
    '<%= config.bin %> rules list',
    '<%= config.bin %> rules list -p k3d-rootless',
    '<%= config.bin %> rules list -p k3s-cis --param benchmark=2.1',
    '<%= config.bin %> rules list --profiles',
  ];
  static override flags = {
    profile: profileFlag('only rules of this profile; default: all'),
    rules: selectionFlags.rules,
    select: selectionFlags.select,
    ignore: selectionFlags.ignore,
    param: selectionFlags.param,
    profiles: Flags.boolean({ description: 'list the profiles instead', helpGroup: 'output' }),
    json: Flags.boolean({ description: 'as JSON', helpGroup: 'output' }),
  };

  async run(): Promise<void> {
    const { flags, pack, rules } = await this.read(RulesList, async ({ flags: given }, named) => {
      const narrowing = ['select', 'ignore', 'profile', 'param'].find((flag) => named.has(flag));
      if (given.profiles && narrowing !== undefined)
        throw new UsageError(`--${narrowing} chooses rules, and --profiles lists profiles`, 'leave one of them out');
      const read = await packFrom(given.rules ?? []);
      return { flags: given, pack: read, rules: given.profiles ? [] : chosen(read, given) };
    });
    if (flags.profiles) return out(profilesText(pack, flags.json));
    if (flags.json) return out(jsonOf(rules.map(({ id, title, severity, profiles, controls }) => ({ id, title, severity, profiles, controls }))));
    if (!process.stdout.isTTY) return out(rules.map((r) => `${r.id}\t${r.severity}\t${r.title}\t${r.profiles.join(',')}\n`).join(''));
    const rows = rules.map((r) => [r.id, r.severity, r.title]);
    return out(
      `${inColumns(['RULE', 'SEVERITY', 'TITLE'], rows, process.stdout.columns ?? 80)}\n${counted(rules.length, 'rule')}; pretrip rules show RULE prints all about one\n`,
    );
  }
}

function chosen(pack: Pack, flags: Parameters<typeof selectionFrom>[0]): Rule[] {
  const selection = selectionFrom(flags, pack);
  const { profile } = flags;
  const profiles = pack.profiles.filter((p) => profile?.includes(p.id) ?? true);
  const rules = chooseRules({ pack, selection: { ...selection, byName: profile === undefined } }, profiles).map((rule) => ({
    ...rule,
    controls: controlsLeft(rule, profiles, selection.params),
  }));
  if (rules.length === 0) throw new UsageError('no rule is selected', 'each of --profile, --select and --ignore narrows the list; leave one out');
  return rules;
}

function profilesText(pack: Pack, json: boolean): string {
  const rows = [...pack.profiles]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((p) => ({ id: p.id, title: p.title, rules: pack.rules.filter((r) => r.profiles.includes(p.id)).length }));
  if (json) return jsonOf(rows);
  const cells = rows.map((r) => [r.id, `${String(r.rules).padStart(3)} ${r.rules === 1 ? 'rule ' : 'rules'}`, r.title]);
  return process.stdout.isTTY
    ? inColumns(['PROFILE', '    RULES', 'TITLE'], cells, process.stdout.columns ?? 80)
    : inColumns(undefined, cells, Number.POSITIVE_INFINITY);
}

const jsonOf = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
