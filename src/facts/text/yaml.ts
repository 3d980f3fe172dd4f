/** YAML with the line and column of every key and value. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type ScalarTag,
  type Tags,
  type YAMLMap,
} from 'yaml';
import { broken, maxDepth, type Parsed, type Place, type ScalarType, type TextEntry, type TextNode, withoutMark } from './node.ts';
import { remembered } from './remembered.ts';

export interface YamlOptions {
  /**
   * `1.1` for programs on go-yaml v2, where `yes` is true and `0600` is octal (K3s);
   * `1.2`, the default, for the rest.
   */
  readonly version?: '1.1' | '1.2';
  /** Only the first document counts, as for Go's Unmarshal: what follows it is not even read. */
  readonly first?: true;
}

/** Parses a text that holds one document; an empty text is null. A second document is a problem. */
export function parseYaml(source: string, options: YamlOptions = {}): Parsed {
  const all = parseYamlAll(source, options);
  const second = options.first ? undefined : all[1];
  if (second && all[0]?.is === 'parsed') return broken('a second document', second.is === 'parsed' ? second.root.at : second.problem);
  return all[0] ?? { is: 'parsed', root: { is: 'scalar', type: 'null', value: null, at: { line: 1, column: 1 } } };
}

/** Where a character stands that YAML does not allow (c-printable of YAML 1.2; go-yaml refuses it in the same way). */
function controlIn(source: string): Place | undefined {
  const at = source.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (at < 0) return undefined;
  const before = source.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/**
 * Parses every document of a text. Keys given twice are all kept; `<<` is merged as
 * every Go library does; aliases are resolved within a limit.
 */
export function parseYamlAll(source: string, options: YamlOptions = {}): readonly Parsed[] {
  return options.version === '1.1' ? documents11(source) : documents12(source);
}

const documents11 = remembered((source) => documentsOf(source, '1.1'));
const documents12 = remembered((source) => documentsOf(source, '1.2'));

function documentsOf(source: string, version: '1.1' | '1.2'): readonly Parsed[] {
  const control = controlIn(source);
  if (control) return [broken('a control character, which no program takes', control)];
  const lines = new LineCounter();
  // A text may hold a mistake on every line, and each would keep the stack that it was found with.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const documents = parseAllDocuments(withoutMark(source), {
      version,
      lineCounter: lines,
      uniqueKeys: false,
      logLevel: 'silent',
      prettyErrors: false,
      // go-yaml does not know YAML 1.1's base 60 (1:30), nor dates among untyped values.
      ...(version === '1.1' ? { customTags: (tags: Tags) => [...tags.filter((t) => typeof t === 'string' || !notInGo(t)), octal] } : {}),
    });
    return [...documents].map((document) => converted(document, lines));
  } catch (error) {
    // The composer recurses once a level; this is what it does on thousands of brackets.
    if (error instanceof RangeError) return [broken(`nested deeper than ${maxDepth}`, { line: 1, column: 1 })];
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What go-yaml v2 takes for a number as Go itself writes it. */
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  format: 'OCT',
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => Number.parseInt(text.replace(/0o|_/g, ''), 8),
};

const notInGo = (tag: Exclude<Tags[number], string>): boolean => tag.tag === 'tag:yaml.org,2002:timestamp' || ('format' in tag && tag.format === 'TIME');

function converted(document: Document.Parsed, lines: LineCounter): Parsed {
  const error = document.errors[0];
  if (error) return broken(firstLine(error.message), placeAt(lines, error.pos[0]));
  try {
    return { is: 'parsed', root: new Converter(document, lines).node(document.contents, 0) };
  } catch (refusal) {
    if (refusal instanceof Refused) return broken(refusal.message, refusal.at);
    throw refusal;
  }
}

const firstLine = (message: string): string => (message.split('\n')[0] ?? '').replace(/^./, (c) => c.toLowerCase()).replace(/ a \}$/, ' a closing brace');

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

class Refused extends Error {
  readonly at: Place;
  constructor(message: string, at: Place) {
    super(message);
    this.at = at;
  }
}

/** What aliases may add to a document before it counts as an attack ("billion laughs"). */
const maxAliased = 10_000;

class Converter {
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  #aliased = 0;
  #inAlias = 0;

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  node(node: Node | null, depth: number): TextNode {
    const at = placeAt(this.#lines, node?.range?.[0] ?? this.#document.range[0]);
    if (depth > maxDepth) throw new Refused(`nested deeper than ${maxDepth}`, at);
    if (this.#inAlias > 0 && ++this.#aliased > maxAliased) throw new Refused(`aliases expand to more than ${maxAliased} values`, at);
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (!target) throw new Refused(`unresolved alias ${node.source}`, at);
      this.#inAlias += 1;
      const value = this.node(target, depth + 1);
      this.#inAlias -= 1;
      return value;
    }
    if (isMap(node)) return { is: 'map', entries: this.#entries(node, depth), at };
    if (isSeq(node)) return { is: 'list', items: node.items.map((item) => this.node(item as Node | null, depth + 1)), at };
    return isScalar(node) ? scalar(node, at) : { is: 'scalar', type: 'null', value: null, at };
  }

  #entries(map: YAMLMap, depth: number): TextEntry[] {
    const own: TextEntry[] = [];
    const merged: TextEntry[] = [];
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const at = placeAt(this.#lines, pair.key.range?.[0] ?? 0);
      const value = pair.value ? this.node(pair.value, depth + 1) : emptyAt(at);
      if (isMergeKey(pair.key)) for (const one of mergedFrom(value)) merged.push(one);
      else own.push({ key: keyText(pair.key, this.node(pair.key, depth + 1)), at, value });
    }
    // What a map sets itself beats what it merges in, wherever `<<` stands.
    const set = new Set(own.map(({ key }) => key));
    return [...merged.filter(({ key }) => !set.has(key)), ...own];
  }
}

const emptyAt = (at: Place): TextNode => ({ is: 'scalar', type: 'null', value: null, at });

const isMergeKey = (key: Node): boolean => isScalar(key) && (typeof key.value === 'symbol' || (key.value === '<<' && key.type === 'PLAIN'));

function mergedFrom(value: TextNode): TextEntry[] {
  if (value.is === 'map') return [...value.entries];
  if (value.is !== 'list') return [];
  const seen = new Set<string>();
  return value.items.flatMap((item) => (item.is === 'map' ? item.entries : [])).filter((e) => !seen.has(e.key) && seen.add(e.key));
}

/** A key as a Go program prints it: the words of a plain key, not what YAML resolves them to. */
function keyText(key: Node, value: TextNode): string {
  if (isScalar(key) && typeof key.source === 'string') return key.source;
  return value.is === 'scalar' ? String(value.value) : JSON.stringify(value.is);
}

function scalar(node: Scalar, at: Place): TextNode {
  const value = node.value;
  if (value === null || value === undefined) return { is: 'scalar', type: 'null', value: null, at };
  if (typeof value === 'boolean') return { is: 'scalar', type: 'boolean', value, at };
  if (typeof value === 'number' && !Number.isFinite(value)) return { is: 'scalar', type: 'string', value: node.source ?? String(value), at };
  if (typeof value === 'number' || typeof value === 'bigint') return { is: 'scalar', type: typeOfNumber(node), value: Number(value), at };
  return { is: 'scalar', type: 'string', value: typeof value === 'string' ? value : String(node.source ?? ''), at };
}

const typeOfNumber = (node: Scalar): ScalarType =>
  Number.isInteger(node.value) && !/[.eE]/.test(/^0x/i.test(node.source ?? '') ? '' : (node.source ?? '')) ? 'integer' : 'float';
