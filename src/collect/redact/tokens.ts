/** Secrets that are known by their looks: tokens, hashes of passwords, private keys in one line, passwords in addresses. Pure. */
import { isPlaceholder } from '../../facts/redacted.ts';
import { index, match, substr, tolower } from './awk.ts';
import { kept } from './class.ts';
import * as rules from './rules.ts';

type Mark = (secret: string) => string;

const shape = new RegExp(rules.shape);
const proxy = /proxy(_?(url|addr|host))?[=: \t,"'\\]+/;

/** Masks tokens. */
export function shapes(line: string, mark: Mark): string {
  let pos = 1;
  let last = 1;
  let out = '';
  while (pos <= line.length) {
    const found = match(substr(line, pos), shape);
    if (!found) break;
    let p = pos + found.start - 1;
    const word = substr(line, p, found.length);
    pos = p + found.length;
    if (p > 1 && /^[A-Za-z]/.test(word) && /[A-Za-z0-9_]/.test(substr(line, p - 1, 1))) continue;
    if (word === ':AA') while (p > last && /[0-9]/.test(substr(line, p - 1, 1))) p--;
    const token = tokenIn(substr(line, p), word);
    if (!token) continue;
    const { head, end } = token;
    out += substr(line, last, p + head - last) + mark(substr(line, p + head, end - head));
    last = p + end;
    pos = last;
  }
  return out + substr(line, last);
}

/** How long the token at the start of a text is, and how much of its head may stay. Undefined: it is none. */
function tokenIn(t: string, word: string): { head: number; end: number } | undefined {
  const run = (pattern: RegExp, from = 1): number => match(substr(t, from), pattern)?.length ?? -1;
  const token = (end: number, least: number, head = 0) => (end < least ? undefined : { head, end });
  if (word.startsWith('eyJ')) return /^eyJ[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+/.test(t) ? token(run(/^[A-Za-z0-9_.-]+/), 30) : undefined;
  if (word.startsWith('K10')) return word.length < 37 ? undefined : token(run(/^[^ \t\r,;"\\']+/), 1);
  if (word.startsWith('LS0t')) return /^LS0tLS1CRUdJTiB(?:DRVJ|QVUJ)/.test(t) ? undefined : token(run(/^[A-Za-z0-9+/=]+/), 30);
  if (word.startsWith('$')) {
    const end = run(/^[A-Za-z0-9./$=,*-]+/);
    const tail = substr(t, 1, end).slice(substr(t, 1, end).lastIndexOf('$') + 1);
    const hash = match(tail, /^[A-Za-z0-9./]+/)?.length ?? 0;
    return tail.length < 22 || hash < 22 ? undefined : token(end, 28, word.length);
  }
  if (/^[Bb]/.test(word)) {
    const length = run(/^[A-Za-z0-9._~+/=-]+/, word.length + 1);
    return length < 16 || !/[0-9]/.test(substr(t, word.length + 1, length)) ? undefined : { head: word.length, end: word.length + length };
  }
  if (/^[:/.]/.test(word) || /^[0-9]/.test(t)) return pathToken(t, word);
  if (/^(?:npm_|hf_|dop)/.test(word)) return token(word.length + run(/^[A-Za-z0-9]+/, word.length + 1), word.length + 20);
  if (/^(?:sk-|pypi|[sr]k_)/.test(word)) {
    const end = run(/^[A-Za-z0-9_-]+/);
    return isMixed(substr(t, word.length + 1, end - word.length)) ? token(end, 20) : undefined;
  }
  if (word.startsWith('grub')) return token(run(/^[A-Za-z0-9.]+/), 60, word.length);
  return token(run(/^[A-Za-z0-9_.-]+/), 20);
}

/** Bots of Telegram (`NUMBER:AA…`), and paths of webhooks: whoever knows them may write. */
function pathToken(t: string, word: string): { head: number; end: number } | undefined {
  if (word === ':AA') {
    const end = match(t, /^[0-9]+:AA[A-Za-z0-9_-]+/)?.length ?? 0;
    return index(t, ':') < 7 || end < index(t, ':') + 30 ? undefined : { head: 0, end };
  }
  const end = match(substr(t, word.length + 1), /^[A-Za-z0-9_@/.-]+/)?.length ?? 0;
  const digits = /[0-9]/.test(substr(t, word.length + 1, end));
  return end < 16 || !digits ? undefined : { head: word.length, end: word.length + end };
}

/** Not a name made of words: capital letters, or no hyphens, and digits. */
const isMixed = (t: string): boolean => t.length >= 12 && /[0-9]/.test(t) && (/[A-Z]/.test(t) || !/[-_]/.test(t)) && !/^(?:ssh|ecdsa)-/.test(t);

/** Masks passwords in addresses: between the first colon and the last @ of an authority (RFC 3986, 3.2). */
export function addresses(line: string, mark: Mark): string {
  let pos = 1;
  let last = 1;
  let out = '';
  for (let i = index(substr(line, pos), '://'); i > 0; i = index(substr(line, pos), '://')) {
    const v = pos + i + 2;
    pos = v;
    if (v < 5 || !/[A-Za-z0-9+.-]/.test(substr(line, v - 4, 1))) continue;
    const found = passwordIn(line, v);
    if (!found || kept(found.secret)) continue;
    out += substr(line, last, found.from - last) + mark(found.secret);
    last = found.from + found.secret.length;
    pos = last;
  }
  return driverAddress(out + substr(line, last), mark);
}

function passwordIn(line: string, v: number): { from: number; secret: string } | undefined {
  const t = substr(line, v);
  const upTo = (end: RegExp): string => substr(t, 1, (match(t, end)?.start ?? t.length + 1) - 1);
  let authority = upTo(/[ \t\r/"]/);
  const colon = index(authority, ':');
  const unescaped = colon > 1 && substr(t, authority.length + 1, 1) === '/' && authority[0] !== '[' && !/^[0-9]*$/.test(substr(authority, colon + 1));
  if (!authority.includes('@') && unescaped) authority = upTo(/[ \t\r"]/);
  const at = authority.lastIndexOf('@') + 1;
  if (!at) return undefined;
  if (colon > 0 && colon < at) {
    const secret = substr(authority, colon + 1, at - colon - 1);
    // A port, and then something else with an @ in it.
    return /^[0-9]+[^0-9].*:\/\//.test(secret) || /^[0-9]+'/.test(secret) ? undefined : { from: v + colon, secret };
  }
  const secret = substr(authority, 1, at - 1);
  const scheme = substr(line, Math.max(v - 7, 1), 4);
  // NATS takes a name without a password for a token.
  return scheme === 'nats' || (/^(?:http|ttps)$/.test(scheme) && secret.length >= 16) ? { from: v, secret } : undefined;
}

/** Masks passwords of proxies that are written without a scheme: `proxy=user:password@host:3128`. */
export function proxies(line: string, mark: Mark): string {
  const low = tolower(line);
  let out = '';
  let last = 1;
  let pos = 1;
  for (let found = match(low, proxy); found; found = match(substr(low, pos), proxy)) {
    const v = pos + found.start - 1 + found.length;
    pos = v;
    const t = substr(line, v, match(substr(line, v), /^[^ \t\r"',;\\]+/)?.length ?? 0);
    const [colon, at] = [index(t, ':'), t.lastIndexOf('@') + 1];
    const secret = substr(t, colon + 1, at - colon - 1);
    if (index(t, '://') || colon < 2 || at <= colon + 1 || !/^[A-Za-z0-9[]/.test(substr(t, at + 1)) || /^sha[0-9]+:/.test(substr(t, at + 1)) || kept(secret))
      continue;
    out += substr(line, last, v + colon - last) + mark(secret);
    last = v + at - 1;
    pos = last;
  }
  return out + substr(line, last);
}

/** `user:password@tcp(host)/db`, as database drivers of Go take it. */
function driverAddress(line: string, mark: Mark): string {
  const at = match(line, /@(?:tcp|unix)[(]/)?.start;
  if (at === undefined) return line;
  let i = at;
  while (i > 1 && !' \t="\''.includes(substr(line, i - 1, 1))) i--;
  let r = substr(line, i, at - i);
  const d = index(r, '//');
  if (d) {
    r = substr(r, d + 2);
    i += d + 1;
  }
  const colon = index(r, ':');
  return colon && !kept(substr(r, colon + 1)) ? substr(line, 1, i + colon - 1) + mark(substr(r, colon + 1)) + substr(line, at) : line;
}

/** A private key that stands in the line; `opens`: it begins there, and its text follows in the next ones. */
export function privateKey(line: string, mark: Mark): { text: string; opens: boolean } {
  const p = index(line, '-----BEGIN ');
  const head = substr(line, p);
  const begin = p > 0 ? match(head, /^-----BEGIN [A-Z0-9 ]+-----/) : undefined;
  const same = { text: line, opens: false };
  if (!begin) return same;
  const e = begin.length;
  const label = substr(head, 12, e - 16);
  const tail = substr(head, e + 1);
  if (/^(?:.* )?PUBLIC KEY(?: .*)?$/.test(label) || label.includes('CERTIFICATE')) return same;
  if (/^["' \t\r]*$/.test(tail)) return { text: line, opens: true };
  const q = index(tail, '-----END ');
  if (q) {
    const body = substr(tail, 1, q - 1);
    return isPlaceholder(body) || kept(body) ? same : { text: substr(line, 1, p + e - 1) + mark(body) + substr(line, p + e + q - 1), opens: false };
  }
  if (!tail.startsWith('\\n') && !tail.startsWith('\\\\')) return same;
  const body = /^[^"' \t\r]*/.exec(tail)?.[0] ?? '';
  return { text: substr(line, 1, p + e - 1) + mark(body) + substr(line, p + e + body.length), opens: false };
}
