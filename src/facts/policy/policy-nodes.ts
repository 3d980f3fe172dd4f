/** Reads the JSON of a policy.json as strictly as the engines' library does (containers/image:signature/internal/json.go), and throws where that refuses. */
import type { Where } from '../fact.ts';
import { placed, type TextEntry, type TextNode } from '../text/node.ts';

/** Why the library takes no policy: thrown from deep inside the reader, and caught where the file is known. */
export class Refused extends Error {
  readonly where: Where;
  constructor(message: string, where: Where) {
    super(message);
    this.where = where;
  }
}

/** What an object may hold under one key: a text, base64, lists of them, or something read elsewhere. */
export type FieldType = 'text' | 'texts' | 'data' | 'datas' | 'any';

/** One key of an object, read. `value` is undefined where the library sees nothing: null, for all but a text. */
export interface Field {
  readonly type: FieldType;
  readonly value: string | readonly string[] | undefined;
  readonly node: TextNode;
  readonly where: Where;
}

export class PolicyNodes {
  readonly #path: string;
  constructor(path: string) {
    this.#path = path;
  }

  at(node: { readonly at: TextNode['at'] }): Where {
    return placed(this.#path, node.at);
  }

  /** The entries of an object, each key once. */
  entries(node: TextNode): readonly TextEntry[] {
    if (node.is !== 'map') throw new Refused('a JSON object is expected here', this.at(node));
    const seen = new Set<string>();
    for (const found of node.entries) {
      if (seen.has(found.key)) throw new Refused(`the key ${JSON.stringify(found.key)} is given twice`, this.at(found));
      seen.add(found.key);
    }
    return node.entries;
  }

  /** The fields of an object that knows these keys; `refuse` says what is wrong with another one, or with one too new. */
  fields(node: TextNode, types: Readonly<Record<string, FieldType>>, refuse: (key: string) => string | undefined): Map<string, Field> {
    const fields = new Map<string, Field>();
    for (const found of this.entries(node)) {
      const type = Object.hasOwn(types, found.key) ? types[found.key] : undefined;
      const wrong = refuse(found.key);
      if (type === undefined || wrong !== undefined) throw new Refused(wrong ?? `unknown key ${JSON.stringify(found.key)}`, this.at(found));
      fields.set(found.key, { type, value: this.#value(type, found), node: found.value, where: this.at(found) });
    }
    return fields;
  }

  #value(type: FieldType, { key, value: node, at }: TextEntry): Field['value'] {
    const none = node.is === 'scalar' && node.type === 'null';
    const where = placed(this.#path, at);
    if (type === 'any') return undefined;
    if (type === 'text') return none ? '' : this.#text(key, node, where);
    if (none) return undefined;
    if (type === 'data') return this.#data(key, node, where);
    if (node.is !== 'list') throw new Refused(`${key} is not a list`, where);
    return node.items.map((item) => {
      if (item.is === 'scalar' && item.type === 'null') return '';
      return type === 'texts' ? this.#text(key, item, where) : this.#data(key, item, where);
    });
  }

  #text(key: string, node: TextNode, where: Where): string {
    if (node.is !== 'scalar' || node.type !== 'string') throw new Refused(`${key} is not a string`, where);
    return String(node.value);
  }

  /** Base64, or a list of bytes, which Go takes as well. */
  #data(key: string, node: TextNode, where: Where): string {
    if (node.is === 'list' && node.items.every(isByte)) return String(node.items.length);
    const text = this.#text(key, node, where);
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replace(/[\r\n]/g, ''))) throw new Refused(`${key} is not base64`, where);
    return text;
  }
}

const isByte = (node: TextNode): boolean =>
  node.is === 'scalar' && (node.type === 'null' || (node.type === 'integer' && Number(node.value) >= 0 && Number(node.value) <= 255));
