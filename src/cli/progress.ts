/** One line on standard error that says what takes so long; only for a person at a terminal, and gone when it is over. */
import { clip, visible } from '../report/text.ts';
import { isQuiet } from './quiet.ts';

/** Milliseconds before anything is said, and between two looks at it. */
const patience = 1000;
const rhythm = 250;

/** A piece of work that is going on. */
export interface Work {
  /** What it is busy with now. */
  step(what: string): void;
  end(): void;
}

const going = new Map<symbol, string>();
let since = 0;
let shown = false;
let last = 0;
let clock: NodeJS.Timeout | undefined;

const wanted = (): boolean => !isQuiet() && process.stderr.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb';

/** Says that work on `name` goes on until its `end`, if anybody watches; `first` is what it begins with. Several at a time share the line. */
export function working(name: string, first: string): Work {
  const key = Symbol(name);
  const about = (what: string): string => `${visible(name)}: ${what}`;
  if (going.size === 0) since = Date.now();
  going.set(key, about(first));
  if (wanted()) clock ??= setInterval(draw, rhythm).unref();
  return {
    step(what) {
      going.set(key, about(what));
      // Work that never waits gives the clock no turn.
      if (clock && Date.now() - last > rhythm) draw();
    },
    end() {
      going.delete(key);
      if (going.size > 0) return;
      clearInterval(clock);
      clock = undefined;
      wipe();
    },
  };
}

function draw(): void {
  if (Date.now() - since < patience) return;
  last = Date.now();
  shown = true;
  const [first = '', ...others] = going.values();
  const line = others.length === 0 ? first : `${first} (and ${others.length} more)`;
  process.stderr.write(`\r\u001b[K${clip(line, Math.max(20, process.stderr.columns ?? 80) - 1)}`);
}

/** Takes the line away, so that something else can stand there. */
export function wipe(): void {
  if (shown) process.stderr.write('\r\u001b[K');
  shown = false;
}

/** What an inspection is busy with, after a record's own count of it. */
export const asking = (round: number, answered: number, asked: number, busy = 'asking'): string => `${busy}, round ${round}, ${answered} of ${asked} answers`;
