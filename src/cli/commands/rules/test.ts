import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { pathPattern } from '../../../facts/glob.ts';
import { visible } from '../../../report/text.ts';
import type { Rule } from '../../../rules/rule.ts';
import { loadCases } from '../../../rules/text/cases.ts';
import { tryCase } from '../../../try.ts';
import { eachOf, exitStatus, ProblemsError, UsageError } from '../../errors.ts';
import { hostNamed } from '../../hosts.ts';
import { readPacks } from '../../pack-files.ts';
import { shippedRules } from '../../paths.ts';
import { PretripCommand } from '../../pretrip-command.ts';
import { counted, out } from '../../print.ts';
import { working } from '../../progress.ts';
import { ruleHint } from '../../rule-names.ts';
import { losing } from '../../signals.ts';

export default class RulesTest extends PretripCommand {
  static override readonly undone = 'no case was run';
  static override summary = 'Run the cases beside the rules.';
  static override description = 'Runs each case of NAME.test.yaml through the whole pipeline: the host that the case describes is asked, recorded, and judged.';
  static override examples = ['<%= config.bin %> rules test', '<%= config.bin %> rules test podman.api', '<%= config.bin %> rules test -r my-rules'];
  static override strict = false;
  static override usage = 'rules test [RULE...] [FLAGS]';
  static override args = { rule: Args.string({ ignoreStdin: true, description: 'id of a rule, or of a family of rules; default: all' }) };
  static override flags = {
    rules: Flags.string({ char: 'r', description: 'directory of rules; default: the shipped ones', helpValue: 'DIR' }),
    verbose: Flags.boolean({ char: 'v', description: 'name the cases that passed, too' }),
  };

  async run(): Promise<void> {
    const { root, rules, verbose } = await this.read(RulesTest, ({ argv, flags }) => chosen(flags.rules ?? shippedRules, argv as string[], flags.verbose));
    const work = working('rules test', 'reading');
    const total = { passed: 0, failed: 0 };
    const kept = losing(() => `${counted(total.passed + total.failed, 'case')} had been run, ${total.failed} of them failed`);
    for (const [at, rule] of rules.entries()) {
      work.step(`${rule.id}, ${at} of ${rules.length} rules`);
      await runCases(rule, root, verbose, total);
      // A signal is heard between two rules.
      await new Promise(setImmediate);
    }
    work.end();
    kept();
    await out(`${counted(rules.length, 'rule')}: ${total.passed} passed, ${total.failed} failed\n`);
    if (total.failed > 0) process.exitCode = exitStatus.failed;
  }
}

/** The rules whose cases are to be run. Throws UsageError for a name that none has. */
function chosen(root: string, wanted: readonly string[], verbose: boolean): { root: string; rules: readonly Rule[]; verbose: boolean } {
  const { pack, problems } = readPacks([root]);
  const mistakes = problems.filter((p) => wanted.length === 0 || wanted.some((w) => p.file.includes(w.replaceAll('.', '/'))));
  if (mistakes.length > 0 && !mistakes.every((p) => p.message.startsWith('there is no profile'))) throw new ProblemsError(mistakes);
  const fits = (rule: Rule, name: string): boolean =>
    name.includes('*') ? pathPattern(name.replaceAll('*', '**'))(rule.id) : rule.id === name || rule.id.startsWith(`${name}.`);
  eachOf(wanted, (name) => {
    if (pack.rules.some((r) => fits(r, name))) return;
    const ids = pack.rules.map((r) => r.id);
    throw new UsageError(`no rule is called ${name}`, ruleHint(name, ids));
  });
  return { root, rules: pack.rules.filter((r) => wanted.length === 0 || wanted.some((w) => fits(r, w))), verbose };
}

async function runCases(rule: Rule, root: string, verbose: boolean, total: { passed: number; failed: number }): Promise<void> {
  const file = join(root, `${rule.id.replaceAll('.', '/')}.test.yaml`);
  if (!existsSync(file)) {
    total.failed++;
    await out(`FAIL  ${rule.id}  has no cases: write ${file}\n`);
    return;
  }
  const { cases, problems } = loadCases(file, readFileSync(file, 'utf8'));
  if (!cases) throw new ProblemsError(problems);
  const base = hostNamed(cases.on);
  if (!base) throw new UsageError(`${file}: there is no host "${cases.on}" in fixtures/hosts`);
  for (const trial of cases.cases) {
    const differences = tryCase(rule, base, trial);
    if (differences.length === 0) total.passed++;
    else total.failed++;
    if (differences.length > 0) await out(`FAIL  ${file}:${trial.line}  ${trial.it}\n${differences.map((d) => `      ${visible(d)}\n`).join('')}`);
    else if (verbose) await out(`ok    ${rule.id}  ${trial.it}\n`);
  }
}
