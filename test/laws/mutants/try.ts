/**
 * Tries one planted fault: the source is changed as it is loaded, and the law that must notice is tried in both forms.
 * Usage: try.ts NUMBER, a place in the list. Prints what was found, as JSON (see Tried).
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../../src/cli/paths.ts';
import type { Form } from '../form.ts';
import { type Planted, planted } from './planted.ts';

/** For each form the first complaint, or null where the law holds; `stale`: the text is not there once. */
export type Tried = { readonly stale: number } | { readonly rules: number; readonly short: string | null; readonly full: string | null };

const fault = planted[Number(process.argv[2])];
if (!fault) throw new Error('try.ts: give the number of a planted fault');
process.stdout.write(`${JSON.stringify(await tried(fault))}\n`);

async function tried({ file, from, to, law }: Planted): Promise<Tried> {
  const path = join(packageRoot, 'src', file);
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2) return { stale: parts.length - 1 };
  const url = pathToFileURL(path).href;
  registerHooks({ load: (at, context, next) => (at === url ? { ...next(at, context), source: parts.join(to) } : next(at, context)) });
  const { laws } = await import('../laws.ts');
  const { everyRule } = await import('../every-rule.ts');
  const { affectedBy } = await import('./affected.ts');
  const rules = affectedBy(file, everyRule);
  const first = async (form: Form): Promise<string | null> => {
    for (const subject of rules) {
      for (const { name, complaints } of laws) {
        if (name !== law) continue;
        try {
          for await (const complaint of complaints(subject, form)) return `${subject.rule.id}: ${complaint}`;
        } catch (error) {
          return `${subject.rule.id}: ${String(error)}`;
        }
      }
    }
    return null;
  };
  return { rules: rules.length, short: await first('short'), full: await first('full') };
}
