/** --account: names that a target must know. */
import { replay } from '../collect/record.ts';
import type { Opened } from '../collect/targets/target.ts';
import type { AnyAnswer, Asking } from '../facts/ask.ts';
import { type NamedAccount, namedAccount } from '../facts/host/meant-accounts.ts';
import type { Pattern } from '../facts/pattern.ts';
import { settle, settleAsync } from '../facts/settle.ts';
import { UsageError } from './errors.ts';

/** There is no such account on a target: of one target a mistake, of several that one is not judged. */
export class NobodyError extends UsageError {}

/** Throws NobodyError for a name that the target shows to be nobody's. Where that cannot be shown, the verdicts are unknown. */
export async function refuseUnknown(names: readonly string[], opened: Opened): Promise<void> {
  for (const name of names) {
    const found = await look(namedAccount(name), opened);
    if (found.is === 'unknown' || found.entry) continue;
    const on = 'snapshot' in opened ? opened.snapshot.header.name : opened.host.name;
    throw new NobodyError(`--account ${name}: there is no such account on ${on}`, `looked at: ${found.consulted.map((w) => w.path).join(', ')}`);
  }
}

/** What looking up a name may touch. */
export const touchedByLookUp: readonly Pattern[] = namedAccount.touches;

const look = (probe: Asking<NamedAccount>, opened: Opened): NamedAccount | Promise<NamedAccount> =>
  'snapshot' in opened ? settle(probe, replay(opened.snapshot)) : settleAsync(probe, (asks): Promise<readonly AnyAnswer[]> => opened.host.target.answer(asks));
