import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { Proof } from '../../../heal.ts';
import { checkPack } from '../../check-pack.ts';
import { exitStatus } from '../../errors.ts';
import type { LabProofs } from '../../lab-proofs.ts';
import { shippedRules } from '../../paths.ts';
import { PretripCommand } from '../../pretrip-command.ts';
import { counted, err, out, problemText } from '../../print.ts';
import { working } from '../../progress.ts';

export default class RulesCheck extends PretripCommand {
  static override readonly undone = 'nothing was checked';
  static override summary = 'Find every mistake in rule, profile and test files.';
  static override description = 'Reads the shipped rules, or those at PATH, and prints each mistake with its file, line and column and what to do about it.';
  static override args = { path: Args.string({ ignoreStdin: true, description: 'directory of rules; default: the shipped ones' }) };
  static override flags = { verbose: Flags.boolean({ char: 'v', description: 'name the kinds of facts that serve one rule only, or none' }) };

  async run(): Promise<void> {
    const { args, flags, checked } = await this.read(RulesCheck, (parsed) => {
      const { path } = parsed.args;
      const work = working('rules check', 'reading');
      try {
        return { ...parsed, checked: checkPack(path ?? shippedRules, path === undefined ? [] : [shippedRules], work.step) };
      } finally {
        work.end();
      }
    });
    const { problems, rules, profiles, cases, kinds, proofs, inLab } = checked;
    if (problems.length > 0) {
      await err(`${problemText(problems)}${problems.length} mistake${problems.length === 1 ? '' : 's'}\n`);
      process.exitCode = exitStatus.usage;
      return;
    }
    // Rules of one's own are written with the kinds that there are: only of the shipped ones it matters whom a kind serves.
    const share = args.path === undefined || flags.verbose ? served(kinds) : undefined;
    const counts = [counted(rules, 'rule'), counted(profiles, 'profile'), counted(cases, 'case')].join(', ');
    await out(`${flags.verbose ? (share?.names ?? '') : ''}${counts}${share?.counts ?? ''}: no mistakes\n`);
    await out(remedies(proofs(), flags.verbose));
    // The lab carries out remedies of shipped rules alone.
    const lab = args.path === undefined ? inLab() : undefined;
    if (lab && lab.proven.length + lab.changed.length > 0) await out(labText(lab, flags.verbose));
  }
}

const proofWords: Readonly<Record<Proof, string>> = {
  overlay: 'heal a failing case by their files alone',
  host: 'need a running host',
  manual: 'are left to a person',
  asks: 'only ask a person, and never fail',
  none: 'are missing',
};

/** How remedies are shown to heal, counted; and, a line each, which are not shown by files. */
function remedies(proofs: ReadonlyMap<string, Proof>, names: boolean): string {
  const of = (proof: Proof): string[] => [...proofs].flatMap(([rule, p]) => (p === proof ? [rule] : []));
  const kinds = ['overlay', 'host', 'manual', 'asks', 'none'] as const;
  const counts = kinds.flatMap((proof) => (of(proof).length > 0 ? [`${of(proof).length} ${proofWords[proof]}`] : []));
  const named = names ? kinds.slice(1).flatMap((proof) => of(proof).map((rule) => `${rule}\tremedy: ${proof}\n`)) : [];
  return `${named.join('')}remedies: ${counts.join(', ')}\n`;
}

/** How many remedies were carried out on booted hosts and healed; and, a line each, which. */
function labText({ proven, changed }: LabProofs, names: boolean): string {
  const named = names ? proven.map((rule) => `${rule}\tremedy: proven in the lab\n`).join('') : '';
  const since = changed.length > 0 ? `; ${changed.length} more ${changed.length === 1 ? 'was' : 'were'} before the remedy changed` : '';
  return `${named}in the lab: the remedies of ${counted(proven.length, 'rule')} were carried out on a booted host and healed it${since} (docs/truth.md)\n`;
}

/** How many kinds serve one rule only, and how many none; and their names, one a line. */
function served(kinds: ReadonlyMap<string, readonly string[]>): { counts: string; names: string } {
  const few = [...kinds].filter(([, rules]) => rules.length < 2);
  const none = few.filter(([, rules]) => rules.length === 0).length;
  return {
    counts: `, ${kinds.size} kinds (${few.length - none} serve one rule, ${none} none)`,
    names: few.map(([kind, rules]) => `${kind}\t${rules[0] ?? ''}\n`).join(''),
  };
}
