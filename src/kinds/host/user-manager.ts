/** Kind `user-manager`: how the system's systemd sees the user manager of an account. */
import { type Asking, run, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { managerState } from '../../facts/cgroup/manager.ts';
import { type Fact, FactBuilder, type Unknown, unknown } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, string } from '../../facts/shape.ts';
import type { Touches } from '../../facts/source.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../../facts/systemd/load.ts';

/** The template, and the unit of one account. */
const units = (uid: number | string): readonly string[] => ['user@.service', `user@${uid}.service`];

export const userManager = defineKind({
  name: 'user-manager',
  noun: 'the user manager',
  absent: "systemd does not report {who}'s user manager",
  describe: "The service user@UID of the account in question, as the system's systemd tells of it. It exists where systemd can be asked.",
  fields: {},
  shape: record({
    state: string('active, inactive, failed, activating …'),
    masked: string('the unit that is masked, so that the manager does not start at boot: user@.service or that of the account; unset otherwise'),
  }),
  touches: (): Touches => [{ do: 'run', argv: managerState('{uid}') }, ...units('{uid}').map((name) => unitNamed(name, 'system'))],
  *learn(_, as): Asking<Fact> {
    const answer = yield* run(managerState(as.uid));
    const at = { path: commandPlace(['systemctl', 'show', `user@${as.uid}.service`]) };
    const fact = new FactBuilder().consulted(at);
    if (answer.is === 'blocked') return unknown(answer, at.path);
    const state = answer.is === 'got' && answer.value.exit === 0 ? /^ActiveState=(\S+)$/m.exec(answer.value.stdout)?.[1] : undefined;
    if (state === undefined) return fact.build(false);
    fact.set('state', state, { ...at, said: `ActiveState=${state}` });
    const names = units(as.uid);
    const loaded: (LoadedUnit | Unknown)[] = yield* together(names.map((name) => loadUnit(name, { manager: 'system', as: rootAccount })));
    for (const [index, unit] of loaded.entries()) {
      if (unit.is === 'unknown') return fact.gap('masked', unit).build();
      if (unit.masked) return fact.set('masked', names[index], { path: unit.fragment?.path ?? at.path }).build();
      if (unit.unseen[0]) fact.gap('masked', unit.unseen[0]);
    }
    return fact.at('masked', at).build();
  },
});
