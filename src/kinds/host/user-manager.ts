/** Kind `user-manager`: how the system's systemd sees the user manager of an account. */
import { type Asking, run } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { managerState } from '../../facts/cgroup/manager.ts';
import { type Fact, FactBuilder, unknown } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, string } from '../../facts/shape.ts';

export const userManager = defineKind({
  name: 'user-manager',
  noun: 'the user manager',
  absent: "systemd does not report {who}'s user manager",
  describe: "The service user@UID of the account in question, as the system's systemd tells of it. It exists where systemd can be asked.",
  fields: {},
  shape: record({ state: string('active, inactive, failed, activating …') }),
  touches: () => [{ do: 'run', argv: managerState('{uid}') }],
  *learn(_, as): Asking<Fact> {
    const answer = yield* run(managerState(as.uid));
    const at = { path: commandPlace(['systemctl', 'show', `user@${as.uid}.service`]) };
    const fact = new FactBuilder().consulted(at);
    if (answer.is === 'blocked') return unknown(answer, at.path);
    const state = answer.is === 'got' && answer.value.exit === 0 ? /^ActiveState=(\S+)$/m.exec(answer.value.stdout)?.[1] : undefined;
    if (state === undefined) return fact.build(false);
    return fact.set('state', state, { ...at, said: `ActiveState=${state}` }).build();
  },
});
