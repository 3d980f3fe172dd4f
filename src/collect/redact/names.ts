/** Masks what stands behind names that speak of secrets: `name: value`, `NAME=value`, `--name value`, `"name": "value"`. Pure. */
import { column, hole, index, match, substr, tolower } from './awk.ts';
import { type Class, classOf, spared } from './class.ts';
import * as rules from './rules.ts';
import type { Manner, Mark, State } from './state.ts';
import { elements, quoted, wordEnd } from './values.ts';

const hit = new RegExp(rules.hit);
const nameChar = /[A-Za-z0-9_.-]/;
const pair = /^[\\]*["']?[ \t]*,[ \t]*[\\]*["']?value[\\]*["']?[ \t]*:[ \t]*/;
const separator = /^[\\]*["']?[ \t]*(:=|[+?]?=|[+]?:)[ \t]*/;
const ownLine = /^[ \t]*([#;]+[ \t]*)?(-[ \t]+)*(export[ \t]+)?["']?$/;
/** What stands before the name of a volume (an option, a key, an item of a list), and behind it: where it is mounted. */
const volume = /(?:^|[ \t])(?:-v|--volume)[ \t=]+["']?$|[Vv]olumes?[ \t]*[=:][ \t]*["']?$|^[ \t]*-[ \t]+["']?$/;
const mounted = /^\/[a-z][A-Za-z0-9_./-]*(?::[A-Za-z,]+)?(?:["', \t\r]|$)/;
const flagOpen = /^[\\]*["']?,?[ \t]*[\\]?[ \t\r]*$/;

/** What Podman calls a secret is its name (podman-run(1) --secret); the value is in Podman's own store. */
const namesSecret = (name: string, s: number, line: string): boolean =>
  (name === 'Secret' && s === 1) || (name === '--secret' && /^PodmanArgs[ \t]*=/.test(line));

/** A value that is to be looked at: where, and in what surroundings. */
interface Place {
  readonly at: number;
  readonly sign: string;
  readonly separator: string;
  readonly spaced: boolean;
  readonly keyQuoted: boolean;
  /** The name is the first thing on its line. */
  readonly own: boolean;
  readonly inside: string;
  readonly how: 0 | 1;
}

class Line {
  readonly line: string;
  readonly #state: State;
  readonly #manner: Manner;
  readonly #mark: Mark;
  #out = '';
  /** What comes before is in `out` already. */
  #last = 1;
  #pos = 1;
  /** Quotes are counted up to here. */
  #counted = 1;
  #double = 0;
  #single = 0;

  constructor(line: string, state: State, manner: Manner, mark: Mark) {
    this.line = line;
    this.#state = state;
    this.#manner = manner;
    this.#mark = mark;
  }

  masked(): string {
    const low = tolower(this.line);
    while (this.#pos <= this.line.length) {
      const found = match(substr(low, this.#pos), hit);
      if (!found) break;
      this.#nameAt(this.#pos + found.start - 1);
    }
    return this.#out + substr(this.line, this.#last);
  }

  #nameAt(p: number): void {
    const { line } = this;
    let s = p;
    while (s > this.#last && p - s < 80 && nameChar.test(line[s - 2] ?? '')) s--;
    let e = p;
    while (e <= line.length && e - p < 80 && nameChar.test(line[e - 1] as string)) e++;
    this.#pos = e;
    const name = substr(line, s, e - s);
    const before = s > 1 ? substr(line, s - 1, 1) : '';
    const c = this.#class(name, e, before);
    if (before === '$' || !c || (this.#manner.quadlet && namesSecret(name, s, line))) return;
    const passed = substr(line, this.#counted, s - this.#counted);
    this.#double += passed.split('"').length - 1;
    this.#single += passed.split("'").length - 1;
    this.#counted = s;
    const prefix = substr(line, 1, s - 1);
    const place = this.#assigned(prefix, s, e, before, c) ?? this.#flagged(name, prefix, e, c) ?? this.#spoken(name, prefix, e);
    if (place) this.#value(place, prefix, before, c);
  }

  /** In the query of an address, and between the semicolons of a connection string, a name means more. */
  #class(name: string, e: number, before: string): Class {
    const low = tolower(name);
    const c = classOf(name);
    if (c === 3 && (before === '?' || before === '&')) return 2;
    if (low !== 'pwd' || !/^=[^/$]/.test(substr(this.line, e, 2))) return c;
    return before === ';' || /^=[^;"']*;[ \t]*[A-Za-z]/.test(substr(this.line, e)) ? 2 : c;
  }

  #inside(): string {
    return this.#double % 2 ? '"' : this.#single % 2 ? "'" : '';
  }

  /** After a sign. `null`-like results are told apart by `#handled`. */
  #assigned(prefix: string, s: number, e: number, before: string, c: Class): Place | 'none' | undefined {
    const { line } = this;
    const rest = substr(line, e);
    const paired = pair.exec(rest)?.[0];
    const sep = paired ?? separator.exec(rest)?.[0];
    if (sep === undefined) return undefined;
    let own = paired === undefined && ownLine.test(prefix);
    const comment = isComment(prefix);
    const sign = paired !== undefined ? ':' : sep.replace(/[^:=]/g, '');
    const keyQuoted = paired !== undefined || /["']/.test(sep);
    const spaced = paired !== undefined || /[ \t]$/.test(sep);
    let at = e + sep.length;
    const first = substr(line, at, 1);
    if (sign === ':' && first === ':') return 'none';
    if (sign === '=' && (first === '=' || first === '~')) return 'none';
    if (sign === ':' && !spaced && !keyQuoted && (before === '/' || substr(line, at, 2) === '//')) return 'none';
    if (sign === ':' && !spaced && !keyQuoted && volume.test(prefix) && mounted.test(substr(line, at))) return 'none';
    const inside = keyQuoted ? '' : this.#inside();
    let how: 0 | 1 = 0;
    // A default of a variable.
    if (before === '{' && substr(line, s - 2, 1) === '$') {
      if (/[=?+-]/.test(first)) at++;
      how = 1;
      own = false;
    }
    // A tag or an anchor of YAML.
    if (own && !comment && sign === ':') at += match(substr(line, at), /^[!&][^ \t"]*[ \t]+/)?.length ?? 0;
    const place: Place = { at, sign, separator: sep, spaced, keyQuoted, own, inside, how };
    return this.#structured(place, prefix, comment, c) ? 'none' : place;
  }

  /** Values that are no scalar on this line. */
  #structured({ at, sign, spaced, own }: Place, prefix: string, comment: boolean, c: Class): boolean {
    const { line } = this;
    const tail = substr(line, at);
    if (/^[ \t\r]*$/.test(tail) || (sign === ':' && spaced && tail.startsWith('#'))) {
      if (own && !comment && sign === ':') this.#carry('next', column(prefix));
      this.#state.class = c;
      return true;
    }
    if (own && sign === ':' && /^[|>][-+0-9]*[ \t]*(#.*)?\r?$/.test(tail)) {
      this.#carry('block', column(prefix));
      return true;
    }
    if (tail.startsWith('{') && !tail.startsWith('{{')) return true;
    if (!tail.startsWith('[')) return false;
    const list = elements(line, at + 1, c, this.#manner.lists, this.#mark);
    this.#out += substr(line, this.#last, at + 1 - this.#last) + list.text;
    this.#last = list.rest;
    this.#pos = list.rest;
    this.#counted = list.rest;
    if (!list.closed && list.rest > line.length && own && !comment) {
      this.#carry('list', 0);
      this.#state.class = c;
    }
    return true;
  }

  #carry(carry: State['carry'], at: number): void {
    this.#state.carry = carry;
    this.#state.column = at;
  }

  /** After a blank: `--name value`, on the next line too. */
  #flagged(name: string, prefix: string, e: number, c: Class): Place | 'none' | undefined {
    if (!/^--?[A-Za-z]/.test(name)) return undefined;
    const { line } = this;
    const rest = substr(line, e);
    if (flagOpen.test(rest)) {
      const end = substr(line, hole(line) - 1, 1);
      if (end === ',' || end === '\\' || /^[ \t]*(-[ \t]+)*["']/.test(prefix) || /^[ \t]*-[ \t]+$/.test(prefix)) {
        this.#carry('flag', 0);
        this.#state.class = c;
      }
      return 'none';
    }
    const gap = match(rest, /^[\\]*["']?,?[ \t]+/) ?? match(rest, /^[\\]*["'],/);
    if (!gap) return 'none';
    const inside = /^["'\\]/.test(rest) ? '' : this.#inside();
    const at = e + gap.length;
    const t = substr(line, at).replace(/^[\\]*["']?/, '');
    if (/^--/.test(t) || /^[|&;)]/.test(t) || /^-[A-Za-z]([ \t]|$)/.test(t) || t === '') return 'none';
    return { at, sign: '=', separator: '', spaced: false, keyQuoted: false, own: false, inside, how: 0 };
  }

  /** `login NAME password SECRET` of netrc, `password USER SECRET` of GRUB. */
  #spoken(name: string, prefix: string, e: number): Place | 'none' {
    const { line } = this;
    if (!/^(?:password|passwd)$/.test(tolower(name))) return 'none';
    const { boot } = this.#manner;
    if (!/(?:^|[ \t])(?:machine|login)[ \t]/.test(line) && !(boot && ownLine.test(prefix) && !isComment(prefix))) return 'none';
    const gap = match(substr(line, e), /^[ \t]+/);
    if (!gap) return 'none';
    let at = e + gap.length;
    if (boot) at += match(substr(line, at), /^[^ \t]+[ \t]+/)?.length ?? 0;
    return { at, sign: '=', separator: '', spaced: false, keyQuoted: false, own: false, inside: this.#inside(), how: 0 };
  }

  #value(place: Place | 'none', prefix: string, before: string, c: Class): void {
    if (place === 'none') return;
    const { line } = this;
    const value = quoted(line, place.at, place.inside, this.#manner.lists);
    if (!value) {
      this.#bare(place, before, c);
      return;
    }
    const secret = substr(line, value.from, value.to - value.from);
    if (value.open && place.own && !isComment(prefix)) {
      this.#carry(value.open === 3 ? 'triple' : 'quote', 0);
      this.#state.quote = value.quote;
    }
    this.#pos = value.end;
    if (spared(secret, c)) return;
    this.#out += substr(line, this.#last, value.from - this.#last) + this.#mark(secret) + (value.cut ? value.quote : '');
    this.#last = value.to;
    this.#counted = value.end;
  }

  #bare({ at, sign, separator: sep, spaced, keyQuoted, own, inside, how }: Place, before: string, c: Class): void {
    const { line } = this;
    let to: number;
    if (!keyQuoted && inside === '' && own && (sign !== '=' || spaced || this.#manner.variables)) to = this.#restOfLine(at);
    else {
      const sentence = sign !== '=' && ((spaced && !own) || keyQuoted);
      const cookies = inside !== '' && sign === ':' ? index(substr(line, at), inside) : 0;
      to =
        cookies && /cookie/.test(tolower(substr(line, Math.max(at - 9, 1), 9)))
          ? at + cookies - 1
          : wordEnd(line, at, { inside, how: sentence ? 1 : how, query: before === '?' || before === '&', lists: this.#manner.lists });
      if (to === line.length + 1 && line.endsWith('\\') && at < line.length) {
        to = line.length;
        this.#carry('word', 0);
      }
    }
    const secret = substr(line, at, to - at);
    const cut = match(secret, /[ \t]#/);
    const plain = cut ? substr(secret, 1, cut.start - 1) : secret;
    if (spared(secret, c) || spared(substr(plain, 1, hole(plain) - 1), c)) {
      if (this.#state.carry === 'cont' || this.#state.carry === 'word') this.#state.carry = '';
      this.#pos = at;
      return;
    }
    // A bare number becomes text, which JSON and TOML want in quotes.
    const quote = /^[-+0-9._eE]+$/.test(secret) && inside === '' && index(sep, '\\') === 0 && (own || keyQuoted || spaced) ? '"' : '';
    this.#out += substr(line, this.#last, at - this.#last) + quote + this.#mark(secret) + quote;
    this.#last = to;
    this.#pos = to;
    this.#counted = to;
  }

  #restOfLine(at: number): number {
    const { line } = this;
    let to = hole(line);
    if (substr(line, to - 1, 1) === '\\' && to - 1 > at) {
      to--;
      while (to > at && ' \t'.includes(substr(line, to - 1, 1))) to--;
      this.#carry('cont', 0);
    }
    return Math.max(to, at);
  }
}

const isComment = (prefix: string): boolean => /^[ \t]*[#;]/.test(prefix);

export const names = (line: string, state: State, manner: Manner, mark: Mark): string => new Line(line, state, manner, mark).masked();
