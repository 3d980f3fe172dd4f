/** TOML 1.0 with the line and column of every key and value. */
import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { broken, type MapNode, maxDepth, type Parsed, type Place, placesOf, type TextEntry, type TextNode, withoutMark } from './node.ts';
import { remembered } from './remembered.ts';
import { flatToml } from './toml-flat.ts';

/**
 * Parses a TOML text. Keys and tables are compared exactly, so a table given twice
 * is a problem but `[engine]` beside `[Engine]` is not: that is also how Go's
 * decoder has it (BurntSushi/toml parse.go), and the real program then matches
 * names without regard to case.
 */
export const parseToml = remembered((source: string): Parsed => {
  const marked = withoutMark(source);
  const control = refused.exec(marked);
  if (control) return broken('a control character, which TOML does not allow', placesOf(marked)(control.index));
  const flat = flatToml(marked);
  return flat ? { is: 'parsed', root: flat } : parseFully(marked);
});

/** By the parser, whatever stands there. */
export function parseFully(marked: string): Parsed {
  const text = withoutComments(marked);
  try {
    return { is: 'parsed', root: new Builder().build(parseTOML(text)) };
  } catch (error) {
    if (error instanceof ParseError)
      return broken(
        error.message.replace(/^./, (c) => c.toLowerCase()),
        placesOf(text)(lastWritten(text, error.index)),
      );
    if (error instanceof TooDeep) return broken(`nested deeper than ${maxDepth}`, error.at);
    // The parser recurses once a level; this is what it does on thousands of brackets.
    if (error instanceof RangeError) return broken(`nested deeper than ${maxDepth}`, { line: 1, column: 1 });
    throw error;
  }
}

/**
 * Without what stands on lines of comment alone: the parser looks at each of their characters, and shipped files hold
 * little else. Lines keep their numbers. Left alone where a string may go over several lines.
 */
const withoutComments = (text: string): string => (/"""|'''/.test(text) ? text : text.replace(/(^|\n)[ \t]*#[^\r\n]*(?=\r?\n|$)/g, '$1'));

/** A carriage return counts as one where no line feed follows. */
const refused = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\r(?!\n)/;

/** A missing value is reported where the next token stands; the reader looks for the line that lacks it. */
function lastWritten(text: string, offset: number): number {
  let at = offset;
  if (at >= text.length || text[at] === '\n' || text[at] === '\r') while (at > 0 && /\s/.test(text[at - 1] ?? '')) at--;
  return text[at] === undefined || /\s/.test(text[at] ?? '') ? Math.max(at - 1, 0) : at;
}

class TooDeep extends Error {
  readonly at: Place;
  constructor(at: Place) {
    super('too deep');
    this.at = at;
  }
}

interface Growing extends MapNode {
  readonly entries: Growth[];
}
type Growth = { -readonly [K in keyof TextEntry]: TextEntry[K] };

class Builder {
  build(program: AST.TOMLProgram): TextNode {
    const root: Growing = { is: 'map', entries: [], at: { line: 1, column: 1 } };
    for (const item of program.body[0].body) {
      if (item.type === 'TOMLKeyValue') this.#assign(root, item, 0);
      else this.#table(root, item);
    }
    return root;
  }

  #table(root: Growing, table: AST.TOMLTable): void {
    const keys = table.key.keys.map(nameOf);
    const at = startOf(table);
    if (keys.length > maxDepth) throw new TooDeep(at);
    const parent = keys.slice(0, -1).reduce((map, key) => child(map, key, at), root);
    const last = keys.at(-1) as string;
    const body = table.kind === 'array' ? element(parent, last, at) : child(parent, last, at);
    for (const pair of table.body) this.#assign(body, pair, keys.length);
  }

  #assign(map: Growing, pair: AST.TOMLKeyValue, depth: number): void {
    const keys = pair.key.keys.map(nameOf);
    const at = startOf(pair);
    if (depth + keys.length > maxDepth) throw new TooDeep(at);
    const parent = keys.slice(0, -1).reduce((inner, key) => child(inner, key, at), map);
    add(parent, { key: keys.at(-1) as string, at, value: this.#value(pair.value, depth + keys.length) });
  }

  #value(node: AST.TOMLContentNode, depth: number): TextNode {
    const at = startOf(node);
    if (depth > maxDepth) throw new TooDeep(at);
    if (node.type === 'TOMLArray') return { is: 'list', items: node.elements.map((e) => this.#value(e, depth + 1)), at };
    if (node.type === 'TOMLInlineTable') {
      const map: Growing = { is: 'map', entries: [], at };
      for (const pair of node.body) this.#assign(map, pair, depth + 1);
      return map;
    }
    switch (node.kind) {
      case 'string':
      case 'boolean':
      case 'integer':
        return { is: 'scalar', type: node.kind, value: node.value, at };
      case 'float':
        // JSON has no infinity; as text it fails every numeric comparison.
        return { is: 'scalar', type: 'float', value: Number.isFinite(node.value) ? node.value : String(node.value), at };
      default:
        return { is: 'scalar', type: 'date', value: node.datetime, at };
    }
  }
}

const nameOf = (key: AST.TOMLBare | AST.TOMLQuoted): string => (key.type === 'TOMLBare' ? key.name : key.value);
const startOf = (node: AST.TOMLNode): Place => ({ line: node.loc.start.line, column: node.loc.start.column + 1 });

/** The last entry of each key, by table: a file may hold thousands of tables. */
const lastEntries = new WeakMap<Growing, Map<string, Growth>>();

const lastEntry = (map: Growing, key: string): Growth | undefined => lastEntries.get(map)?.get(key);

function add(map: Growing, entry: Growth): void {
  map.entries.push(entry);
  const known = lastEntries.get(map) ?? new Map<string, Growth>();
  lastEntries.set(map, known.set(entry.key, entry));
}

/** The table at a key, made if it is not there; of an array of tables, its last element. */
function child(map: Growing, key: string, at: Place): Growing {
  const found = lastEntry(map, key)?.value;
  if (found?.is === 'map') return found as Growing;
  if (found?.is === 'list') return found.items.at(-1) as Growing;
  const made: Growing = { is: 'map', entries: [], at };
  add(map, { key, at, value: made });
  return made;
}

function element(map: Growing, key: string, at: Place): Growing {
  const made: Growing = { is: 'map', entries: [], at };
  const found = lastEntry(map, key);
  if (found?.value.is === 'list') (found.value.items as TextNode[]).push(made);
  else add(map, { key, at, value: { is: 'list', items: [made], at } });
  return made;
}
