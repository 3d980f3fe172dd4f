/** The category of a run: GitHub takes all before the last slash, and a run closes the alerts of an earlier one of its category. */
import { identityOf, type Report } from '../../verdicts/report.ts';
import type { Hash } from '../style.ts';
import { visible } from '../text.ts';

const part = (text: string): string => encodeURIComponent(visible(text));

/**
 * `pretrip/edge-01/auto/`. Profiles that were chosen by what is there change with the host and are not named; those that
 * somebody asked for are, and rules that were picked by name stand as a digest. What is ignored or set by a parameter
 * leaves the category as it is: its alerts are to close.
 */
export function categoryOf({ target, selection }: Report, hash: Hash): string {
  const asked = sorted(selection?.profiles).map(part);
  const picked = sorted(selection?.select);
  const digest = picked.length > 0 ? [`select-${hash('sha256', JSON.stringify(picked)).slice(0, 8)}`] : [];
  const chosen = [...asked, ...digest].join('+') || 'auto';
  return `pretrip/${part(identityOf(target)) || 'target'}/${chosen}/`;
}

const sorted = (words: readonly string[] = []): string[] => [...new Set(words)].toSorted();

/** The category that somebody gave, `{target}` being the target's name; closed by a slash. */
export const givenCategory = (category: string, target: string): string =>
  `${visible(category.replaceAll('{target}', part(target) || 'target')).replace(/\/+$/, '') || 'pretrip'}/`;
