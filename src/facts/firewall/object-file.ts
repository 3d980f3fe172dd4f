/**
 * The files in which firewalld keeps a zone, a policy or a service, checked as it checks them: an element or attribute that
 * it does not know makes it refuse the file (firewalld/firewalld:src/firewall/core/io/io_object.py
 * parser_check_element_attrs()). Since 1.2 it then runs with the configuration that it came with; what such a file comes to
 * is unknown here.
 */
import { type Unknown, unparsable, type Where } from '../fact.ts';
import type { Place } from '../text/node.ts';
import { parseXml, type XmlElement } from '../text/xml.ts';

/** Attributes by element; those that must be there stand first, a bar, then those that may. */
export type Grammar = Readonly<Record<string, string>>;

/** A mistake that makes firewalld refuse the file. */
export class Refused extends Error {
  readonly at: Place;
  constructor(message: string, at: Place) {
    super(message);
    this.at = at;
  }
}

/**
 * Reads a file. firewalld follows the stream of elements, whatever they stand in, so `visit` is called for each in the order
 * of the text; a `rule` is visited with all that it holds, and nothing within it by itself.
 */
export function readObject<T>(text: string, path: string, grammar: Grammar, read: (elements: readonly XmlElement[]) => T): T | Unknown {
  const parsed = parseXml(text);
  if (parsed.is === 'broken') return refusal(path, parsed.problem.message, parsed.problem);
  try {
    const all = [...below(parsed.root)];
    for (const element of all) checkAttributes(element, grammar);
    return read(all.filter((e) => !e.inRule));
  } catch (error) {
    if (error instanceof Refused) return refusal(path, error.message, error.at);
    throw error;
  }
}

const refusal = (path: string, message: string, { line, column }: Place): Unknown =>
  unparsable(`firewalld does not take ${path} line ${line}: ${message}`, { path, line, column });

type Visited = XmlElement & { readonly inRule: boolean };

/** An element and all below it, parents first. */
export function* below(element: XmlElement, inRule = false): Generator<Visited> {
  yield { ...element, inRule };
  for (const child of element.children) yield* below(child, inRule || element.name === 'rule');
}

function checkAttributes(element: XmlElement, grammar: Grammar): void {
  const known = Object.hasOwn(grammar, element.name) ? grammar[element.name] : undefined;
  if (known === undefined) throw new Refused(`an element ${element.name}`, element.at);
  const [required = [], optional = []] = known.split('|').map((names) => names.split(' ').filter(Boolean));
  const lacking = required.find((name) => !element.attributes.has(name));
  if (lacking !== undefined) throw new Refused(`${element.name} without ${lacking}`, element.at);
  for (const [name, { at }] of element.attributes)
    if (!required.includes(name) && !optional.includes(name)) throw new Refused(`${element.name} with an attribute ${name}`, at);
}

/** The value of an attribute that the grammar demands, or of one that may be left out. */
export const attributeOf = (element: XmlElement, name: string): string => element.attributes.get(name)?.value ?? '';

/** The place of an element's attribute, or of the element. */
export const whereOf = (path: string, element: XmlElement, name?: string): Where => ({
  path,
  line: ((name === undefined ? undefined : element.attributes.get(name)) ?? element).at.line,
});
