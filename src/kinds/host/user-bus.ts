/** Kind `user-bus`: whether an account's sessions reach the user manager that rootless Podman needs for systemd cgroups. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, string } from '../../facts/shape.ts';

export const userBus = defineKind({
  name: 'user-bus',
  noun: 'the user bus',
  describe: "The socket of an account's session bus. Without it rootless Podman falls back to cgroupfs with a mere warning.",
  fields: {},
  shape: record({
    state: string('present; missing: sessions are open and there is no bus; no-session: nobody of that name is logged in or lingers', [
      'present',
      'missing',
      'no-session',
    ]),
  }),
  touches: () => [
    { do: 'stat', path: '/run/user/{uid}' },
    { do: 'stat', path: '/run/user/{uid}/bus' },
    { do: 'stat', path: kernelPath },
  ],
  *learn(_, as): Asking<Fact> {
    const directory = `/run/user/${as.uid}`;
    const bus = `${directory}/bus`;
    const [kernel, home, socket] = yield* together([stat(kernelPath), stat(directory), stat(bus)]);
    // An image has no sessions, and that is knowledge.
    if (!runs(kernel) && home?.is !== 'got') return new FactBuilder().set('state', 'no-session', { path: directory, said: 'not a running host' }).build();
    if (home?.is === 'blocked') return unknown(home, directory);
    if (home?.is === 'absent') return new FactBuilder().set('state', 'no-session', { path: directory, said: 'not there' }).build();
    if (socket?.is === 'blocked') return unknown(socket, bus);
    return new FactBuilder()
      .set('state', socket?.is === 'got' ? 'present' : 'missing', { path: bus, ...(socket?.is === 'got' ? {} : { said: 'not there' }) })
      .build();
  },
});
