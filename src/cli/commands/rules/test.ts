import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { visible } from '../../../report/text.ts';
import { loadCases } from '../../../rules/text/cases.ts';
import { tryCase } from '../../../try.ts';
import { exitStatus, ProblemsError, UsageError } from '../../errors.ts';
import { hostNamed } from '../../hosts.ts';
import { readPacks } from '../../pack-files.ts';
import { shippedRules } from '../../paths.ts';
import { PretripCommand } from '../../pretrip-command.ts';
import { out } from '../../print.ts';

export default class RulesTest extends PretripCommand {
  static override summary = 'Run the cases beside the rules.';
  static override description = 'Runs each case of NAME.test.yaml through the whole pipeline: the host that the case describes is asked, recorded, and judged.';
  static override examples = ['<%= config.bin %> rules test', '<%= config.bin %> rules test podman.api', '<%= config.bin %> rules test -r my-rules'];
  static override strict = false;
  static override flags = {
    rules: Flags.directory({ char: 'r', description: 'directory of rules; default: the shipped ones', exists: false }),
    verbose: Flags.boolean({ char: 'v', description: 'name the cases that passed, too' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(RulesTest);
    const root = flags.rules ?? shippedRules;
    const wanted = argv as string[];
    const { pack, problems } = readPacks([root]);
    const mistakes = problems.filter((p) => wanted.length === 0 || wanted.some((w) => p.file.includes(w.replaceAll('.', '/'))));
    if (mistakes.length > 0 && !mistakes.every((p) => p.message.startsWith('there is no profile'))) throw new ProblemsError(mistakes);
    const rules = pack.rules.filter((r) => wanted.length === 0 || wanted.some((w) => r.id === w || r.id.startsWith(`${w}.`)));
    if (rules.length === 0) throw new UsageError(`no rule is called ${wanted.join(' or ')}`, 'pretrip rules list names all of them');
    let passed = 0;
    let failed = 0;
    for (const rule of rules) {
      const file = join(root, `${rule.id.replaceAll('.', '/')}.test.yaml`);
      if (!existsSync(file)) {
        failed++;
        await out(`FAIL  ${rule.id}  has no cases: write ${file}\n`);
        continue;
      }
      const { cases, problems: wrong } = loadCases(file, readFileSync(file, 'utf8'));
      if (!cases) throw new ProblemsError(wrong);
      const base = hostNamed(cases.on);
      if (!base) throw new UsageError(`${file}: there is no host "${cases.on}" in fixtures/hosts`);
      for (const trial of cases.cases) {
        const differences = tryCase(rule, base, trial);
        if (differences.length === 0) passed++;
        else failed++;
        if (differences.length > 0) await out(`FAIL  ${file}:${trial.line}  ${trial.it}\n${differences.map((d) => `      ${visible(d)}\n`).join('')}`);
        else if (flags.verbose) await out(`ok    ${rule.id}  ${trial.it}\n`);
      }
    }
    await out(`${rules.length} rules: ${passed} passed, ${failed} failed\n`);
    if (failed > 0) process.exitCode = exitStatus.failed;
  }
}
