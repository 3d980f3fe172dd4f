/** The rules to judge by: the shipped ones, or those that were named. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Pack } from '../rules/pack.ts';
import { restorePack } from '../rules/stored-pack.ts';
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
  return restorePack(readFileSync(builtPack, 'latin1'), () => readFileSync(builtTexts, 'latin1'));
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
