/** One YAML text with positions: every mistake found in it is kept with its line and column. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type Scalar, visit, type YAMLMap } from 'yaml';
import type { Json, Where } from '../../facts/fact.ts';
import type { Problem } from '../rule.ts';
import { hintFor } from './suggest.ts';

export type YamlNode = Node | null | undefined;

/** Reads nodes of one file; collects problems instead of throwing. */
export class Source {
  readonly file: string;
  readonly problems: Problem[] = [];
  readonly root: YamlNode;
  readonly #lines = new LineCounter();

  /** `aliases`: what `*name` stands for takes its place; a rule has none. */
  constructor(file: string, text: string, aliases = false) {
    this.file = file;
    const document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true, version: '1.2' });
    // Behind the first place that is no YAML, the parser only guesses; keys that stand twice are each a mistake.
    const broken = document.errors.find((e) => e.code !== 'DUPLICATE_KEY');
    for (const error of broken ? [broken] : [...document.errors, ...document.warnings]) {
      const { line, col } = this.#lines.linePos(error.pos[0]);
      this.problems.push({
        file,
        line: Math.max(line, 1),
        column: Math.max(col, 1),
        message: lower((error.message.split('\n')[0] ?? '').replace(/ at line \d+.*$/, '')),
      });
    }
    let left = mostAliases;
    if (aliases && this.problems.length === 0) visit(document, { Alias: (_, node) => (left-- > 0 ? node.resolve(document) : visit.BREAK) });
    this.root = document.contents;
  }

  /** The place of a node, for evidence and messages. */
  at(node: YamlNode): Where {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0);
    return { path: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  problem(node: YamlNode, message: string, hint?: string): void {
    const { line, column } = this.at(node);
    this.problems.push({ file: this.file, line: line ?? 1, column: column ?? 1, message, ...(hint ? { hint } : {}) });
  }

  /** The entries of a map in order, or a problem. Keys must be strings. */
  entries(node: YamlNode, what: string): { key: string; keyNode: Scalar; value: YamlNode }[] {
    if (!isMap(node)) {
      this.problem(node, `${what} must be a map`);
      return [];
    }
    return (node as YAMLMap<unknown, unknown>).items.flatMap((pair: Pair<unknown, unknown>) => {
      const key = pair.key as Scalar;
      if (!isScalar(key) || typeof key.value !== 'string') {
        this.problem(key as YamlNode, `a key of ${what} must be text`);
        return [];
      }
      return [{ key: key.value, keyNode: key, value: pair.value as YamlNode }];
    });
  }

  /** The values of a map by key; unknown keys are problems with a suggestion. */
  fields(node: YamlNode, what: string, names: readonly string[]): Map<string, YamlNode> {
    const found = new Map<string, YamlNode>();
    for (const { key, keyNode, value } of this.entries(node, what)) {
      if (names.includes(key)) found.set(key, value);
      else this.problem(keyNode, `unknown key "${key}" in ${what}`, hintFor(key, names));
    }
    return found;
  }

  items(node: YamlNode, what: string): YamlNode[] {
    if (isSeq(node)) return node.items as YamlNode[];
    this.problem(node, `${what} must be a list`);
    return [];
  }

  /** Text that is not empty, or a problem. */
  text(node: YamlNode, what: string): string | undefined {
    if (isScalar(node) && typeof node.value === 'string' && node.value.trim() !== '') return node.value.trim();
    this.problem(node, `${what} must be text`);
    return undefined;
  }

  texts(node: YamlNode, what: string): string[] {
    return this.items(node, what).flatMap((n) => this.text(n, `each of ${what}`) ?? []);
  }

  /** One of the given words, or a problem. */
  word<T extends string>(node: YamlNode, what: string, words: readonly T[]): T | undefined {
    const written = isScalar(node) ? String(node.value) : '';
    if (words.includes(written as T)) return written as T;
    this.problem(node, `${what} must be one of: ${words.join(', ')}`, written === '' ? undefined : hintFor(written, words));
    return undefined;
  }

  /** Any plain value. A number written like an octal mode is a problem: YAML 1.2 reads 0600 as six hundred. */
  json(node: YamlNode): Json {
    if (node === null || node === undefined) return null;
    if (isAlias(node)) {
      this.problem(node, 'aliases are not used in rules');
      return null;
    }
    if (isScalar(node)) {
      if (typeof node.value === 'number' && /^0\d+$/.test(node.source ?? '')) {
        this.problem(node, `unquoted octal ${node.source} would be read as ${node.value}`, `write "${node.source}"`);
      }
      return typeof node.value === 'bigint' ? Number(node.value) : (node.value as Json);
    }
    if (isSeq(node)) return node.items.map((n) => this.json(n as YamlNode));
    const value: Record<string, Json> = {};
    for (const entry of this.entries(node, 'this value')) {
      Object.defineProperty(value, entry.key, { value: this.json(entry.value), enumerable: true, configurable: true, writable: true });
    }
    return value;
  }
}

/** A file in which aliases stand for aliases could grow without end. */
const mostAliases = 1000;

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
