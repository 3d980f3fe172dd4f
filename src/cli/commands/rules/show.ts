import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { describeRule } from '../../../explain/describe.ts';
import { describeKinds } from '../../../explain/describe-kinds.ts';
import type { Kind } from '../../../facts/kind.ts';
import { describePattern } from '../../../facts/pattern.ts';
import { kinds, kindsByName } from '../../../kinds/kinds.ts';
import { plan } from '../../../plan/plan.ts';
import type { Pack } from '../../../rules/pack.ts';
import type { Rule } from '../../../rules/rule.ts';
import { loadCases } from '../../../rules/text/cases.ts';
import { hintFor } from '../../../rules/text/suggest.ts';
import { UsageError } from '../../errors.ts';
import { shippedRules } from '../../paths.ts';
import { PretripCommand } from '../../pretrip-command.ts';
import { out, outPage } from '../../print.ts';
import { ruleHint } from '../../rule-names.ts';
import { selectionFlags } from '../../selection.ts';
import { packFrom } from '../../shipped-pack.ts';

export default class RulesShow extends PretripCommand {
  static override readonly undone = 'nothing was shown';
  static override summary = 'Explain a rule: how to fix what it finds, why, what it expects.';
  static override examples = [
    '<%= config.bin %> rules show podman.api.service-timeout',
    '<%= config.bin %> rules show podman.api.service-timeout --reads',
    '<%= config.bin %> rules show --kinds delegation',
  ];
  static override usage = ['rules show RULE [--reads] [--json] [-r PATH]', 'rules show --kinds [KIND]'];
  static override args = { rule: Args.string({ ignoreStdin: true, description: 'id of the rule; with --kinds, name of a fact kind' }) };
  static override flags = {
    rules: selectionFlags.rules,
    reads: Flags.boolean({ description: 'print all that the rule may touch, as pretrip plan does' }),
    kinds: Flags.boolean({ description: 'show the fact kinds and operators that rules are written with, or one kind' }),
    json: Flags.boolean({ description: 'as JSON' }),
  };

  async run(): Promise<void> {
    const { flags, rule, kind } = await this.read(RulesShow, async ({ args, flags: given }) => {
      refuseContradictions(given);
      if (given.kinds) return { flags: given, kind: args.rule === undefined ? undefined : kindNamed(args.rule), rule: undefined };
      if (args.rule === undefined) throw new UsageError('RULE is missing', 'pretrip rules list prints all of them; --kinds shows what they are written with');
      return { flags: given, rule: ruleNamed(args.rule, await packFrom(given.rules ?? [])), kind: undefined };
    });
    if (!rule) return outPage(describeKinds(kind ? [kind] : kinds, kind !== undefined));
    if (flags.json) return out(`${JSON.stringify(rule, null, 2)}\n`);
    const touches = plan([rule], kindsByName, (r, name) => r.params[name]?.default ?? null);
    if (flags.reads) return out(touches.map(({ pattern }) => `${describePattern(pattern)}\n`).join(''));
    return outPage(describeRule(rule, casesOf(rule), { command: `pretrip rules show ${rule.id} --reads`, patterns: touches.length }));
  }
}

function refuseContradictions({ reads, kinds: words, json }: { reads: boolean; kinds: boolean; json: boolean }): void {
  const [one, another] = [...(words ? ['--kinds'] : []), ...(reads ? ['--reads'] : []), ...(json ? ['--json'] : [])];
  if (one !== undefined && another !== undefined) throw new UsageError(`${one} and ${another} do not go together`, 'leave one of them out');
}

function kindNamed(name: string): Kind {
  const kind = kindsByName.get(name);
  if (!kind)
    throw new UsageError(
      `there is no fact kind "${name}"`,
      hintFor(
        name,
        kinds.map((k) => k.name),
        'pretrip rules show --kinds',
      ),
    );
  return kind;
}

function ruleNamed(id: string, { rules }: Pack): Rule {
  const rule = rules.find((r) => r.id === id || r.formerly.includes(id));
  if (rule) return rule;
  const ids = rules.map((r) => r.id);
  const family = ids.filter((other) => other.startsWith(`${id.replace(/\.\*$/, '')}.`));
  throw new UsageError(
    `there is no rule "${id}"`,
    family.length > 0
      ? `it is a family: ${family.slice(0, 3).join(', ')}${family.length > 3 ? ', …' : ''}; pretrip rules list --select '${id.replace(/\.\*$/, '')}.*'`
      : ruleHint(id, ids),
  );
}

/** The sentences of the cases beside a shipped rule. */
function casesOf(rule: Rule): { it: string; gives: string }[] {
  const file = join(shippedRules, `${rule.id.replaceAll('.', '/')}.test.yaml`);
  const cases = existsSync(file) ? (loadCases(file, readFileSync(file, 'utf8')).cases?.cases ?? []) : [];
  return cases.map((c) => ({ it: c.it, gives: [...new Set(Object.values(c.gives))].join(', ') }));
}
