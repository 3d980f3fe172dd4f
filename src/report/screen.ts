/** A page in Markdown as a person reads it on a terminal: titles stand out, lines fit, marks are gone. */
import pc from 'picocolors';
import { plain } from './text.ts';
import { columns, wrap } from './width.ts';

const widestProse = 100;

interface Section {
  /** Empty: what stands before the first title. */
  readonly title: string;
  readonly lines: readonly string[];
}

/** Lays a page out. */
export function onScreen(page: string, { width, colour }: { readonly width: number; readonly colour: boolean }): string {
  const { bold } = pc.createColors(colour);
  const room = Math.min(width, widestProse);
  return sectionsOf(page)
    .map(({ title, lines }) => [...(title === '' ? [] : [bold(title)]), ...laidOut(lines, room, title === '' ? 0 : 2, bold)].join('\n'))
    .map((text) => `${text.trimEnd()}\n`)
    .join('\n');
}

function sectionsOf(page: string): Section[] {
  const found: { title: string; lines: string[] }[] = [{ title: '', lines: [] }];
  for (const line of page.split('\n')) {
    const [, title] = /^## (.+)$/.exec(line) ?? [];
    if (title !== undefined) found.push({ title: plain(title), lines: [] });
    else found.at(-1)?.lines.push(line);
  }
  return found;
}

/** Paragraphs and lists wrapped, code as it is; no empty line at either end. */
function laidOut(lines: readonly string[], room: number, by: number, bold: (text: string) => string): string[] {
  let code = false;
  const shown = lines.flatMap((line) => {
    if (/^ *```/.test(line)) {
      code = !code;
      return [];
    }
    const [, blanks = '', mark = '', text = ''] = /^( *)(- |# )?(.*)$/.exec(line) ?? [];
    if (mark === '# ') return [bold(plain(text))];
    const lead = by + blanks.length + mark.length;
    const parts = wrap(plain(code ? text : bare(text)), Math.max(10, room - lead));
    return parts.map((part, at) => (' '.repeat(by + blanks.length) + (at === 0 ? mark : ' '.repeat(mark.length)) + part).trimEnd());
  });
  while (columns(shown[0] ?? 'x') === 0) shown.shift();
  return shown;
}

/** Text without the marks of code and links. */
const bare = (text: string): string => text.replace(/(`+) ?(.*?) ?\1/g, '$2').replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '$1: $2');
