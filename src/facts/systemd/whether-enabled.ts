/** Whether the system's manager starts a unit at boot: for facts that rest on a service being on. */
import { type Asking, together } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import { source } from '../source.ts';
import { enablementNamed, enablementOf } from './enablement.ts';
import { loadUnit, unitNamed } from './load.ts';

/** Of a unit that is not there, or masked: not enabled. */
export type WhetherEnabled = { readonly is: 'known'; readonly enabled: boolean; readonly where: readonly Where[] } | Unknown;

/** Unknown where a directory that may hold the unit, or what pulls it in, was closed. */
export const whetherEnabled = source((name: string) => [unitNamed(name, 'system'), enablementNamed(name, 'system')], lookFor);

function* lookFor(name: string): Asking<WhetherEnabled> {
  const options = { manager: 'system', as: rootAccount } as const;
  const [unit, found] = yield* together([loadUnit(name, options), enablementOf(name, options)]);
  if (unit.is === 'unknown') return unit;
  if ('is' in found) return found;
  const unseen = found.unseen[0] ?? unit.uncertain[0];
  if (unseen) return unseen;
  const off = unit.fragment ? { path: unit.fragment.path, said: unit.masked ? 'masked' : 'not enabled' } : { path: `/usr/lib/systemd/system/${name}` };
  return { is: 'known', enabled: found.enabled, where: found.enabled ? found.where : [off] };
}
