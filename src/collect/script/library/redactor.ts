/**
 * The redactor of the capture script, in POSIX awk (mawk, gawk, BusyBox awk, the one true awk). It runs on bytes
 * (LC_ALL=C) and gives back every line that holds no secret as it came. src/collect/redact is its twin on arrival: same
 * functions, same names, same order; a test compares the two.
 *
 * No single quote may stand in it: it is a word of sh.
 */
import { commands } from './redact/commands.ts';
import { lines } from './redact/lines.ts';
import { names } from './redact/names.ts';
import { setup } from './redact/setup.ts';
import { tokens } from './redact/tokens.ts';
import { values } from './redact/values.ts';

/** Functions only: `redact(path, n)` turns the lines L[1..n] into O[1..n], and counts in `masked`. */
export const redactor: string = `\n${setup}${commands}${values}${names}${tokens}${lines}`;
