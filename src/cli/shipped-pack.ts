/** The rules to judge by: the shipped ones, or those that were named. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Pack, RuleTexts, StoredPack, StoredRule } from '../rules/pack.ts';
import type { Rule } from '../rules/rule.ts';
import { ProblemsError } from './errors.ts';
import { readPacks } from './pack-files.ts';
import { builtPack, builtTexts, isCheckout, shippedRules } from './paths.ts';

/** The shipped pack and the named ones; any mistake in any rule stops the run. */
export async function packFrom(named: readonly string[]): Promise<Pack> {
  if (named.length === 0) {
    const built = readBuilt();
    if (built) return built;
  }
  const { pack, problems } = readPacks([shippedRules, ...named]);
  if (problems.length > 0) throw new ProblemsError(problems);
  return pack;
}

/** The pack that the build made, unless a rule in this checkout is newer. */
function readBuilt(): Pack | undefined {
  const built = statSync(builtPack, { throwIfNoEntry: false });
  if (!built || (isCheckout && newestIn(shippedRules) > built.mtimeMs)) return undefined;
  const { rules, ...pack } = JSON.parse(readFileSync(builtPack, 'utf8')) as StoredPack;
  let texts: ReadonlyMap<string, RuleTexts> | undefined;
  const textsOf = (id: string): RuleTexts => {
    texts ??= new Map((JSON.parse(readFileSync(builtTexts, 'utf8')) as RuleTexts[]).map((t, at) => [rules[at]?.id ?? '', t]));
    return texts.get(id) as RuleTexts;
  };
  // The same three for all rules, whose shape stays one for V8.
  const field = <K extends keyof RuleTexts>(name: K): PropertyDescriptor => ({
    get(this: StoredRule): RuleTexts[K] {
      return textsOf(this.id)[name];
    },
    enumerable: true,
    configurable: true,
  });
  const later = { why: field('why'), references: field('references'), remedy: field('remedy') };
  return { ...pack, rules: rules.map((rule) => Object.defineProperties(rule, later) as Rule) };
}

/** When a rule in this directory was last changed. Names tell directories from files: asking the disk for every name's type takes longer than all else here. */
function newestIn(directory: string): number {
  let newest = 0;
  for (const name of readdirSync(directory)) {
    const path = `${directory}/${name}`;
    if (!name.includes('.')) newest = Math.max(newest, newestIn(path));
    else if (name.endsWith('.yaml') && !name.endsWith('.test.yaml')) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}
