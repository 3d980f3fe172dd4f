/** Whether a release is past its end of support on the day of the inspection. */
import { compareReleases } from '../text/version.ts';
import { tablesOf } from './lifecycle-table.ts';

/** The newest row says nothing about releases after it; this long they are taken to be supported. */
const trustYears = 2;

export type Support =
  | { readonly is: 'known'; readonly ended: boolean; readonly said: string; readonly date?: string }
  | { readonly is: 'unknown'; readonly said: string; readonly date?: string };

/** Last days by version. */
type Ends = Readonly<Record<string, string>>;

/** Support that a site has beyond the tables: its last days, and the entry that does not say which. */
export interface Extended {
  readonly ends: Ends;
  readonly broken?: string;
}

/**
 * Reads entries of `VERSION YYYY-MM-DD`, or `ID VERSION YYYY-MM-DD` where an ID of os-release is given: then those of other
 * systems are passed over.
 */
export function extended(entries: readonly string[], id?: string): Extended {
  const rows = entries.map((entry) => ({ entry, words: entry.trim().split(/\s+/) }));
  const broken = rows.find(({ words }) => words.length !== (id === undefined ? 2 : 3) || !isDay(words.at(-1) ?? ''));
  if (broken) return { ends: {}, broken: broken.entry };
  const own = rows.filter(({ words }) => id === undefined || words[0]?.toLowerCase() === id.toLowerCase());
  return { ends: Object.fromEntries(own.map(({ words }) => words.slice(-2) as [string, string])) };
}

/** A day that the calendar has; Date takes the 31st of April for the 1st of May. */
function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/**
 * Judges a version against a table of last days (RFC 3339 dates). Versions below the
 * lowest row have ended; above the highest row they are newer than the table.
 *
 * `now` is in Unix seconds, undefined when the snapshot does not tell. Of the day of the table and that of `more`, what a
 * site has beyond it, the later one counts.
 */
export function support(ends: Ends, version: string, now: number | undefined, more: Extended = { ends: {} }): Support {
  if (more.broken !== undefined) return { is: 'unknown', said: `no end of support can be read from "${more.broken}"` };
  const [own, paid] = [endOf(ends, version), endOf(more.ends, version)];
  const end = own && paid ? (paid.date > own.date ? paid : own) : (own ?? paid);
  if (end) {
    const { row, date } = end;
    if (now === undefined) return { is: 'unknown', said: `support of ${row} ends on ${date}, but the day of the inspection is not known`, date };
    const ended = now >= (Date.parse(`${date}T00:00:00Z`) + 86_400_000) / 1000;
    return { is: 'known', ended, said: `support of ${row} ${ended ? 'ended' : 'ends'} on ${date}`, date };
  }
  const rows = Object.keys(ends).sort(byNumbers);
  const lowest = rows[0];
  const highest = rows.at(-1);
  if (lowest === undefined || highest === undefined || !/^\d/.test(version))
    return { is: 'unknown', said: `no end of support is known for ${version} (table of ${tablesOf})` };
  if (byNumbers(version, lowest) < 0) return { is: 'known', ended: true, said: `${version} is older than every release in the table of ${tablesOf}` };
  if (byNumbers(version, highest) < 0) return { is: 'unknown', said: `no end of support is known for ${version} (table of ${tablesOf})` };
  const fresh = now !== undefined && now < Date.parse(`${tablesOf}T00:00:00Z`) / 1000 + trustYears * 365 * 86_400;
  return fresh
    ? { is: 'known', ended: false, said: `${version} is newer than the table of ${tablesOf}` }
    : { is: 'unknown', said: `${version} is newer than the table of ${tablesOf}, which is too old to tell` };
}

/** The row of a version and its day: itself, else its leading parts (`9.4` → `9`). */
function endOf(ends: Ends, version: string): { readonly row: string; readonly date: string } | undefined {
  const parts = version.split('.');
  for (let length = parts.length; length > 0; length--) {
    const row = parts.slice(0, length).join('.');
    if (Object.hasOwn(ends, row)) return { row, date: ends[row] as string };
  }
  return undefined;
}

const byNumbers = (a: string, b: string): number => compareReleases(a, b) ?? 0;
