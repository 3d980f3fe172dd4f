/** One key of a text of TOML, set or taken out, in each of the forms that src/verdicts/toml-edits.ts knows. Pure. */
import { tomlForms } from '../verdicts/toml-edits.ts';

const inPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const blank = '[ \\t]*';
const dotted = (path: readonly string[]): string => path.map((segment) => `"?${inPattern(segment)}"?`).join(`${blank}\\.${blank}`);
const headerOf = (path: readonly string[]): RegExp => new RegExp(`^${blank}\\[${blank}${dotted(path)}${blank}\\]`);
const anyHeader = /^[ \t]*\[/;
const value = `(?:"[^"]*"|'[^']*'|\\[[^\\]]*\\]|[^\\],}]*)`;

/** The lines without the key, in whichever form it stands there. */
export function withoutToml(lines: readonly string[], path: readonly string[]): string[] {
  return tomlForms(path).reduce<string[]>(
    (rest, { table, key, inline }) => {
      const assigned = new RegExp(`^${blank}${dotted(key)}${blank}=${inline === undefined ? '' : `${blank}\\{`}`);
      if (inline === undefined) return withoutLines(rest, table, assigned);
      const member = new RegExp(`([{,])${blank}"?${inPattern(inline)}"?${blank}=${blank}${value}${blank},?`);
      return inTable(rest, table, (line) => (assigned.test(line) ? line.replace(member, '$1').replace(lastComma, ' }') : line));
    },
    [...lines],
  );
}

const lastComma = /,[ \t]*\}/;

/** Each line of a table, the header of the next one included, as sed has it. */
function inTable(lines: readonly string[], table: readonly string[], change: (line: string) => string): string[] {
  let inside = table.length === 0;
  return lines.map((line) => {
    const starts = !inside && table.length > 0 && headerOf(table).test(line);
    const was = inside;
    if (starts) inside = true;
    else if (inside && anyHeader.test(line)) inside = table.length > 0 && headerOf(table).test(line);
    return was && !starts ? change(line) : line;
  });
}

function withoutLines(lines: readonly string[], table: readonly string[], assigned: RegExp): string[] {
  const kept: string[] = [];
  let inside = table.length === 0;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (anyHeader.test(line)) inside = table.length > 0 && headerOf(table).test(line);
    if (!inside || !assigned.test(line)) {
      kept.push(line);
      continue;
    }
    // A list that goes on over lines goes as a whole.
    for (let whole = line; /\[[^\]]*$/.test(whole) && at < lines.length - 1; ) whole += `\n${lines[++at] ?? ''}`;
  }
  return kept;
}

/** The lines with the line of a key where its table is. `header`: the table's name as it is written. */
export function withToml(lines: readonly string[], path: readonly string[], line: string, header: string): string[] {
  const table = path.slice(0, -1);
  const below = (text: string): boolean => headerOf(table).test(text);
  if (lines.some(below)) return lines.flatMap((text) => (below(text) ? [text, line] : [text]));
  const inline = new RegExp(`^(${blank}${dotted(table)}${blank}=${blank}\\{)${blank}`);
  if (lines.some((text) => inline.test(text)))
    return inTable(lines, [], (text) => (inline.test(text) ? text.replace(inline, (_, head: string) => `${head} ${line}, `).replace(lastComma, ' }') : text));
  if (lines.some((text) => new RegExp(`^${blank}${dotted(table)}${blank}\\.`).test(text))) return [`${header}.${line}`, ...lines];
  return [...lines, `[${header}]`, line];
}
