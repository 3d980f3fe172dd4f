/** Everything that goes to a terminal or a pipe. Text from elsewhere is made safe first. */
import { onScreen } from '../report/screen.ts';
import { visible } from '../report/text.ts';
import type { Problem } from '../rules/rule.ts';
import { exitStatus, OutputError, saidBySystem } from './errors.ts';
import { wipe } from './progress.ts';
import { isQuiet } from './quiet.ts';

/** Writes to standard output and waits until it is taken. A closed pipe is nobody's fault. */
export function out(text: string): Promise<void> {
  return write(process.stdout, text);
}

/** Writes to standard error. */
export function err(text: string): Promise<void> {
  return write(process.stderr, text);
}

/** Lines about a run that went well, on standard error: what was counted, decided and written. */
export async function tell(lines: readonly string[]): Promise<void> {
  if (!isQuiet() && lines.length > 0) await err(lines.map((line) => `${visible(line)}\n`).join(''));
}

/** oclif throws what standard output says, as if nobody waited for it. Help, which it prints by itself, is told of by the exit status alone. */
export function hearErrors(): void {
  process.stdout.removeAllListeners('error').on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') process.exitCode = exitStatus.output;
  });
  process.stderr.removeAllListeners('error').on('error', () => {});
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  hearErrors();
  wipe();
  return new Promise((done, fail) => {
    stream.write(text, (error) => {
      // Where standard error cannot be written to either, nobody can be told.
      if (error && stream === process.stdout && (error as NodeJS.ErrnoException).code !== 'EPIPE')
        fail(new OutputError(`cannot write to standard output: ${saidBySystem(error)}`));
      else done();
    });
  });
}

/** `file:line:column: message`, the hint below it; control characters made visible. */
export function problemText(problems: readonly Problem[]): string {
  return problems.map((p) => `${visible(`${p.file}:${p.line}:${p.column}: ${p.message}`)}\n${p.hint ? `    ${visible(p.hint)}\n` : ''}`).join('');
}

/** Writes a page of Markdown; on a terminal as a person reads it. */
export function outPage(text: string): Promise<void> {
  const { columns, isTTY } = process.stdout;
  if (!isTTY || !columns) return out(text);
  return out(onScreen(text, { width: columns, colour: !process.env.NO_COLOR && process.env.TERM !== 'dumb' }));
}

/** `1 rule`, `2 rules`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
