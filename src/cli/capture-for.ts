/** `capture --for RUN.json`: what the unknown verdicts of a run are missing, and the rules behind them. */

import { tellingAsks } from '../collect/merge.ts';
import type { Account, AnyAnswer, Ask, Asking, Target } from '../facts/ask.ts';
import { bareAsk } from '../facts/asks.ts';
import { passwd } from '../facts/host/passwd.ts';
import { asking, settleAsync } from '../facts/settle.ts';
import { inspect, type Looker, type Selection } from '../inspect.ts';
import type { Pack } from '../rules/pack.ts';
import type { Missing } from '../verdicts/report.ts';
import { UsageError } from './errors.ts';
import { savedReport } from './saved-report.ts';
import { selectionFrom } from './selection.ts';

export interface Wanted {
  readonly asks: readonly Ask[];
  /** The rules whose verdicts are unknown: what they ask follows from the first answers. */
  readonly selection: Selection;
  /** Whether it is also unknown which profiles apply. */
  readonly profiles: boolean;
  /** The names of the host that was judged. */
  readonly hosts: readonly string[];
  /** Name of the account that inspected. */
  readonly user: string | undefined;
  /** Whose containers it was about, where that was named. */
  readonly accounts: readonly string[] | undefined;
}

/** Reads a saved run. Throws UsageError when a further capture would decide nothing of it. */
export async function wantedFor(path: string, pack: Pack): Promise<Wanted> {
  const report = await savedReport(path);
  const open = report.verdicts.filter((v) => asksOf(v.missing).length > 0);
  const unsure = (report.undecidedProfiles ?? []).filter((p) => asksOf(p.missing).length > 0);
  if (open.length + unsure.length === 0) {
    const unknown = report.verdicts.filter((v) => v.outcome === 'unknown').length;
    throw new UsageError(
      unknown === 0 ? `${path}: nothing is unknown in this run` : `${path}: no further capture would decide the ${unknown} unknown verdicts of this run`,
      unknown === 0 ? undefined : 'each verdict says what would, under "missing"',
    );
  }
  const known = new Set(pack.rules.flatMap((r) => [r.id, ...r.formerly]));
  const select = [...new Set(open.map((v) => v.rule))].filter((id) => known.has(id));
  const params = report.selection?.params;
  return {
    asks: [...tellingAsks, ...[...open, ...unsure].flatMap((o) => asksOf(o.missing))],
    selection: select.length > 0 ? selectionFrom({ select, param: params && [...params] }, pack) : { byName: true, wants: () => false, params: [] },
    profiles: unsure.length > 0,
    hosts: [report.target.name, ...(report.target.identity === undefined ? [] : [report.target.identity])],
    user: report.target.user,
    accounts: report.target.accounts,
  };
}

const asksOf = (missing: readonly Missing[] = []): Ask[] => missing.flatMap((m) => (m.do === 'mend' || m.do === 'look' ? [] : [bareAsk(m)]));

/** Asks for all that is missing, then what the rules ask, on behalf of the account that inspected before. */
export function* askFor(wanted: Wanted, pack: Pack, { audited, given }: Looker, captures: Account): Asking<void> {
  yield wanted.asks;
  const own = (ask: Ask): Ask => (ask.do === 'run' && !ask.user && audited.uid !== captures.uid ? { ...ask, user: audited } : ask);
  const all: Selection = { byName: false, wants: () => true, params: [] };
  for (const selection of [...(wanted.profiles ? [all] : []), wanted.selection]) yield* asking(inspect({ pack, selection }, { audited, given }), own);
}

/** The account of that name on the target, or the one that captures. */
export async function accountNamed(name: string | undefined, captures: Account, target: Target): Promise<Account> {
  if (name === undefined || name === captures.name) return captures;
  const found = await settleAsync(passwd(), (asks): Promise<readonly AnyAnswer[]> => target.answer(asks));
  const entry = found.is === 'known' ? found.entries.find((e) => e.name === name) : undefined;
  return entry ? { name: entry.name, uid: entry.uid, gid: entry.gid, home: entry.home } : captures;
}
