/**
 * Text that a host chose, made safe to show. What could hide, reorder or
 * command becomes a visible `\uXXXX`, so that evidence is never silently
 * altered; the JSON report holds the exact value.
 */

/**
 * C0 and C1 controls with ESC and DEL, bidi and other format characters, zero
 * width and default ignorable ones, U+2028/2029, lone surrogates,
 * noncharacters (Unicode general categories and binary properties).
 */
const unseenIn = (): RegExp => /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/** All that may be unseen: what is not ASCII, and its controls but for line breaks. Much quicker to look for, in a long document. */
const suspicious = /[^\n -~]+/g;

/** What is seen for sure: ASCII, and the ellipsis that we write. V8 needs a millisecond to make ready for {@link unseenIn}. */
const seen = /^[ -~…]*$/;

/**
 * Where a line of output could command a CI runner: `::error::` at a line
 * start (actions/runner src/Runner.Common/ActionCommand.cs; hexadecimal names
 * are IPv6 addresses and no commands), `##[error]`, `##vso[…]` and
 * `##teamcity[…]` anywhere.
 */
const command = /::(?=[0-9a-f]*[g-z_-])|##(?=\[|vso\[|teamcity\[)/gi;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line without any character that is not seen. Line breaks and tabs become `\n`, `\t`. */
export function visible(text: string): string {
  if (seen.test(text)) return text;
  return text.replace(unseenIn(), (char) => short[char] ?? escaped(char.codePointAt(0) ?? 0));
}

/** {@link visible}, and no CI runner takes it for a command. For terminals and logs. */
export function plain(text: string): string {
  return visible(text).replace(command, (found) => `${escaped(found.charCodeAt(0))}${found[0]}`);
}

/** The lines of a text, each {@link visible}. A line break at the end makes no line. */
export function visibleLines(text: string): string[] {
  return text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map(visible);
}

/** Rewrites the commands in a markup whose own escapes keep the value: `rewrite` gets `:` or `#`. */
export function disarm(markup: string, rewrite: (char: string) => string): string {
  return markup.replace(command, (found) => `${rewrite(found.charAt(0))}${found.charAt(0)}`);
}

/** At most `limit` code points; an ellipsis takes the last place of a longer text. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const points = Array.from(text.slice(0, 2 * limit + 2));
  return points.length <= limit ? text : `${points.slice(0, limit - 1).join('')}…`;
}

/** Indented JSON whose strings hold no unseen character and no command as such; parsing gives the same value. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replace(suspicious, (found) => found.replace(unseenIn(), utf16));
  return `${disarm(text, utf16)}\n`;
}

const escaped = (point: number): string => (point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, '0')}`);

const utf16 = (char: string): string => Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
