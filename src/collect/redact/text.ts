/** Takes the secrets out of a text, line by line. The twin of the capture script's redactor. Pure. */
import { isPlaceholder } from '../../facts/redacted.ts';
import { account } from './account-line.ts';
import { column, hole, indent, index, match, substr, tolower } from './awk.ts';
import { type Class, classOf, kept, spared } from './class.ts';
import { commandEnds, commandRuns, options, optionWord, piped } from './commands.ts';
import { names } from './names.ts';
import { pairs } from './pairs.ts';
import * as rules from './rules.ts';
import { freshState, type Manner, type Mark, type State } from './state.ts';
import { addresses, privateKey, proxies, shapes } from './tokens.ts';
import { elements, quoted, wordEnd } from './values.ts';

const trigger = new RegExp(rules.trigger);
const secretKind = /^[ \t]*["']?kind["']?[ \t]*:[ \t]*["']?secret["']?[ \t,\r]*$/;
const dataKey = /^[ \t]*["']?(?:stringdata|data)["']?[ \t]*:[ \t]*[{]?[ \t\r]*$/;
const anyKey = /^[ \t]*["']?[A-Za-z0-9_./-]+["']?[ \t]*:[ \t]*/;
const nameKey = /^[ \t]*(-[ \t]+)?(["']?(name|key)["']?[ \t]*:|[?][ \t])[ \t]*/;
const valueKey = /^[ \t]*(-[ \t]+)?["']?(value["']?[ \t]*)?:[ \t]*/;
const valueFirst = /^[ \t]*(-[ \t]+)?["']?value["']?[ \t]*:[ \t]*/;
const mapLike = /^["']?[A-Za-z0-9_./-]+["']?[ \t]*(:[ \t]|:\r?$)/;
const blank = /^[ \t\r]*$/;
const pemLine = /^[ \t]*-----(BEGIN|END) [A-Z0-9 ]+-----[ \t\r]*$/;
const block = /^[|>][-+0-9]*[ \t]*\r?$/;

/**
 * The lines of a text (one character a byte) without secrets. As many lines come out as went in. `mark` makes the
 * placeholder for a secret.
 */
export function maskedLines(lines: readonly string[], manner: Manner, mark: Mark): string[] {
  if (manner.skip) return [...lines];
  if (manner.fields) return lines.map((l) => account(l, mark));
  const text = new Text(manner, mark);
  if (manner.words) return lines.map((l) => text.argument(l));
  if (!manner.k3s && !lines.some((l) => trigger.test(tolower(l)))) return [...lines];
  return text.masked(lines);
}

const k3sToken = new RegExp(rules.k3sToken);
const continued = /\\[ \t\r]*$/;

class Text {
  readonly #manner: Manner;
  readonly #mark: Mark;
  readonly #state: State = freshState();
  readonly #out: string[] = [];
  #gathered = '';
  #gatheredAt = -1;
  #secretDocument = false;
  #inData = -1;
  #pair = 0;
  /** The line after the one at hand. */
  #following = '';

  constructor(manner: Manner, mark: Mark) {
    this.#manner = manner;
    this.#mark = mark;
  }

  masked(lines: readonly string[]): string[] {
    this.#secretDocument = lines.some((l) => secretKind.test(tolower(l)));
    for (const [at, line] of lines.entries()) {
      this.#following = lines[at + 1] ?? '';
      this.#state.goesOn = continued.test(lines[at - 1] ?? '');
      this.#line(line);
    }
    this.#gatheredEnds();
    return this.#out;
  }

  #line(t: string): void {
    if (this.#state.carry !== '') {
      const carried = this.#carried(t);
      if (carried !== undefined) return;
    } else if (this.#pair > 0) {
      this.#pair--;
      const value = match(t, valueKey);
      if (value) {
        this.#pair = 0;
        this.#out.push(this.#named(t, value.length + 1));
        return;
      }
    } else {
      const value = match(tolower(t), valueFirst);
      if (value && this.#speaks(this.#following)) {
        this.#out.push(this.#named(t, value.length + 1));
        return;
      }
    }
    this.#out.push(this.#ordinary(t));
  }

  /** The class of the name that a line such as `name: DB_PASSWORD` names. */
  #speaks(t: string): Class {
    const name = match(tolower(t), nameKey);
    const word = name ? substr(t, name.length + 1).replace(/["', \t\r]/g, '') : '';
    return /^[A-Za-z0-9_.-]+$/.test(word) ? classOf(word) : 0;
  }

  /** A value whose name stands in another line. */
  #named(t: string, at: number): string {
    if (!block.test(substr(t, at))) return this.#whole(t, at);
    this.#begin('block', column(t));
    return t;
  }

  #ordinary(t: string): string {
    const low = tolower(t);
    const short = this.#manner.k3s ? k3sToken.exec(t)?.[0] : undefined;
    if (short) return this.#whole(t, short.length + 1);
    if (this.#inData >= 0 && !blank.test(t)) {
      const key = column(t) > this.#inData ? match(t, anyKey) : undefined;
      if (column(t) <= this.#inData) this.#inData = -1;
      if (key) {
        if (!block.test(substr(t, key.length + 1))) return this.#whole(t, key.length + 1);
        this.#begin('block', column(t));
        return t;
      }
    }
    if (this.#secretDocument && dataKey.test(low)) this.#inData = column(t);
    if (!trigger.test(low)) {
      if (!commandRuns(t, this.#state)) commandEnds(this.#state);
      else if (!this.#state.program) this.#state.words++;
      if (!this.#state.program && this.#state.before === '' && !/[|\\][ \t\r]*$/.test(t)) return t;
      return t.length > rules.longest ? t : piped(options(t, this.#state, this.#mark), this.#following, this.#state, this.#manner.lists, this.#mark);
    }
    if (this.#speaks(t)) this.#pair = 2;
    return this.#scan(t);
  }

  #begin(carry: State['carry'], at: number): void {
    this.#state.carry = carry;
    this.#state.column = at;
  }

  #scan(t: string): string {
    if (!trigger.test(tolower(t))) return t;
    if (t.length > rules.longest) return isPlaceholder(t) ? t : this.#mark(t);
    const named = this.#manner.wordless ? t : this.#spoken(t);
    const { text, opens } = privateKey(named, this.#mark);
    if (opens && this.#state.carry === '') this.#begin('pem', 0);
    return proxies(addresses(shapes(text, this.#mark), this.#mark), this.#mark);
  }

  #spoken(t: string): string {
    const ordered = pairs(options(t, this.#state, this.#mark), this.#manner.lists, this.#mark);
    return names(piped(ordered, this.#following, this.#state, this.#manner.lists, this.#mark), this.#state, this.#manner, this.#mark);
  }

  /** A value that is masked whatever its name, from `at` on. */
  #whole(t: string, at: number): string {
    if (/^[{[]?[ \t\r]*$/.test(substr(t, at))) return t;
    const value = quoted(t, at, '', this.#manner.lists);
    if (value) {
      if (value.open === 1) {
        this.#begin('quote', 0);
        this.#state.quote = value.quote;
      }
      const secret = substr(t, value.from, value.to - value.from);
      return kept(secret) ? t : substr(t, 1, value.from - 1) + this.#mark(secret) + (value.cut ? value.quote : '') + substr(t, value.to);
    }
    let end = hole(t);
    while (end > at && /[,}]/.test(substr(t, end - 1, 1))) end--;
    const secret = substr(t, at, end - at);
    if (kept(secret)) return t;
    const quote = /^[-+0-9._eE]+$/.test(secret) ? '"' : '';
    return substr(t, 1, at - 1) + quote + this.#mark(secret) + quote + substr(t, end);
  }

  /** A line that goes on with what began before. Undefined: it does not, and is a line like any other. */
  #carried(t: string): true | undefined {
    switch (this.#state.carry) {
      case 'block':
        return this.#block(t);
      case 'pem':
        return this.#pem(t);
      case 'next':
        return this.#next(t);
      case 'list':
        return this.#list(t);
      case 'triple':
      case 'quote':
        return this.#quote(t);
      case 'cont':
        return this.#continued(t);
      case 'word':
        return this.#word(t);
      case 'flag':
        return this.#flag(t);
      case 'here':
        return this.#here(t);
      default:
        return undefined;
    }
  }

  #put(t: string): true {
    this.#out.push(t);
    return true;
  }

  #block(t: string): true | undefined {
    if (blank.test(t) || pemLine.test(t)) return this.#put(t);
    if (indent(t) > this.#state.column) return this.#gather(t, indent(t) + 1, hole(t));
    return this.#gatheredEnds();
  }

  #pem(t: string): true | undefined {
    const n = index(t, '-----END ');
    if (n) {
      if (n > indent(t) + 1) this.#gather(t, indent(t) + 1, n);
      else this.#put(t);
      this.#gatheredEnds();
      return true;
    }
    if (/^[ \t#]*[^ \t]*[ \t\r]*$/.test(t) || /^[ \t]*[A-Z][A-Za-z0-9-]+: /.test(t)) return this.#gather(t, indent(t) + 1, hole(t));
    return this.#gatheredEnds();
  }

  #next(t: string): true | undefined {
    if (blank.test(t)) return this.#put(t);
    if (/^[ \t]*#/.test(t)) {
      const at = this.#state.column;
      this.#put(this.#scan(t));
      this.#begin('next', at);
      return true;
    }
    const [col, n] = [indent(t), column(t)];
    const content = substr(t, n + 1);
    const above = col < this.#state.column || (col === this.#state.column && n === col);
    if (above || mapLike.test(content) || /^[\]{}[]/.test(content) || (col === this.#state.column && content.startsWith('-'))) {
      this.#state.carry = '';
      return undefined;
    }
    const bare = content.replace(/^["']/, '').replace(/["', \t\r]*$/, '');
    return this.#put(spared(bare, this.#state.class) ? t : this.#whole(t, n + 1));
  }

  #list(t: string): true | undefined {
    if (/^[{}]/.test(substr(t, indent(t) + 1))) {
      this.#state.carry = '';
      return undefined;
    }
    const list = elements(t, 1, this.#state.class, this.#manner.lists, this.#mark);
    const rest = substr(t, list.rest);
    const goesOn = !list.closed && !rest.startsWith('{');
    if (!goesOn) this.#state.carry = '';
    this.#put(list.text + this.#scan(rest));
    if (goesOn) this.#begin('list', 0);
    return true;
  }

  #quote(t: string): true {
    const { carry, quote } = this.#state;
    const closing = carry === 'triple' ? quote.repeat(3) : quote;
    let at = index(t, closing);
    while (carry === 'quote' && closing === '"' && at && substr(t, at - 1, 1) === '\\') {
      const d = index(substr(t, at + 1), closing);
      at = d ? at + d : 0;
    }
    const to = at || hole(t);
    const from = Math.min(indent(t) + 1, to);
    const start = substr(t, 1, from - 1) + this.#unlessMarked(substr(t, from, to - from));
    if (!at) return this.#put(start + substr(t, to));
    this.#state.carry = '';
    return this.#put(start + closing + this.#scan(substr(t, to + closing.length)));
  }

  #continued(t: string): true {
    let to = hole(t);
    let from = indent(t) + 1;
    this.#state.carry = '';
    if (to > 1 && substr(t, to - 1, 1) === '\\') {
      this.#state.carry = 'cont';
      to--;
      while (to > from && ' \t'.includes(substr(t, to - 1, 1))) to--;
    }
    from = Math.min(from, to);
    return this.#put(substr(t, 1, from - 1) + this.#unlessMarked(substr(t, from, to - from)) + substr(t, to));
  }

  #word(t: string): true {
    this.#state.carry = '';
    const word = /^[^ \t\r]*/.exec(t)?.[0] ?? '';
    if (word !== '' && word.length === t.length && word.endsWith('\\')) {
      this.#state.carry = 'word';
      return this.#put(`${this.#unlessMarked(word.slice(0, -1))}\\`);
    }
    return this.#put(this.#unlessMarked(word) + this.#scan(substr(t, word.length + 1)));
  }

  #flag(t: string): true | undefined {
    const n = column(t) + 1;
    this.#state.carry = '';
    const r = substr(t, n).replace(/^[\\]*["']?/, '');
    if (/^--/.test(r) || /^-[A-Za-z]([ \t]|$)/.test(r) || blank.test(r)) return undefined;
    const value = quoted(t, n, '', this.#manner.lists);
    const from = value?.from ?? n;
    const to = value?.to ?? wordEnd(t, n, { inside: '', how: 0, query: false, lists: this.#manner.lists });
    const secret = substr(t, from, to - from);
    if (spared(secret, this.#state.class)) return this.#put(t);
    return this.#put(substr(t, 1, from - 1) + this.#mark(secret) + (value?.cut ? value.quote : '') + this.#scan(substr(t, to)));
  }

  #here(t: string): true {
    if (t.replace(/^[ \t]*/, '').replace(/[ \t\r]*$/, '') === this.#state.quote) {
      this.#state.carry = '';
      return this.#put(t);
    }
    const [from, to] = [indent(t) + 1, hole(t)];
    return this.#put(from >= to || kept(substr(t, from, to - from)) ? t : substr(t, 1, from - 1) + this.#mark(substr(t, from, to - from)) + substr(t, to));
  }

  #unlessMarked(t: string): string {
    return t === '' || isPlaceholder(t) ? t : this.#mark(t);
  }

  /** Keeps back what several lines hold, to give the last of them the placeholder with the hash. */
  #gather(t: string, from: number, to: number): true {
    const body = substr(t, from, to - from);
    if (body === '' || isPlaceholder(body)) return this.#put(t);
    this.#gathered += `${body}\n`;
    this.#gatheredAt = this.#out.length;
    return this.#put(`${substr(t, 1, from - 1)}<redacted>${substr(t, to)}`);
  }

  #gatheredEnds(): undefined {
    if (this.#gatheredAt >= 0) {
      const mark = this.#mark(this.#gathered);
      this.#out[this.#gatheredAt] = (this.#out[this.#gatheredAt] as string).replace('<redacted>', () => mark);
    }
    this.#gathered = '';
    this.#gatheredAt = -1;
    this.#state.carry = '';
  }

  /** One word of a command line, or one variable of an environment. */
  argument(t: string): string {
    if (this.#state.carry === 'flag') {
      this.#state.carry = '';
      if (!t.startsWith('--')) return spared(t, this.#state.class) ? t : this.#mark(t);
    }
    const option = optionWord(t, this.#state, this.#mark);
    if (option !== undefined) return option;
    const sign = match(t, /^[A-Za-z0-9_.-]+=/);
    const c: Class = classOf(sign ? substr(t, 1, sign.length - 1) : t);
    if (sign && c) {
      const secret = substr(t, sign.length + 1);
      return spared(secret, c) ? t : substr(t, 1, sign.length) + this.#mark(secret);
    }
    if (!sign && c && /^--?[A-Za-z0-9_.-]+$/.test(t)) {
      this.#begin('flag', 0);
      this.#state.class = c;
      return t;
    }
    const { program, words, before, due } = this.#state;
    const text = this.#scan(t);
    Object.assign(this.#state, { carry: '', program, words, before, due });
    return text;
  }
}
