/** Columns that a text takes on a terminal, and lines that fit. For text that has no unseen characters. */

/** East Asian wide and full width (Unicode UAX #11), and emoji. */
const wideOnes = (): RegExp =>
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
const markOnes = (): RegExp => /[\p{Mn}\p{Me}]/u;
/** V8 needs a while to make ready for these, and most texts are ASCII. */
let wide: RegExp | undefined;
let marks: RegExp | undefined;

/** How many columns a terminal gives this text. */
export function columns(text: string): number {
  let sum = 0;
  for (const char of text) sum += columnsOf(char);
  return sum;
}

function columnsOf(char: string): number {
  if (char < '\u0300') return 1;
  marks ??= markOnes();
  wide ??= wideOnes();
  if (marks.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}

/** The text with blanks up to a number of columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** Breaks a text into lines of at most `width` columns: at blanks, else after `/`, `.` or `-`, else anywhere. Never empty. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const push = () => {
    lines.push(line.trimEnd());
    line = '';
    used = 0;
  };
  for (const word of text.split(' ')) {
    const size = columns(word);
    if (used > 0 && used + 1 + size > width) push();
    else if (used > 0) {
      line += ' ';
      used += 1;
    }
    for (const piece of size > width ? pieces(word, width) : [word]) {
      const room = columns(piece);
      if (used > 0 && used + room > width) push();
      line += piece;
      used += room;
    }
  }
  push();
  return lines;
}

/** A word cut into pieces that fit. */
function pieces(word: string, width: number): string[] {
  const found: string[] = [];
  for (const part of word.split(/(?<=[/.-])/)) {
    if (columns(part) <= width) found.push(part);
    else found.push(...chop(part, width));
  }
  return found;
}

function chop(part: string, width: number): string[] {
  const found: string[] = [];
  let piece = '';
  let used = 0;
  for (const char of part) {
    const size = columnsOf(char);
    if (used + size > width && piece !== '') {
      found.push(piece);
      piece = '';
      used = 0;
    }
    piece += char;
    used += size;
  }
  return [...found, piece];
}
