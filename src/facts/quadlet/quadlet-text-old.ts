/**
 * Lines of a Quadlet file as generators before Podman 5.4 cut them (containers/podman:pkg/systemd/parser/unitfile.go at
 * v4.4.4, v4.9.5, v5.3.2; the bugs are containers/podman#21555 and #24810). `;` begins no comment, `:` does.
 */
import { type Release, since } from '../containers/podman-release.ts';

export interface OldLine {
  /** Where it begins, from 1. */
  readonly line: number;
  /** With its continuations joined. */
  readonly content: string;
}

/** `stuck`: the line on whose continuation the generator never ends. */
export type OldLines = { readonly lines: readonly OldLine[]; readonly stuck?: number };

/** Up to 5.3 `:` stands where `;` should. */
export const isOldComment = (content: string): boolean => content === '' || content.startsWith('#') || content.startsWith(':');

/** Cuts a text into lines. The continuation of a line that is blank is never reached by 4.6 to 5.3. */
export function oldLines(text: string, release: Release): OldLines {
  const trims = since(release, '4.6');
  const skipsComments = since(release, '5.0');
  const lines: OldLine[] = [];
  let rest = skipsComments ? text.split('\n').map(trimmed).join('\n') : text;
  let line = 1;
  while (rest !== '') {
    const whole = rest;
    let [content, after] = nextLine(whole, 0, trims);
    if (!(skipsComments && isOldComment(content)) && content.indexOf('=') > 0) {
      while (after !== '' && content.endsWith('\\')) {
        const [longer, further] = nextLine(whole, content.length + 1, trims);
        if (longer === content && further !== '') return { lines, stuck: line };
        content = longer;
        after = further;
      }
    }
    lines.push({ line, content: content.replaceAll('\\\n', '') });
    line += whole.slice(0, whole.length - after.length).split('\n').length - 1;
    rest = after;
  }
  return { lines };
}

/** The text up to the first line end behind `from`, and what follows. The last line of a file is not trimmed. */
function nextLine(data: string, from: number, trims: boolean): [string, string] {
  const end = data.indexOf('\n', from);
  if (end < 0) return [data, ''];
  const line = data.slice(0, end);
  return [trims ? trimmed(line) : line, data.slice(end + 1)];
}

/** Without blanks around it. A byte order mark is none to the generator, which then finds no section. */
export const trimmed = (line: string): string => (line.startsWith('\uFEFF') ? line.trimEnd() : line.trim());
