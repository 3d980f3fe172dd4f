/** TARGET arguments → what answers for them, with mistakes as the command line tells them. */
import * as targets from '../collect/targets/open.ts';
import { type Asked, MisuseError, type Opened } from '../collect/targets/target.ts';
import { ProblemsError, UsageError } from './errors.ts';

export { whatStandsAt } from '../collect/targets/open.ts';
export { type Asked, usualTarget } from '../collect/targets/target.ts';

/** What TARGET may be, for help. */
export const targetHelp: string = `TARGET is ${targets.targets.map((t) => `${t.written}: ${t.describe}`).join('; ')}.`;

/** Opens a target; a host that is to be recorded is `called` so, for good. Throws TargetError, UsageError or ProblemsError. */
export async function openTarget(asked: Asked, called?: string): Promise<Opened> {
  try {
    const opened = await targets.openTarget(asked);
    return called === undefined || 'snapshot' in opened ? opened : { ...opened, host: { ...opened.host, name: called, identity: called } };
  } catch (error) {
    if (!(error instanceof MisuseError)) throw error;
    throw error.problems.length > 0 ? new ProblemsError(error.problems) : new UsageError(error.message, error.hint);
  }
}
