/** The colours of the table: an addition to the words, never in their place. */
import pc from 'picocolors';
import type { Outcome, Severity } from '../../verdicts/report.ts';

type Paint = (text: string) => string;

export interface Palette {
  readonly outcome: Readonly<Record<Outcome, Paint>>;
  readonly severity: Readonly<Record<Severity, Paint>>;
  readonly strong: Paint;
  readonly dim: Paint;
}

/** Paints that leave the text as it is when `colour` is false, whatever the environment says. */
export function palette(colour: boolean): Palette {
  const c = pc.createColors(colour);
  return {
    outcome: { fail: (t) => c.bold(c.red(t)), unknown: (t) => c.bold(c.yellow(t)), pass: c.green, 'not-applicable': c.dim },
    severity: { critical: (t) => c.bold(c.red(t)), high: c.red, medium: c.yellow, low: c.cyan, info: c.dim },
    strong: c.bold,
    dim: c.dim,
  };
}
