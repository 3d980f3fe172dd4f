/** --quiet: of a run that goes well, nothing goes to standard error. */
import * as Flags from '@oclif/core/flags';

export const quietFlag = {
  quiet: Flags.boolean({ char: 'q', description: 'say nothing on standard error but what went wrong', helpGroup: 'output' }),
};

let quiet = false;
export function quieten(wanted: boolean): void {
  quiet = wanted;
}
export const isQuiet = (): boolean => quiet;
