/** Expansions in shell text: where they end, and what of them can be told (POSIX XCU 2.6). None is carried out. */

export interface Expansion {
  readonly is: 'expansion';
  /** As it is written: `$NAME`, `${NAME:-x}`, `$(command)`. */
  readonly source: string;
  /** Of `$NAME`, `${NAME}`, `${NAME:-text}` and `${NAME-text}`. */
  readonly name?: string;
  /** The text of the last two. */
  readonly orElse?: string;
  /** Its value is not split into words. */
  readonly quoted: boolean;
}

/** The expansion at a `$` or a back quote; undefined where the `$` stands for itself. It is `open` where the text ends first. */
export function expansionAt(
  text: string,
  at: number,
  quoted: boolean,
): { readonly expansion: Expansion; readonly end: number; readonly open: boolean } | undefined {
  const name = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^{}$`"'\\]*))?\})/y;
  name.lastIndex = at;
  const found = name.exec(text);
  if (found) {
    const [source, plain, braced, orElse] = found;
    const expansion = { is: 'expansion', source, name: plain ?? braced ?? '', ...(orElse === undefined ? {} : { orElse }), quoted } as const;
    return { expansion, end: name.lastIndex, open: false };
  }
  const last = lastOf(text, at, quoted);
  if (last === undefined) return undefined;
  const end = last < 0 ? text.length : last + 1;
  return { expansion: { is: 'expansion', source: text.slice(at, end), quoted }, end, open: last < 0 };
}

/** Where the last character of another expansion is; below 0 where there is none. */
function lastOf(text: string, at: number, quoted: boolean): number | undefined {
  if (text[at] === '`') return markEnd(text, at + 1, '`');
  const next = text[at + 1] ?? '';
  if (next === '(' || next === '{') return closing(text, at + 1, quoted);
  return /[@*#?$!\d-]/.test(next) ? at + 1 : undefined;
}

/** Where a mark comes that no backslash hides, from an offset on; below 0 where it does not. Other quotes do not count. */
export function markEnd(text: string, from: number, mark: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === mark) return at;
  }
  return -1;
}

interface Frame {
  readonly close: string;
  /** In double quotes a single quote stands for itself, in what braces hold, too. */
  readonly plainQuotes: boolean;
}

/**
 * Where the parenthesis or brace at `from` is closed, over quotes and what is nested; below 0 where it is not. `quoted`: it
 * stands in double quotes.
 */
export function closing(text: string, from: number, quoted: boolean): number {
  const frames: Frame[] = [frame(text[from] ?? '', quoted)];
  for (let at = from + 1; at < text.length; at++) {
    const c = text[at] ?? '';
    const inner = frames.at(-1);
    if (!inner) return at - 1;
    if (c === '\\') at++;
    else if (c === inner.close) {
      frames.pop();
      if (frames.length === 0) return at;
    } else if (c === "'" && !inner.plainQuotes) {
      at = text.indexOf("'", at + 1);
      if (at < 0) return -1;
    } else if (c === '"') frames.push(frame('"', true));
    else if (c === '`') {
      at = markEnd(text, at + 1, '`');
      if (at < 0) return -1;
    } else if (c === '$' && /[({]/.test(text[at + 1] ?? '')) frames.push(frame(text[++at] ?? '', inner.plainQuotes));
    else if (c === '(' && inner.close === ')') frames.push(frame('(', false));
  }
  return -1;
}

const frame = (open: string, quoted: boolean): Frame =>
  open === '(' ? { close: ')', plainQuotes: false } : { close: open === '{' ? '}' : open, plainQuotes: quoted };
