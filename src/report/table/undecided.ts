/** What was not decided, by what decides it. The verdicts stay as they are; -v and every other format tell each. */
import type { Verdict } from '../../verdicts/report.ts';
import { bare, isWaived } from '../findings.ts';
import type { Way } from '../missing.ts';
import { clip, plain } from '../text.ts';
import { columns, wrap } from '../width.ts';
import { aside, cutInMiddle, indent, type Page } from './page.ts';

/** So many verdicts of one step are told one by one. */
const few = 3;
const mostWays = 6;
const mostPlaces = 2;

/** The lines of the section. */
export function undecidedLines(ways: readonly Way[], page: Page): string[] {
  const width = Math.max(3, ...ways.map((way) => `${way.verdicts.length}`.length));
  const shown = ways.length > mostWays + 1 ? ways.slice(0, mostWays) : ways;
  const rest = ways.slice(shown.length).reduce((sum, way) => sum + way.verdicts.length, 0);
  return [...shown.flatMap((way) => wayLines(way, width, page)), ...(rest === 0 ? [] : row(`${rest}`, 'for other reasons: all with -v', width, page))];
}

function wayLines(way: Way, width: number, page: Page): string[] {
  const { verdicts, needs, step, note } = way;
  const by = width + 2;
  const lead = needs === undefined ? '' : `${verdicts.length === 1 ? 'needs' : 'need'} ${needs}: `;
  const said = `${lead}${step}${note === undefined ? '' : ` (${note})`}`;
  const open = verdicts.filter((v) => !isWaived(v));
  return [...row(`${verdicts.length}`, said, width, page), ...(open.length <= few ? open.flatMap((v) => single(v, by, page)) : placesOf(verdicts, by, page))];
}

function row(count: string, text: string, width: number, page: Page): string[] {
  const by = width + 2;
  const [start = '', ...rest] = wrap(plain(text), page.prose - by);
  return [`${count.padStart(width)}  ${start}`, ...indent(by, rest)];
}

function single(verdict: Verdict, by: number, page: Page): string[] {
  const narrower = { ...page, prose: page.prose - by };
  return indent(by, aside(plain(clip(bare(verdict), 1000)), plain(verdict.rule), narrower, 3));
}

/** The places that stand in the way most often. */
function placesOf(verdicts: readonly Verdict[], by: number, page: Page): string[] {
  const paths = verdicts.flatMap((v) => v.evidence.flatMap((e) => (e.truth === 'unknown' ? e.where.slice(0, 1).map((w) => w.path) : [])));
  const counted = [...Map.groupBy(paths, (path) => path)].map(([path, of]) => ({ path, count: of.length })).toSorted((a, b) => b.count - a.count);
  const room = page.prose - by;
  return indent(
    by,
    counted.slice(0, mostPlaces).map(({ path, count }) => {
      const tail = ` (${count})`;
      return page.paint.dim(`${cutInMiddle(plain(path), room - columns(tail))}${tail}`);
    }),
  );
}
