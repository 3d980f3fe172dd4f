/** The TOML of most shipped files: tables of one level, of text, numbers and yes or no, one a line. Read without a parser. */
import type { MapNode, TextEntry, TextNode } from './node.ts';

const nothing = /^[ \t]*(?:#.*)?$/;
const header = /^([ \t]*)\[([\w-]+)\][ \t]*(?:#.*)?$/;
const pair = /^([ \t]*)(?:([\w-]+)|"([^"\\]+)")[ \t]*=[ \t]*(?:"([^"\\]*)"|(true|false)|(0|[1-9]\d{0,14}))[ \t]*(?:#.*)?$/;
/** From the start of such a line to its value. */
const upToValue = /^[ \t]*(?:[\w-]+|"[^"]*")[ \t]*=[ \t]*/;

/** What the parser makes of such a text; undefined where a line is of another form, or a name is given twice. No control characters in `text`. */
export function flatToml(text: string): MapNode | undefined {
  const root: TextEntry[] = [];
  let entries = root;
  let names = new Set<string>();
  const tables = names;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (nothing.test(line)) continue;
    const opened = header.exec(line);
    const entry = opened ? undefined : entryOf(line, index + 1);
    const name = opened?.[2] ?? entry?.key;
    const known = opened ? tables : names;
    if (name === undefined || known.has(name)) return undefined;
    known.add(name);
    if (entry) entries.push(entry);
    else {
      entries = [];
      names = new Set();
      const at = { line: index + 1, column: (opened?.[1] ?? '').length + 1 };
      root.push({ key: name, at, value: { is: 'map', entries, at } });
    }
  }
  return { is: 'map', entries: root, at: { line: 1, column: 1 } };
}

function entryOf(line: string, number: number): TextEntry | undefined {
  const found = pair.exec(line);
  if (!found) return undefined;
  const [, before = '', bare, quoted, text, truth, integer] = found;
  const at = { line: number, column: (upToValue.exec(line)?.[0] ?? '').length + 1 };
  const value: TextNode =
    text !== undefined
      ? { is: 'scalar', type: 'string', value: text, at }
      : truth !== undefined
        ? { is: 'scalar', type: 'boolean', value: truth === 'true', at }
        : { is: 'scalar', type: 'integer', value: Number(integer), at };
  return { key: bare ?? quoted ?? '', at: { line: number, column: before.length + 1 }, value };
}
