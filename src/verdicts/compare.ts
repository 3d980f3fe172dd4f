/** Two reports on the same snapshot: what one says that the other does not. Pure. */
import type { Report, Verdict } from './report.ts';

export interface Difference {
  /** An outcome, a severity, or what was judged at all; else only the words differ. */
  readonly decides: boolean;
  readonly said: string;
}

/** Compares a report with one that was made again. Waivers stand beside a verdict and are not judged. */
export function differences(recorded: Report, again: Report): Difference[] {
  return [...otherDifferences(recorded, again), ...verdictDifferences(recorded, again)];
}

const nameOf = ({ rule, subject }: Verdict): string => (subject === undefined ? rule : `${rule} [${subject}]`);

function verdictDifferences(recorded: Report, again: Report): Difference[] {
  const found: Difference[] = [];
  const judged = new Map(again.verdicts.map((v) => [nameOf(v), v]));
  const seen = new Set<string>();
  for (const verdict of recorded.verdicts) {
    const name = nameOf(verdict);
    const now = judged.get(name);
    if (seen.has(name)) found.push({ decides: true, said: `${name}: the report has this verdict twice` });
    else if (!now) found.push({ decides: true, said: `${name}: the report says ${verdict.outcome}, and judging again gives no such verdict` });
    else found.push(...between(name, verdict, now));
    seen.add(name);
  }
  for (const [name, verdict] of judged)
    if (!seen.has(name)) found.push({ decides: true, said: `${name}: judging again gives ${verdict.outcome}, which the report leaves out` });
  return found;
}

function between(name: string, recorded: Verdict, again: Verdict): Difference[] {
  if (recorded.outcome !== again.outcome)
    return [{ decides: true, said: `${name}: the report says ${recorded.outcome}, judging again gives ${again.outcome}: ${again.message}` }];
  if (recorded.severity !== again.severity)
    return [{ decides: true, said: `${name}: the report says ${recorded.severity}, judging again gives ${again.severity}` }];
  if (!same(recorded.attested, again.attested))
    return [{ decides: true, said: `${name}: the report says ${answerText(recorded)}, the answers kept with it say ${answerText(again)}` }];
  const { waived: _waived, ...bare } = recorded;
  const parts = (['message', 'evidence', 'remedy', 'next', 'missing'] as const).filter((part) => !same(bare[part], again[part]));
  return parts.length > 0 ? [{ decides: false, said: `${name}: ${recorded.outcome} as judged again, with another ${parts.join(', ')}` }] : [];
}

const answerText = ({ attested }: Verdict): string => (attested ? `that ${attested.by} answered ${attested.answer}` : 'that nobody answered');

function otherDifferences(recorded: Report, again: Report): Difference[] {
  const decides = (['caveats', 'profiles', 'undecidedProfiles', 'params', 'numbering', 'stricter'] as const).filter(
    (part) => !same(recorded[part], again[part]),
  );
  const target = (Object.keys({ ...recorded.target, ...again.target }) as (keyof Report['target'])[]).filter(
    (key) => !same(recorded.target[key], again.target[key]),
  );
  const counts = ({ summary: { waived: _waived, bySeverity: _bySeverity, ...summary } }: Report): unknown => summary;
  return [
    ...target.map((key) => ({
      decides: true,
      said: `target.${key}: the report says ${shown(recorded.target[key])}, the snapshot ${shown(again.target[key])}`,
    })),
    ...decides.map((part) => ({ decides: true, said: `${part}: the report says other than judging again gives` })),
    ...(same(counts(recorded), counts(again)) ? [] : [{ decides: true, said: 'summary: the counts are not those of judging again' }]),
    ...(same(recorded.rules, again.rules) ? [] : [{ decides: false, said: 'rules: the report describes the rules in other words than the rules themselves' }]),
  ];
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Equal whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .toSorted(([x], [y]) => (x < y ? -1 : 1))
    .map(([k, v]) => [k, sorted(v)]);
}
