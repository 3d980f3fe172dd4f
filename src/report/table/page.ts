/** What every part of the page needs to know, and the shapes that parts share. */
import type { Style } from '../style.ts';
import { columns, wrap } from '../width.ts';
import type { Palette } from './palette.ts';

/** Narrower than this nothing is legible; lines of prose wider than that are not either. */
const narrowest = 40;
const widestProse = 100;

export interface Page {
  /** Columns that no line exceeds. */
  readonly width: number;
  /** Columns of running text: no more than are read with ease. */
  readonly prose: number;
  readonly paint: Palette;
  /** No line is drawn and nothing stands at the right margin: for screen readers and logs. */
  readonly plain: boolean;
  readonly style: Style;
  readonly density: Density;
}

/** How much of a finding stands on the page, where -v does not ask for all of it. */
export interface Density {
  /** Lines of its sentence. */
  readonly sentence: number;
  /** Lines of a step in words; a command stands there whole. */
  readonly step: number;
  /** Lines of a sentence that does not fail the gate, or was not decided. */
  readonly aside: number;
  /** An empty line between two findings. */
  readonly air: boolean;
}

/** The first that fits is taken: few findings have room, many are told in short. */
export const densities: readonly [Density, ...Density[]] = [
  { sentence: 4, step: 3, aside: 3, air: true },
  { sentence: 3, step: 2, aside: 2, air: true },
  { sentence: 3, step: 2, aside: 2, air: false },
  { sentence: 2, step: 1, aside: 2, air: false },
  { sentence: 2, step: 1, aside: 1, air: false },
];

/** Lines of one target's page that are read without losing the thread. */
export const mostLines = 120;

/** The page for a style, with all the room there is. */
export function pageFor(style: Style, paint: Palette, plain: boolean): Page {
  const width = Math.max(narrowest, style.width);
  return { width, prose: Math.min(width, widestProse), paint, plain, style, density: densities[0] };
}

/** The lines, each behind so many blanks. */
export const indent = (by: number, lines: readonly string[]): string[] => lines.map((line) => ' '.repeat(by) + line);

/** The title of a section: a line across the page that starts with it. `painted` is the title with its colours. */
export function sectionTitle(title: string, { prose, paint, plain }: Page, painted: string = title): string[] {
  if (plain) return wrap(title, prose);
  const lines = wrap(`── ${title}`, prose);
  if (lines.length > 1) return lines.map(paint.dim);
  const rest = prose - columns(`── ${title} `);
  return [`${paint.dim('──')} ${painted} ${paint.dim('─'.repeat(Math.max(0, rest)))}`.trimEnd()];
}

/** At most so many columns of a path, or of a path with its line: cut in the middle, since both ends tell more. */
export function cutInMiddle(text: string, room: number): string {
  if (columns(text) <= room) return text;
  const points = Array.from(text);
  const end = take(points.toReversed(), Math.ceil((room - 1) * 0.6)).toReversed();
  const start = take(points, room - 1 - columns(end.join('')));
  return `${start.join('')}…${end.join('')}`;
}

/** At most so many columns of a text; an ellipsis takes the place of the rest. */
export function cutAtEnd(text: string, room: number): string {
  return columns(text) <= room
    ? text
    : `${take(Array.from(text), room - 1)
        .join('')
        .trimEnd()}…`;
}

function take(points: readonly string[], room: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const point of points) {
    used += columns(point);
    if (used > room) break;
    taken.push(point);
  }
  return taken;
}

/** At most so many lines of a text; an ellipsis says that there is more. */
export function wrapAtMost(text: string, room: number, most: number): string[] {
  const lines = wrap(text, room);
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most - 1);
  // Lines are parts of the text, in its order; only blanks between them are gone.
  const read = kept.reduce((at, line) => text.indexOf(line, at) + line.length, 0);
  return [...kept, cutAtEnd(text.slice(read).trimStart(), room)];
}

/** A step that is no command, in at most so many lines: of `write FILE` the middle goes, of a sentence the end. */
export const wrapStep = (text: string, room: number, most: number): string[] =>
  /^(?:as \S+: )?\S+ \/\S+$/.test(text) ? [cutInMiddle(text, room)] : wrapAtMost(text, room, most);

/** A text and the gate's word, which is never torn and has its colour. */
export function withGate(text: string, gate: string, painted: string, { prose }: Page): string[] {
  if (columns(text) + 2 + columns(gate) <= prose) return [`${text}  ${painted}`];
  return [...wrap(text, prose), painted];
}

/**
 * Lines with something quiet behind the last one, at the right margin where there is room, else below it. The lines are
 * not painted.
 */
export function withTail(lines: readonly string[], tail: string, page: Page, by: number): string[] {
  const last = lines.at(-1) ?? '';
  const room = page.prose - columns(last) - columns(tail);
  if (tail === '') return [...lines];
  if (room >= 2 && !page.plain) return [...lines.slice(0, -1), `${last}${' '.repeat(room)}${page.paint.dim(tail)}`];
  return [...lines, ...indent(by, wrap(tail, page.prose - by).map(page.paint.dim))];
}

/** A sentence in at most so many lines, the further ones behind `by` blanks, with something quiet at the end of the last one. */
export function aside(text: string, tail: string, page: Page, by: number): string[] {
  const room = page.prose - by;
  const [first = '', ...rest] = wrapAtMost(text, room, page.density.aside);
  const lines = [first, ...indent(by, rest)];
  const over = columns(lines.at(-1) ?? '') + 2 + columns(tail) - page.prose;
  // The end of a sentence goes before a line of its own for the rule.
  const left = columns(lines.at(-1) ?? '') - over - 1;
  if (over <= 0 || page.plain || lines.length < page.density.aside || left < room / 3) return withTail(lines, tail, page, by);
  return withTail([...lines.slice(0, -1), cutAtEnd(`${lines.at(-1)?.replace(/…$/, '')}…`, left)], tail, page, by);
}
