/**
 * Tries one planted fault: the source is changed as it is loaded, and the law that must notice is tried in both forms.
 * Usage: try.ts NUMBER, a place in the list. Prints what was found, as JSON (see Tried).
 *        try.ts LAW RULE..., without any fault. Prints those of the rules that the law complains about, as JSON.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../../src/cli/paths.ts';
import type { RuleTried } from '../every-rule.ts';
import type { Form } from '../form.ts';
import { type Planted, planted } from './planted.ts';

/** Where a law first complains. */
export interface Found {
  readonly rule: string;
  readonly complaint: string;
}
/** What was found in each form, or null where the law holds; `stale`: how often the text stands there, if not once. */
export type Tried = { readonly stale: number } | { readonly rules: number; readonly short: Found | null; readonly full: Found | null };

const [what = '', ...ids] = process.argv.slice(2);
const fault = planted[Number(what)];
process.stdout.write(`${JSON.stringify(fault ? await tried(fault) : await complainedOf(what, ids))}\n`);

async function tried({ file, from, to, law }: Planted): Promise<Tried> {
  const path = join(packageRoot, 'src', file);
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2) return { stale: parts.length - 1 };
  const url = pathToFileURL(path).href;
  registerHooks({ load: (at, context, next) => (at === url ? { ...next(at, context), source: parts.join(to) } : next(at, context)) });
  const { everyRule } = await import('../every-rule.ts');
  const { affectedBy } = await import('./affected.ts');
  const rules = affectedBy(file, everyRule);
  return { rules: rules.length, short: await first(law, rules, 'short'), full: await first(law, rules, 'full') };
}

async function complainedOf(law: string, rules: readonly string[]): Promise<string[]> {
  const { everyRule } = await import('../every-rule.ts');
  const chosen = everyRule.filter(({ rule }) => rules.includes(rule.id));
  const found = await Promise.all(chosen.map((subject) => first(law, [subject], 'short')));
  return found.flatMap((f) => (f ? [f.rule] : []));
}

/** What the law first complains about; a law that crashes complains. Its modules are loaded only now: the fault is in place. */
async function first(law: string, rules: readonly RuleTried[], form: Form): Promise<Found | null> {
  const { laws } = await import('../laws.ts');
  for (const subject of rules) {
    for (const { name, complaints } of laws) {
      if (name !== law) continue;
      try {
        for await (const complaint of complaints(subject, form)) return { rule: subject.rule.id, complaint };
      } catch (error) {
        return { rule: subject.rule.id, complaint: String(error) };
      }
    }
  }
  return null;
}
