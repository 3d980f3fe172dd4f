/** The colours of the table: an addition to the words, never in their place. Only severities and the gate have one. */
import pc from 'picocolors';
import type { Severity } from '../../verdicts/report.ts';
import type { Standing } from './readiness.ts';

type Paint = (text: string) => string;

export interface Palette {
  readonly standing: Readonly<Record<Standing, Paint>>;
  readonly severity: Readonly<Record<Severity, Paint>>;
  /** What is there for those who look for it. */
  readonly dim: Paint;
}

/** Paints that leave the text as it is when `colour` is false, whatever the environment says. */
export function palette(colour: boolean): Palette {
  const c = pc.createColors(colour);
  return {
    standing: { 'NOT READY': (t) => c.bold(c.red(t)), 'NOT DECIDED': (t) => c.bold(c.yellow(t)), READY: (t) => c.bold(c.green(t)), 'NO GATE': c.bold },
    severity: { critical: (t) => c.bold(c.red(t)), high: c.red, medium: c.yellow, low: c.cyan, info: c.dim },
    dim: c.dim,
  };
}
