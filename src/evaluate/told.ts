/** The sentence and the evidence of a verdict. Pure. */

import type { Judged } from '../expect/expectation.ts';
import { fewPlaces } from '../facts/fact.ts';
import type { Evidence } from '../verdicts/report.ts';

/** What came of an expectation, and what a rule says of it. */
export type Piece = Judged & { readonly say?: string };

export interface Told {
  readonly message: string;
  readonly evidence: readonly Evidence[];
}

/** `prefix` opens the sentence, unless it is empty; `decisive` picks what the sentence is about. */
export function told<P extends Piece>(prefix: string, pieces: readonly P[], decisive: (piece: P) => boolean): Told {
  const main = pieces.filter(decisive);
  const says = [...new Set(main.flatMap((e) => e.say ?? []))];
  const facts = [...new Set(grouped(main))];
  const wish = says.length > 0 && prefix === '' && main.some((e) => e.truth === 'no') ? `${says.join('; ')}: ` : '';
  const body = `${wish}${facts.slice(0, 3).join('; ')}${facts.length > 3 ? ` (and ${facts.length - 3} more)` : ''}`;
  return {
    message: sentence(prefix, body || 'nothing to judge'),
    evidence: once([...main, ...pieces.filter((e) => !decisive(e))].map(({ truth, said, where }) => ({ truth, said, where: fewPlaces(where) }))),
  };
}

export function sentence(prefix: string, body: string): string {
  const text = prefix ? `${prefix}: ${body}` : body;
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** What is said of each, things that are unknown for one reason in one clause. */
function grouped(pieces: readonly Piece[]): string[] {
  const names = new Map<string, Set<string>>();
  const clauses = pieces.map((piece) => {
    const why = piece.unknown ? `: ${piece.unknown.said}` : '';
    if (why === '' || !piece.said.endsWith(why)) return () => piece.said;
    const same = names.get(why) ?? new Set();
    names.set(why, same.add(piece.said.slice(0, -why.length)));
    return () => `${listed([...same])}${why}`;
  });
  return clauses.map((clause) => clause());
}

/** `a x`, `a y`, `a z` → `a x, y and z`. */
function listed(names: readonly string[]): string {
  const [first = '', ...others] = names.map((n) => n.split(' '));
  let same = 0;
  while (others.every((o) => same < o.length - 1 && o[same] === first[same]) && same < first.length - 1) same++;
  const rest = [first as string[], ...others].map((words) => words.slice(same).join(' '));
  const last = rest.pop();
  return [...(first as string[]).slice(0, same), rest.length > 0 ? `${rest.join(', ')} and ${last}` : last].join(' ');
}

/** Several items may say the same of the same place: once is enough. */
function once(evidence: readonly Evidence[]): readonly Evidence[] {
  if (evidence.length < 2) return evidence;
  const seen = new Set<string>();
  return evidence.filter((e) => {
    const key = JSON.stringify(e);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
