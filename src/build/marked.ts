/** Pages written by people, with parts that are made from the product. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../cli/paths.ts';

/** Rewrites what stands between `<!-- NAME -->` and `<!-- /NAME -->` in a page of the package. Throws where a mark is missing. */
export function writeMarked(page: string, parts: Readonly<Record<string, string>>): void {
  const path = join(packageRoot, page);
  let text = readFileSync(path, 'utf8');
  for (const [name, part] of Object.entries(parts)) {
    const marked = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!marked.test(text)) throw new Error(`${page} has no place for "${name}"`);
    text = text.replace(marked, (_, before: string, after: string) => `${before}${part}\n${after}`);
  }
  writeFileSync(path, text);
}
