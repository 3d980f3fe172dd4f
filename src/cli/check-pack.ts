/** Lints a pack as a whole: rules, profiles, and the cases beside each rule. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { type Proof, proofOf } from '../heal.ts';
import { kinds } from '../kinds/kinds.ts';
import { rulesByKind } from '../rules/kind-use.ts';
import type { Problem } from '../rules/rule.ts';
import { type Case, loadCases } from '../rules/text/cases.ts';
import { loadPack, packProblems } from '../rules/text/load-pack.ts';
import { UsageError } from './errors.ts';
import { hostNamed } from './hosts.ts';
import { type LabProofs, labProofs } from './lab-proofs.ts';
import { packFiles } from './pack-files.ts';
import { shippedRules } from './paths.ts';

interface Checked {
  readonly problems: readonly Problem[];
  readonly rules: number;
  readonly profiles: number;
  readonly cases: number;
  /** By kind the ids of the rules that ask about it. */
  readonly kinds: ReadonlyMap<string, readonly string[]>;
  /** By rule how its remedy is shown to heal; worked out when asked. */
  proofs(): ReadonlyMap<string, Proof>;
  /** The rules whose remedy the lab has shown to heal; read when asked. */
  inLab(): LabProofs;
}

/** Every mistake in the rules at `path`; where there are none, UsageError. Profiles of the packs in `beside` may be named. */
export function checkPack(path: string, beside: readonly string[], step: (what: string) => void = () => {}): Checked {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info && !info.isDirectory())
    throw new UsageError(`${path} is not a directory of rules`, 'name the directory that the rule stands in, so that its cases are checked, too');
  const loaded = loadPack(packFiles(path), path === shippedRules ? 'rules' : path);
  const others = beside.map((b) => loadPack(packFiles(b), b));
  const problems = [...loaded.problems];
  if (problems.length === 0)
    problems.push(
      ...packProblems([...loaded.rules, ...others.flatMap((o) => o.rules)], [...loaded.profiles, ...others.flatMap((o) => o.profiles)]).filter((p) =>
        [...loaded.rules, ...loaded.profiles].some((r) => r.at.path === p.file),
      ),
    );
  let cases = 0;
  const tried = new Map<string, { readonly on: string; readonly cases: readonly Case[] }>();
  for (const file of glob.sync('**/*.test.{yaml,yml}', { cwd: path }).sort()) {
    const shown = join(path === shippedRules ? 'rules' : path, file);
    step(shown);
    const found = loadCases(shown, readFileSync(join(path, file), 'utf8'));
    problems.push(...found.problems);
    cases += found.cases?.cases.length ?? 0;
    if (found.cases) tried.set(file.replace(/\.test\.ya?ml$/, '').replaceAll('/', '.'), found.cases);
    if (found.cases && !hostNamed(found.cases.on))
      problems.push({ file: shown, line: 1, column: 1, message: `there is no host "${found.cases.on}" in fixtures/hosts` });
    const rule = join(path, file).replace(/\.test(\.ya?ml)$/, '$1');
    if (!existsSync(rule)) problems.push({ file: shown, line: 1, column: 1, message: 'there is no rule beside this test file', hint: `it would be ${rule}` });
  }
  for (const rule of loaded.rules) {
    const file = join(path, `${rule.id.replaceAll('.', '/')}.test.yaml`);
    if (!existsSync(file))
      problems.push({
        file: rule.at.path,
        line: 1,
        column: 1,
        message: `${rule.id} has no cases`,
        hint: `write ${rule.id.replaceAll('.', '/')}.test.yaml beside it`,
      });
  }
  const served = rulesByKind(
    loaded.rules,
    kinds.map((k) => k.name),
  );
  const proofs = (): ReadonlyMap<string, Proof> =>
    new Map(
      loaded.rules.map((rule) => {
        const own = tried.get(rule.id);
        return [rule.id, proofOf(rule, hostNamed(own?.on ?? '') ?? {}, own?.cases ?? [])];
      }),
    );
  return { proofs, inLab: () => labProofs(loaded.rules), problems, rules: loaded.rules.length, profiles: loaded.profiles.length, cases, kinds: served };
}
