/** XML 1.0 markup from text that a host chose. */
import { disarm, visible } from './text.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * Character data. What XML forbids (section 2.2, Char) and what is not seen
 * becomes a visible `\uXXXX`, never nothing; line breaks and tabs stay.
 * `>` is always written as an entity, so `]]>` cannot occur.
 */
export function xmlText(text: string): string {
  return armless(
    text
      .split(/([\n\t])/)
      .map((part, at) => (at % 2 === 1 ? part : visible(part)))
      .join(''),
  );
}

/** An attribute's value, quotes included. One line: line breaks become a visible `\n`. */
export function xmlValue(text: string): string {
  return `"${armless(visible(text))}"`;
}

/** Attributes in the order given, those without a value left out. */
export function xmlAttributes(attributes: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(attributes)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}=${xmlValue(String(value))}`]))
    .join('');
}

/** An `xs:token`: no blanks but single ones inside (XML Schema part 2, 3.3.2), and not empty. */
export function token(text: string, otherwise: string): string {
  return visible(text).replace(/\s+/g, ' ').trim() || otherwise;
}

/** Escapes markup first, then what would command a CI runner that reads this from standard output. */
const armless = (text: string): string =>
  disarm(
    text.replace(/[&<>"]/g, (char) => entities[char] ?? char),
    (char) => `&#${char.charCodeAt(0)};`,
  );
