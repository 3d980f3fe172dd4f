/** A target judged for a command that wants the report and nothing else. */

import type { Order } from '../inspect.ts';
import { type Occasion, scan } from '../scan.ts';
import type { Report } from '../verdicts/report.ts';
import { refuseUnknown } from './accounts.ts';
import { DefectError } from './errors.ts';
import { asking, working } from './progress.ts';
import { reachFrom } from './remote.ts';
import { timeFrom } from './selection.ts';
import { superset } from './superset.ts';
import { type Asked, openTarget, usualTarget } from './targets.ts';
import { thisTool } from './this-tool.ts';

type Flags = Parameters<typeof reachFrom>[0] &
  Pick<Asked, 'as' | 'user' | 'now'> & { readonly file?: string[] | undefined; readonly account?: string[] | undefined };

/** Looks at the target that the flags describe. Throws DefectError where a probe of ours crashed. */
export async function scannedReport(name: string, flags: Flags, order: Order): Promise<Report> {
  const occasion: Occasion = { takenAt: timeFrom(flags.now), files: flags.file ?? [], accounts: flags.account ?? [], tool: thisTool() };
  const reach = reachFrom(flags, () => superset(order.pack, order.selection));
  const work = working(name === usualTarget ? 'this host' : name, 'opening');
  try {
    const opened = await openTarget({ name, as: flags.as, user: flags.user, now: flags.now, reach }, undefined);
    try {
      await refuseUnknown(occasion.accounts ?? [], opened);
      const from = 'snapshot' in opened ? opened.snapshot : opened.host;
      const { report, defects } = await scan(from, order, { ...occasion, progress: (...count) => work.step(asking(...count)) });
      if (defects.length > 0) throw new DefectError(defects.join('\n'));
      return report;
    } finally {
      if ('host' in opened) await opened.close?.();
    }
  } finally {
    work.end();
  }
}
