/** One line on standard error that says work is going on; only for a person at a terminal. */

export function progress(name: string): { step(asked: number): void; end(): void } {
  const shown = process.stderr.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb';
  const started = Date.now();
  return {
    step: (asked) => {
      if (shown && Date.now() - started > 300) process.stderr.write(`\r\u001b[K${name.replace(/[^\w.-]/g, '?')}: ${asked} answers`);
    },
    end: () => {
      if (shown) process.stderr.write('\r\u001b[K');
    },
  };
}
