/** Remedy steps in words, for a person to carry out. */
import type { Step } from '../verdicts/report.ts';
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
  const who = step.needs === 'root' ? 'as root: ' : step.needs === 'user' ? 'as the user: ' : '';
  const note = step.note === undefined ? '' : ` (${visible(step.note)})`;
  if (!('write' in step)) return { line: `${who}${visible(action(step))}${note}`, content: [], note: '' };
  return { line: `${who}${visible(action(step))}:`, content: visibleLines(step.content), note: note.trim() };
}

function action(step: Step): string {
  if ('write' in step) return `write ${step.write}${step.mode === undefined ? '' : `, mode ${step.mode}`}`;
  if ('chmod' in step) return shell(['chmod', step.mode, step.chmod]);
  if ('chown' in step) return shell(['chown', step.owner, step.chown]);
  if ('link' in step) return shell(['ln', '-sfn', step.to, step.link]);
  if ('remove' in step) return `remove ${step.remove}`;
  if ('run' in step) return shell(step.run);
  if ('manual' in step) return step.manual;
  return `check: ${typeof step.verify === 'string' ? step.verify : shell(step.verify)}`;
}

/** An argument vector as a line that a POSIX shell reads back as the same arguments. */
function shell(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
}
