/**
 * The text format of unit files and their drop-ins, read as systemd's own parser reads it
 * (systemd.syntax(7); systemd/systemd:src/shared/conf-parser.c). Quadlet files share it.
 */
import type { Where } from '../fact.ts';

/** One `Key=value`. `value` is stripped and continuation lines are joined; `where` is the line of the key. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly where: Where;
}

/** A line that systemd reads past, and why. */
export interface Ignored {
  readonly said: string;
  readonly where: Where;
  readonly key?: string;
  readonly value?: string;
}

export interface UnitText {
  /** In file order. */
  readonly assignments: readonly Assignment[];
  readonly ignored: readonly Ignored[];
  /** The line at which the parser gives up; what follows in this file is not read. */
  readonly broken?: Ignored;
}

const blanks = ' \t\n\r';

/**
 * Parses the text of one file.
 * @param sections the section names this file type knows; any other section is ignored. Undefined: all are kept.
 */
export function parseUnitText(text: string, path: string, sections?: ReadonlySet<string>): UnitText {
  const assignments: Assignment[] = [];
  const ignored: Ignored[] = [];
  let section: string | undefined;
  let skipping = '';
  for (const { line, content } of logicalLines(text)) {
    const where = { path, line };
    const l = strip(content);
    if (l === '') continue;
    if (l.startsWith('[')) {
      if (!l.endsWith(']'))
        return { assignments, ignored, broken: { said: `invalid section header ${JSON.stringify(l)}: the rest of the file is not read`, where } };
      const name = l.slice(1, -1);
      const known = sections === undefined || sections.has(name);
      section = known ? name : undefined;
      skipping = known ? '' : name;
      continue;
    }
    const at = l.indexOf('=');
    const key = at < 0 ? '' : strip(l.slice(0, at));
    const value = at < 0 ? '' : strip(l.slice(at + 1));
    if (section === undefined && sections !== undefined) {
      ignored.push({
        said: skipping ? `ignored: [${skipping}] is not a section of this unit type` : 'ignored: outside any section',
        where,
        ...(key ? { key, value } : {}),
      });
    } else if (at < 0) ignored.push({ said: 'ignored: no "=" in the line', where });
    else if (at === 0) ignored.push({ said: 'ignored: no name before "="', where });
    else assignments.push({ section: section ?? '', key, value, where });
  }
  return { assignments, ignored };
}

/** Lines after joining continuations and dropping comments; `line` is where each begins. */
function* logicalLines(text: string): Generator<{ line: number; content: string }> {
  let pending: { line: number; parts: string[] } | undefined;
  let markSeen = false;
  for (const [at, raw] of physicalLines(text).entries()) {
    // A comment is dropped even between continuation lines, and does not end them.
    const first = firstOf(raw);
    if (first === '#' || first === ';') continue;
    let l = raw;
    if (!markSeen && l.startsWith('\ufeff')) {
      l = l.slice(1);
      markSeen = true;
    }
    const continues = endsEscaped(l);
    const part = continues ? `${l.slice(0, -1)} ` : l;
    if (pending) pending.parts.push(part);
    else pending = { line: at + 1, parts: [part] };
    if (continues) continue;
    yield { line: pending.line, content: pending.parts.join('') };
    pending = undefined;
  }
  if (pending) yield { line: pending.line, content: pending.parts.join('') };
}

/** Line ends are LF, CR, NUL, or a run of different ones of them (read_line(): CRLF, LFCR). */
function physicalLines(text: string): string[] {
  const lines = text.split(/\r\n|\n\r|[\n\r\0]/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function firstOf(line: string): string | undefined {
  for (const c of line) if (!blanks.includes(c)) return c;
  return undefined;
}

/** An odd number of backslashes at the end. */
function endsEscaped(line: string): boolean {
  let count = 0;
  while (line[line.length - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

/** Takes blanks off both ends. Only ASCII blanks: a no-break space belongs to the value. */
function strip(s: string): string {
  let from = 0;
  let to = s.length;
  while (from < to && blanks.includes(s[from] as string)) from++;
  while (to > from && blanks.includes(s[to - 1] as string)) to--;
  return s.slice(from, to);
}

/** The assignments of a list that count: an empty one takes all before it away. */
export const sinceReset = <T extends { readonly value: string }>(all: readonly T[]): readonly T[] => all.slice(all.findLastIndex((a) => a.value === '') + 1);
