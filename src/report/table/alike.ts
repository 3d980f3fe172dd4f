/** Unknown verdicts that one obstacle explains, told once. The verdicts stay as they are; every other format lists them. */
import { type Severity, severities, type Verdict } from '../../verdicts/report.ts';
import { stepOf } from '../missing.ts';
import { plain } from '../text.ts';
import { pad, wrap } from '../width.ts';
import type { Palette } from './palette.ts';

/** Verdicts that share what is to be done about them. */
export interface Obstacle {
  readonly step: string;
  readonly verdicts: readonly Verdict[];
  readonly severity: Severity;
}

/** Fewer than this are told one by one. */
const few = 4;
const mostPlaces = 6;

/** Splits what has a next step in common with others from what has not; the largest group stands first. */
export function alike(unknown: readonly Verdict[]): { obstacles: readonly Obstacle[]; rest: readonly Verdict[] } {
  const by = new Map<string, Verdict[]>();
  for (const v of unknown) if (v.next !== undefined) by.set(stepOf(v.next), [...(by.get(stepOf(v.next)) ?? []), v]);
  const large = [...by].filter(([, verdicts]) => verdicts.length >= few).sort(([, a], [, b]) => b.length - a.length);
  const told = new Set(large.flatMap(([, verdicts]) => verdicts));
  return {
    obstacles: large.map(([step, verdicts]) => ({ step, verdicts, severity: severities.find((s) => verdicts.some((v) => v.severity === s)) ?? 'info' })),
    rest: unknown.filter((v) => !told.has(v)),
  };
}

/** What it is on one line, or, where the page is narrow, on lines below each other. */
function heading(severity: Severity, text: string, { width, paint }: { readonly width: number; readonly paint: Palette }): string[] {
  const lead = `UNKNOWN  ${severity}  `.length;
  const [start = '', ...rest] = wrap(text, width - lead);
  return [
    `${paint.outcome.unknown('UNKNOWN')}  ${paint.severity[severity](severity)}  ${paint.strong(start)}`,
    ...rest.map((part) => ' '.repeat(lead) + paint.strong(part)),
  ];
}

/** One block for an obstacle: how much it hides, what to do, where it stands in the way, and every rule that waits. */
export function obstacleBlock({ step, verdicts, severity }: Obstacle, page: { readonly width: number; readonly paint: Palette }): string[] {
  const { paint, width } = page;
  const rules = [...new Set(verdicts.map((v) => v.rule))];
  const places = new Map<string, number>();
  for (const path of verdicts.flatMap((v) => v.evidence.flatMap((e) => (e.truth === 'unknown' ? e.where.slice(0, 1) : []))).map((w) => w.path))
    places.set(path, (places.get(path) ?? 0) + 1);
  const most = [...places].sort(([, a], [, b]) => b - a).map(([path, count]) => `${path} (${count})`);
  const shown = most.length > mostPlaces + 1 ? [...most.slice(0, mostPlaces), `… ${most.length - mostPlaces} more places`] : most;
  const line = (label: string, text: string): string[] =>
    wrap(plain(text), width - 10).map((part, at) => `  ${paint.dim(pad(at === 0 ? label : '', 8))}${part}`);
  return [
    ...heading(severity, `${verdicts.length} verdicts of ${rules.length} rules, for one reason`, page),
    ...line('do', step),
    ...shown.flatMap((text, at) => line(at === 0 ? 'at' : '', text)),
    ...line('rules', rules.join(', ')),
  ];
}
