/** Whether a release is past its end of support on the day of the inspection. */
import { compareReleases } from '../text/version.ts';
import { tablesOf } from './lifecycle-table.ts';

/** The newest row says nothing about releases after it; this long they are taken to be supported. */
const trustYears = 2;

export type Support =
  | { readonly is: 'known'; readonly ended: boolean; readonly said: string; readonly date?: string }
  | { readonly is: 'unknown'; readonly said: string; readonly date?: string };

/**
 * Judges a version against a table of last days (RFC 3339 dates). Versions below the
 * lowest row have ended; above the highest row they are newer than the table.
 *
 * `now` is in Unix seconds, undefined when the snapshot does not tell.
 */
export function support(ends: Readonly<Record<string, string>>, version: string, now: number | undefined): Support {
  const row = rowOf(ends, version);
  if (row) {
    const date = ends[row] as string;
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

/** The row of a version: itself, else its leading parts (`9.4` → `9`). */
function rowOf(ends: Readonly<Record<string, string>>, version: string): string | undefined {
  const parts = version.split('.');
  for (let length = parts.length; length > 0; length--) {
    const row = parts.slice(0, length).join('.');
    if (Object.hasOwn(ends, row)) return row;
  }
  return undefined;
}

const byNumbers = (a: string, b: string): number => compareReleases(a, b) ?? 0;
