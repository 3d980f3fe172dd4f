/** TARGET arguments → what answers for them, with mistakes as the command line tells them. */
import * as targets from '../collect/targets/open.ts';
import { type Asked, MisuseError, type Opened } from '../collect/targets/target.ts';
import { ProblemsError, UsageError } from './errors.ts';

export { type Asked, usualTarget } from '../collect/targets/target.ts';

/** What TARGET may be, for help. */
export const targetHelp: string = `TARGET is ${targets.targets.map((t) => `${t.written}: ${t.describe}`).join('; ')}.`;

/** Opens a target. Throws TargetError, UsageError or ProblemsError. */
export async function openTarget(asked: Asked): Promise<Opened> {
  try {
    return await targets.openTarget(asked);
  } catch (error) {
    if (!(error instanceof MisuseError)) throw error;
    throw error.problems.length > 0 ? new ProblemsError(error.problems) : new UsageError(error.message, error.hint);
  }
}
