/** JSON (RFC 8259) with the line and column of every key and value. */
import { broken, maxDepth, type Parsed, type Place, placesOf, type TextEntry, type TextNode, withoutMark } from './node.ts';
import { remembered } from './remembered.ts';

/** Parses one JSON text. Keys given twice are all kept. */
export const parseJson = remembered((source: string): Parsed => {
  const text = withoutMark(source);
  const place = placesOf(text);
  try {
    const reader = new Reader(text, place);
    return { is: 'parsed', root: reader.document() };
  } catch (error) {
    if (error instanceof Malformed) return broken(error.message, place(error.offset));
    throw error;
  }
});

class Malformed extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const blank = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const words = new Map<string, null | boolean>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

class Reader {
  readonly #text: string;
  readonly #place: (offset: number) => Place;
  #at = 0;

  constructor(text: string, place: (offset: number) => Place) {
    this.#text = text;
    this.#place = place;
  }

  document(): TextNode {
    const root = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) this.#fail('text after the end of the value');
    return root;
  }

  #value(depth: number): TextNode {
    this.#skip();
    const at = this.#place(this.#at);
    if (depth > maxDepth) this.#fail(`nested deeper than ${maxDepth}`);
    const next = this.#text[this.#at];
    if (next === '{') return { is: 'map', entries: this.#entries(depth), at };
    if (next === '[') return { is: 'list', items: this.#items(depth), at };
    if (next === '"') return { is: 'scalar', type: 'string', value: this.#string(), at };
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return { is: 'scalar', type: value === null ? 'null' : 'boolean', value, at };
    }
    number.lastIndex = this.#at;
    const digits = number.exec(this.#text);
    if (!digits) this.#fail(next === undefined ? 'unexpected end of text' : 'a value is expected here');
    const whole = digits as RegExpExecArray;
    this.#at += whole[0].length;
    return { is: 'scalar', type: whole[1] === undefined && whole[2] === undefined ? 'integer' : 'float', value: Number(whole[0]), at };
  }

  #entries(depth: number): TextEntry[] {
    const entries: TextEntry[] = [];
    this.#at += 1;
    if (this.#take('}')) return entries;
    do {
      this.#skip();
      const at = this.#place(this.#at);
      if (this.#text[this.#at] !== '"') this.#fail('a key in double quotes is expected here');
      const key = this.#string();
      if (!this.#take(':')) this.#fail('a colon is expected here');
      entries.push({ key, at, value: this.#value(depth + 1) });
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail('a comma or } is expected here');
    return entries;
  }

  #items(depth: number): TextNode[] {
    const items: TextNode[] = [];
    this.#at += 1;
    if (this.#take(']')) return items;
    do items.push(this.#value(depth + 1));
    while (this.#take(','));
    if (!this.#take(']')) this.#fail('a comma or ] is expected here');
    return items;
  }

  // A loop and not one expression: a string may be megabytes long.
  #string(): string {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x22) {
        this.#at = at + 1;
        return JSON.parse(this.#text.slice(start, at + 1)) as string;
      }
      escaped.lastIndex = at;
      if (code === 0x5c && escaped.test(this.#text)) at = escaped.lastIndex - 1;
      else if (code === 0x5c || code < 0x20) {
        this.#at = at;
        this.#fail('a control character or a wrong escape in a string');
      }
    }
    return this.#fail('a string that does not end');
  }

  #skip(): void {
    blank.lastIndex = this.#at;
    blank.exec(this.#text);
    this.#at = blank.lastIndex;
  }

  #take(mark: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #fail(message: string): never {
    throw new Malformed(message, this.#at);
  }
}
