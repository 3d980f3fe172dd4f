/** XML with the line of every element and attribute. Entities that the text itself declares are refused, not expanded. */
import { SaxesParser } from 'saxes';
import { maxDepth, type Place, placesOf, type TextProblem, withoutMark } from './node.ts';

export interface XmlAttribute {
  readonly value: string;
  /** Where the value ends. */
  readonly at: Place;
}

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, XmlAttribute>;
  readonly children: readonly XmlElement[];
  /** Its own text and CDATA sections, without those of its children. */
  readonly text: string;
  /** Where its name ends. */
  readonly at: Place;
}

export type ParsedXml = { readonly is: 'parsed'; readonly root: XmlElement } | { readonly is: 'broken'; readonly problem: TextProblem };

/** In UTF-16 units. Configuration is far smaller; a tree takes many times the room of its text. */
export const maxXmlLength = 1 << 20;

/** Parses one document (XML 1.0, without namespaces). Never throws. */
export function parseXml(source: string): ParsedXml {
  const start = { line: 1, column: 1 };
  const text = withoutMark(source);
  if (source.length > maxXmlLength) return brokenXml(`longer than ${maxXmlLength} characters`, start);
  const parser = new SaxesParser({ xmlns: false, position: true });
  const place = placesOf(text);
  // The parser has read one character more when it tells of something.
  const builder = new Builder(() => place(Math.max(parser.position - 1, 0)));
  parser.on('opentagstart', (tag) => builder.open(tag.name));
  parser.on('attribute', (attribute) => builder.attribute(attribute.name, attribute.value));
  parser.on('closetag', () => builder.close());
  parser.on('text', (part) => builder.text(part));
  parser.on('cdata', (part) => builder.text(part));
  parser.on('error', (error) => builder.fail(error.message.replace(/^\d+:\d+: /, '')));
  try {
    parser.write(text).close();
  } catch (refusal) {
    if (refusal instanceof Malformed) return brokenXml(refusal.message, refusal.at);
    throw refusal;
  }
  return builder.root ? { is: 'parsed', root: builder.root } : brokenXml('no element', start);
}

const brokenXml = (message: string, at: Place): ParsedXml => ({ is: 'broken', problem: { message, line: at.line, column: at.column } });

class Malformed extends Error {
  readonly at: Place;
  constructor(message: string, at: Place) {
    super(message);
    this.at = at;
  }
}

interface Growing extends XmlElement {
  readonly attributes: Map<string, XmlAttribute>;
  readonly children: Growing[];
  text: string;
}

class Builder {
  root: XmlElement | undefined;
  readonly #open: Growing[] = [];
  readonly #place: () => Place;

  constructor(place: () => Place) {
    this.#place = place;
  }

  open(name: string): void {
    if (this.#open.length >= maxDepth) this.fail(`nested deeper than ${maxDepth}`);
    const element: Growing = { name, attributes: new Map(), children: [], text: '', at: this.#place() };
    this.#open.at(-1)?.children.push(element);
    this.root ??= element;
    this.#open.push(element);
  }

  attribute(name: string, value: string): void {
    this.#open.at(-1)?.attributes.set(name, { value, at: this.#place() });
  }

  close(): void {
    this.#open.pop();
  }

  text(text: string): void {
    const element = this.#open.at(-1);
    if (element) element.text += text;
  }

  fail(message: string): never {
    throw new Malformed(message, this.#place());
  }
}
