/** The rules to judge by: the shipped ones, or those that were named. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Pack } from '../rules/pack.ts';
import { ProblemsError } from './errors.ts';
import { readPacks } from './pack-files.ts';
import { builtPack, isCheckout, shippedRules } from './paths.ts';

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
  return JSON.parse(readFileSync(builtPack, 'utf8')) as Pack;
}

function newestIn(directory: string): number {
  const rules = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((e) => e.name.endsWith('.yaml') && !e.name.endsWith('.test.yaml'));
  return Math.max(0, ...rules.map((e) => statSync(join(e.parentPath, e.name)).mtimeMs));
}
