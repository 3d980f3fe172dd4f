/** Whether the system's manager starts a unit at boot: for facts that rest on a service being on. */
import { type Asking, together } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { source } from '../source.ts';
import { enablementNamed, enablementOf } from '../systemd/enablement.ts';
import { loadUnit, unitNamed } from '../systemd/load.ts';
import { mergeSettings } from '../systemd/merge.ts';
import { refusedFor } from '../systemd/refused.ts';
import { rootAccount } from './accounts.ts';

export interface WhetherEnabled {
  readonly is: 'known';
  /** Of a unit that is not there, or masked: not. */
  readonly enabled: boolean;
  /** The unit is there. */
  readonly exists: boolean;
  /** The command lines of ExecStart=, as they stand. */
  readonly starts: string;
  readonly where: readonly Where[];
}

/** Unknown where a directory that may hold the unit, or what pulls it in, was closed. */
export const whetherEnabled = source((name: string) => [unitNamed(name, 'system'), enablementNamed(name, 'system')], lookFor);

function* lookFor(name: string): Asking<WhetherEnabled | Unknown> {
  const options = { manager: 'system', as: rootAccount } as const;
  const [unit, found] = yield* together([loadUnit(name, options), enablementOf(name, options)]);
  if (unit.is === 'unknown') return unit;
  if ('is' in found) return found;
  const unseen = found.unseen[0] ?? unit.uncertain[0];
  if (unseen) return unseen;
  const off = unit.fragment ? { path: unit.fragment.path, said: unit.masked ? 'masked' : 'not enabled' } : { path: `/usr/lib/systemd/system/${name}` };
  const starts = JSON.stringify(mergeSettings(unit, (text) => text).directives.get('ExecStart')?.value ?? '');
  const refused = found.enabled ? refusedFor(unit) : undefined;
  if (refused) return { is: 'known', enabled: false, exists: unit.exists, starts, where: [refused] };
  return { is: 'known', enabled: found.enabled, exists: unit.exists, starts, where: found.enabled ? found.where : [off] };
}
