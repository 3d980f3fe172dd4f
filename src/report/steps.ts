/** Remedy steps in words, for a person to carry out. */
import { type Step, tellStep } from '../verdicts/steps.ts';
import { visible, visibleLines } from './text.ts';

export interface StepText {
  /** One line: who and what; without content also what to watch for. */
  readonly line: string;
  /** The lines of the file to write. */
  readonly content: readonly string[];
  /** What to watch for, when content stands between; else empty. */
  readonly note: string;
}

/** A step as text without unseen characters. */
export function stepText(step: Step): StepText {
  const { who, as, line, content, note } = tellStep(step);
  const what = visible([who, as, line].filter((part) => part !== undefined).join(': '));
  const watch = note === undefined ? '' : ` (${visible(note)})`;
  if (content === undefined) return { line: `${what}${watch}`, content: [], note: '' };
  return { line: `${what}:`, content: visibleLines(content), note: watch.trim() };
}
