/** CONTRIBUTING.md as what it tells to do: each section `## Add …` is a recipe, each of its fenced blocks a step. Pure. */

export type Step =
  /** A line of a block of shell commands. */
  | { readonly do: 'run'; readonly line: number; readonly command: string }
  /** A block under "Write `PATH`": the whole of that file. */
  | { readonly do: 'write'; readonly line: number; readonly path: string; readonly text: string }
  /** A block under "Add to `PATH`": lines at its end. */
  | { readonly do: 'add'; readonly line: number; readonly path: string; readonly text: string };

export interface Recipe {
  /** The words after "Add": `a rule`. */
  readonly adds: string;
  readonly steps: readonly Step[];
}

/** Reads the recipes of a page. Throws an Error with the line of a block that does not say what it is for. */
export function recipesIn(page: string): Recipe[] {
  const recipes: { adds: string; steps: Step[] }[] = [];
  const lines = page.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const heading = /^## (.*)$/.exec(lines[at] ?? '')?.[1];
    if (heading !== undefined) recipes.push({ adds: /^Add (.*)$/.exec(heading)?.[1] ?? '', steps: [] });
    const fence = /^```(\w+)/.exec(lines[at] ?? '');
    if (!fence) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`line ${at + 1}: this block has no end`);
    const recipe = recipes.at(-1);
    if (recipe && recipe.adds !== '') recipe.steps.push(...stepsOf(fence[1] ?? '', lines.slice(at + 1, end), at + 1, leadOf(lines, at)));
    at = end;
  }
  return recipes.filter((r) => r.adds !== '');
}

/** The line above a block, blank ones aside. */
const leadOf = (lines: readonly string[], at: number): string => lines.slice(0, at).findLast((line) => line.trim() !== '') ?? '';

function stepsOf(language: string, block: readonly string[], line: number, lead: string): Step[] {
  if (language === 'sh')
    return block.flatMap((command, at) =>
      command.trim() === '' ? [] : [{ do: 'run', line: line + at + 1, command: command.replace(/\s+#.*$/, '') } as const],
    );
  const [, what, path] = /^(Write|Add to) `([^`]+)`/.exec(lead) ?? [];
  if (what === undefined || path === undefined) throw new Error(`line ${line}: above this block must stand: Write \`PATH\`, or: Add to \`PATH\``);
  return [{ do: what === 'Write' ? 'write' : 'add', line, path, text: `${block.join('\n')}\n` }];
}
