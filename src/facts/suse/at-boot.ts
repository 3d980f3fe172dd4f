/** Whether a unit of the system is started at boot: known only where every place that may say so was seen. */
import type { Asking } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import { source, type Touches } from '../source.ts';
import { enablementNamed, enablementOf } from '../systemd/enablement.ts';
import { loadUnit, unitNamed } from '../systemd/load.ts';
import { mergeSettings } from '../systemd/merge.ts';

export interface AtBoot {
  readonly is: 'known';
  /** The unit is there. */
  readonly exists: boolean;
  /** Something pulls it in. */
  readonly on: boolean;
  /** The command lines of ExecStart=. */
  readonly starts: string;
  readonly where: readonly Where[];
}

/** Takes the name of a unit of the system. */
export const atBoot = source((name: string): Touches => [unitNamed(name, 'system'), enablementNamed(name, 'system')], learnAtBoot);

function* learnAtBoot(name: string): Asking<AtBoot | Unknown> {
  const options = { manager: 'system', as: rootAccount } as const;
  const unit = yield* loadUnit(name, options);
  if (unit.is === 'unknown') return unit;
  const [unseen] = [...unit.uncertain, ...unit.unseen];
  if (unseen) return unseen;
  const path = unit.fragment?.path;
  if (!unit.exists) return { is: 'known', exists: false, on: false, starts: '', where: unit.consulted };
  const found = yield* enablementOf(name, options);
  if ('is' in found) return found;
  const [hidden] = found.unseen;
  if (hidden) return hidden;
  const starts = JSON.stringify(mergeSettings(unit, (text) => text).directives.get('ExecStart')?.value ?? '');
  const where = found.where.length > 0 ? found.where : [{ path: path ?? name, said: 'nothing pulls it in' }];
  return { is: 'known', exists: true, on: found.enabled, starts, where };
}
