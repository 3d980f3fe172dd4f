import * as Flags from '@oclif/core/flags';
import { UsageError } from '../../errors.ts';
import { PretripCommand } from '../../pretrip-command.ts';
import { out } from '../../print.ts';
import { selectionFlags, selectionFrom } from '../../selection.ts';
import { packFrom } from '../../shipped-pack.ts';

export default class RulesList extends PretripCommand {
  static override summary = 'List the rules: id, severity, title, profiles.';
  static override examples = ['<%= config.bin %> rules list', '<%= config.bin %> rules list -p k3d-rootless', '<%= config.bin %> rules list --profiles'];
  static override flags = {
    ...selectionFlags,
    profiles: Flags.boolean({ description: 'list the profiles instead' }),
    json: Flags.boolean({ description: 'as JSON' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RulesList);
    const pack = await packFrom(flags.rules ?? []);
    if (flags.profiles) {
      const rows = [...pack.profiles]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((p) => ({ id: p.id, title: p.title, rules: pack.rules.filter((r) => r.profiles.includes(p.id)).length }));
      if (flags.json) return out(`${JSON.stringify(rows, null, 2)}\n`);
      const width = Math.max(...rows.map((r) => r.id.length));
      return out(rows.map((r) => `${r.id.padEnd(width)}  ${String(r.rules).padStart(3)} rules  ${r.title}\n`).join(''));
    }
    const { wants } = selectionFrom(flags, pack);
    const rules = pack.rules
      .filter((r) => wants(r) && (!flags.profile || r.profiles.some((p) => flags.profile?.includes(p))))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    if (rules.length === 0) throw new UsageError('no rule is selected');
    if (flags.json)
      return out(
        `${JSON.stringify(
          rules.map(({ id, title, severity, profiles, controls }) => ({ id, title, severity, profiles, controls })),
          null,
          2,
        )}\n`,
      );
    if (!process.stdout.isTTY) return out(rules.map((r) => `${r.id}\t${r.severity}\t${r.title}\t${r.profiles.join(',')}\n`).join(''));
    const width = Math.max(...rules.map((r) => r.id.length));
    return out(
      `${rules.map((r) => `${r.id.padEnd(width)}  ${r.severity.padEnd(8)}  ${r.title}\n`).join('')}\n${rules.length} rules; pretrip rules show ID tells all about one\n`,
    );
  }
}
