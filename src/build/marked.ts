/** Pages written by people, with parts that are made from the product. */
import { UsageError } from '../cli/errors.ts';

/** The text of a page with what stands between `<!-- NAME -->` and `<!-- /NAME -->` made anew. Throws UsageError where a mark is missing. */
export function withParts(page: string, text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((before, [name, part]) => {
    const marked = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!marked.test(before))
      throw new UsageError(`${page}: there is no place for "${name}"`, `put the lines <!-- ${name} --> and <!-- /${name} --> where it belongs`);
    return before.replace(marked, (_, open: string, close: string) => `${open}${part}\n${close}`);
  }, text);
}
