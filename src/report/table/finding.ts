/** One cause as an entry of three to five lines: what is so, the line that decides it, the first step of the fix, rule ids. */
import { bare, lookedWords, type Place, places, placeText } from '../findings.ts';
import { clip, plain } from '../text.ts';
import { columns, wrap } from '../width.ts';
import type { Cause } from './causes.ts';
import { cutAtEnd, cutInMiddle, indent, type Page, withTail, wrapAtMost, wrapStep } from './page.ts';

/** Characters of one value from the host; the JSON report has the rest. */
const longestText = 1000;
const margin = 3;

/** The lines of an entry; its fix has the number of the plan. */
export function entry(cause: Cause, page: Page): string[] {
  const [worst] = cause.verdicts;
  const [first = '', ...rest] = wrapAtMost(plain(clip(bare(worst), longestText)), page.prose - margin, page.density.sentence);
  const [place] = places(worst);
  const seen = place ? placeLines(place, page) : [];
  const fix = fixLines(cause, page);
  return [first, ...indent(margin, rest), ...withIds(seen, fix, plain(cause.ids), page)];
}

/** The ids at the end of the last line or the last but one, else on lines of their own. */
function withIds(seen: readonly string[], fix: readonly string[], ids: string, page: Page): string[] {
  const fits = (lines: readonly string[]): boolean => lines.length > 0 && columns(lines.at(-1) ?? '') + 2 + columns(ids) <= page.prose;
  if (!page.plain && !fits(fix) && fits(seen)) return [...withTail(seen, ids, page, margin), ...fix];
  return withTail([...seen, ...fix], ids, page, margin);
}

/** `path:line` and what stands there, on one line where it fits. */
function placeLines({ column: _, ...place }: Place, page: Page): string[] {
  const room = page.width - margin - 2;
  const at = plain(clip(placeText(place), longestText));
  // A lone bracket is where something starts, and says nothing.
  const line = place.text?.trim() ?? '';
  const text = /^[[\](){},;]*$/.test(line) ? '' : plain(clip(line, longestText));
  const said = place.said ?? (place.looked ? lookedWords : undefined);
  const note = said === undefined ? '' : plain(clip(`(${said})`, longestText));
  const what = text === '' ? note : text;
  if (page.plain) return indent(margin, wrap(`at ${at}${what === '' ? '' : `: ${what}`}`, page.width - margin));
  if (what === '') return indent(margin + 2, [cutInMiddle(at, room)]);
  if (columns(at) + 4 + columns(what) <= room) return indent(margin + 2, [`${at}    ${what}`]);
  return [...indent(margin + 2, [cutInMiddle(at, room)]), ...indent(margin + 4, [cutAtEnd(what, room - 2)])];
}

/** The first step: a command whole, words as far as the page has room. */
function fixLines({ first }: Cause, page: Page): string[] {
  if (!first) return [];
  const lead = `fix ${first.number}  `;
  const room = page.prose - margin - columns(lead);
  const text = plain(`${first.who === '' ? '' : `as ${first.who}: `}${first.line}`);
  const lines = first.isCommand ? wrap(text, room) : wrapStep(text, room, page.density.step);
  const more = `(first of ${first.of} steps)`;
  const last = lines.at(-1) ?? '';
  const told = first.of > 1 && columns(last) + 1 + columns(more) <= room ? [...lines.slice(0, -1), `${last} ${more}`] : lines;
  return [`${' '.repeat(margin)}${lead}${told[0] ?? ''}`, ...indent(margin + columns(lead), told.slice(1))];
}
