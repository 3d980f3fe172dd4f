/** The tree that every text parser returns: values that remember their line and column. */
import type { Json, Where } from '../fact.ts';

/** A place in a text; lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type ScalarType = 'string' | 'integer' | 'float' | 'boolean' | 'date' | 'null';

/**
 * One value. Integers beyond 2^53 keep their nearest number. Dates are text as written.
 * The entries of a map stand in the order of the file and may repeat a key: what a
 * repetition means is for the program that reads the file.
 */
export type TextNode =
  | { readonly is: 'scalar'; readonly type: ScalarType; readonly value: null | boolean | number | string; readonly at: Place }
  | { readonly is: 'list'; readonly items: readonly TextNode[]; readonly at: Place }
  | MapNode;

export interface MapNode {
  readonly is: 'map';
  readonly entries: readonly TextEntry[];
  readonly at: Place;
}

export interface TextEntry {
  readonly key: string;
  /** Where the key (of a TOML table: its header) stands. */
  readonly at: Place;
  readonly value: TextNode;
}

/** Why a text does not parse, lower case, and where. */
export interface TextProblem extends Place {
  readonly message: string;
}

/** A parsed text, or its first problem. Parsers never throw. */
export type Parsed = { readonly is: 'parsed'; readonly root: TextNode } | { readonly is: 'broken'; readonly problem: TextProblem };

/** Deeper nesting than this is refused: no configuration needs it, and recursion must stay bounded. */
export const maxDepth = 100;

export const broken = (message: string, at: Place): Parsed => ({ is: 'broken', problem: { message, line: at.line, column: at.column } });

/** The plain value; a key given twice keeps its last value, as most programs have it. */
export function plain(node: TextNode): Json {
  if (node.is === 'scalar') return node.value;
  if (node.is === 'list') return node.items.map(plain);
  const value: Record<string, Json> = {};
  for (const { key, value: inner } of node.entries)
    Object.defineProperty(value, key, { value: plain(inner), enumerable: true, configurable: true, writable: true });
  return value;
}

/** The value of a key of a map (the last one, if it is given twice). */
export function entry(node: TextNode | undefined, key: string): TextEntry | undefined {
  return node?.is === 'map' ? node.entries.findLast((e) => e.key === key) : undefined;
}

/** Calls `visit` for every value below the root with its path, parents first. List items have their number as segment. */
export function walk(root: TextNode, visit: (path: readonly string[], node: TextNode, at: Place) => void, path: readonly string[] = []): void {
  const children =
    root.is === 'map'
      ? root.entries.map((e) => [e.key, e.value, e.at] as const)
      : root.is === 'list'
        ? root.items.map((n, i) => [String(i), n, n.at] as const)
        : [];
  for (const [key, node, at] of children) {
    visit([...path, key], node, at);
    walk(node, visit, [...path, key]);
  }
}

/** A place in a file as evidence. */
export const placed = (path: string, at: Place, said?: string): Where => ({ path, line: at.line, column: at.column, ...(said === undefined ? {} : { said }) });

/** Line and column of an offset; for several lookups in one text. */
export function placesOf(text: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
}

/** A text without its byte order mark, which every parser here accepts as the real programs do. */
export const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);
