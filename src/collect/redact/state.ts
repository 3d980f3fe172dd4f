/** What goes on from one line to the next while a text is looked through. */
import type { Class } from './class.ts';

/**
 * `block`: a YAML block scalar; `next`: the value stands in the next lines; `list`: up to a bracket; `triple` and
 * `quote`: up to the closing quote; `cont`: a line that a backslash continues; `word`: the same, one word; `flag`:
 * the next word is the value; `pem`: a private key.
 */
export type Carry = '' | 'block' | 'next' | 'list' | 'triple' | 'quote' | 'cont' | 'word' | 'flag' | 'pem';

export interface State {
  carry: Carry;
  column: number;
  class: Class;
  quote: string;
}

/** What kind of file it is, by its path. */
export interface Manner {
  readonly skip: boolean;
  readonly wordless: boolean;
  readonly fields: boolean;
  readonly variables: boolean;
  readonly lists: boolean;
  readonly quadlet: boolean;
  readonly boot: boolean;
  readonly words: boolean;
}

export type Mark = (secret: string) => string;
