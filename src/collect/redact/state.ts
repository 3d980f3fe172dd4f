/** What goes on from one line to the next while a text is looked through. */
import type { Class } from './class.ts';

/**
 * `block`: a YAML block scalar; `next`: the value stands in the next lines; `list`: up to a bracket; `triple` and
 * `quote`: up to the closing quote; `cont`: a line that a backslash continues; `word`: the same, one word; `flag`:
 * the next word is the value; `pem`: a private key; `here`: a document for standard input.
 */
export type Carry = '' | 'block' | 'next' | 'list' | 'triple' | 'quote' | 'cont' | 'word' | 'flag' | 'pem' | 'here';

export interface State {
  carry: Carry;
  column: number;
  class: Class;
  quote: string;
  /** The program of carriers (rules.ts) whose options follow, as its number from 1, and how many words came before. */
  program: number;
  words: number;
  /** The last of those words that is no option. */
  before: string;
  /** The line before ended in a backslash. */
  goesOn: boolean;
  /** The next word is the value of its option. */
  due: boolean;
}

export const freshState = (): State => ({ carry: '', column: 0, class: 2, quote: '', program: 0, words: 0, before: '', goesOn: false, due: false });

/** What kind of file it is, by its path. */
export interface Manner {
  readonly skip: boolean;
  readonly wordless: boolean;
  readonly fields: boolean;
  readonly variables: boolean;
  readonly lists: boolean;
  readonly quadlet: boolean;
  readonly k3s: boolean;
  readonly boot: boolean;
  readonly words: boolean;
}

export type Mark = (secret: string) => string;
