import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { describeRule } from '../../../explain/describe.ts';
import { describeKinds } from '../../../explain/describe-kinds.ts';
import { kinds, kindsByName } from '../../../kinds/kinds.ts';
import { plan } from '../../../plan/plan.ts';
import { onScreen } from '../../../report/screen.ts';
import { loadCases } from '../../../rules/text/cases.ts';
import { hintFor } from '../../../rules/text/suggest.ts';
import { UsageError } from '../../errors.ts';
import { shippedRules } from '../../paths.ts';
import { PretripCommand } from '../../pretrip-command.ts';
import { out } from '../../print.ts';
import { selectionFlags } from '../../selection.ts';
import { packFrom } from '../../shipped-pack.ts';

export default class RulesShow extends PretripCommand {
  static override summary = 'Show everything a rule is: what it reads and expects, why, how to fix it.';
  static override args = { id: Args.string({ ignoreStdin: true, description: 'id of the rule' }) };
  static override flags = {
    rules: selectionFlags.rules,
    kinds: Flags.boolean({ description: 'show the fact kinds and operators that rules are written with' }),
    json: Flags.boolean({ description: 'as JSON' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RulesShow);
    if (flags.kinds) return out(describeKinds(kinds));
    if (args.id === undefined) throw new UsageError('name a rule', 'pretrip rules list names all of them; --kinds shows what they are written with');
    const pack = await packFrom(flags.rules ?? []);
    const rule = pack.rules.find((r) => r.id === args.id || r.formerly.includes(args.id ?? ''));
    if (!rule)
      throw new UsageError(
        `there is no rule "${args.id}"`,
        hintFor(
          args.id,
          pack.rules.map((r) => r.id),
        ),
      );
    if (flags.json) return out(`${JSON.stringify(rule, null, 2)}\n`);
    const file = join(shippedRules, `${rule.id.replaceAll('.', '/')}.test.yaml`);
    const cases = existsSync(file) ? (loadCases(file, readFileSync(file, 'utf8')).cases?.cases ?? []) : [];
    const page = describeRule(
      rule,
      cases.map((c) => ({ it: c.it, gives: [...new Set(Object.values(c.gives))].join(', ') })),
      {
        command: `pretrip plan${(flags.rules ?? []).map((r) => ` -r ${r}`).join('')} --select ${rule.id}`,
        patterns: plan([rule], kindsByName, (r, name) => r.params[name]?.default ?? null).length,
      },
    );
    if (!process.stdout.isTTY) return out(page);
    const colour = !process.env.NO_COLOR && process.env.TERM !== 'dumb';
    return out(onScreen(page, { width: process.stdout.columns ?? 80, colour, first: ['Why', 'Fix'], last: ['Reads', 'Shown by its cases'] }));
  }
}
