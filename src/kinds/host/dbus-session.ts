/** Kind `dbus-session`: the D-Bus session of an account, over which Podman asks its systemd for cgroups. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { envPlace } from '../../facts/asks.ts';
import { type Environment, gapOf } from '../../facts/environment/environment.ts';
import { ownSession } from '../../facts/environment/inspection.ts';
import { type Fact, FactBuilder, type Unknown, unknown } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, says, string } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';

const systemdMark = '/run/systemd/system';
const variable = 'DBUS_SESSION_BUS_ADDRESS';

/**
 * Without an address, programs take the socket of the runtime directory. An address in the environment wins over it
 * (sd_bus_open_user(3)); it is known only when the account itself inspects, through neither sudo nor su.
 */
export const dbusSession = defineKind({
  name: 'dbus-session',
  noun: 'the D-Bus session',
  describe: 'The D-Bus session of the account in question: the socket /run/user/UID/bus, and DBUS_SESSION_BUS_ADDRESS if the account itself inspects.',
  fields: {},
  shape: record({
    session: says(boolean('the account has a runtime directory: it is logged in, or may linger'), {
      yes: '{who} has a session',
      no: '{who} is not logged in and does not linger',
    }),
    systemd: says(boolean('systemd runs the host'), { yes: 'systemd runs the host', no: 'the host does not run systemd' }),
    socket: boolean('the socket is there'),
    owned: boolean('it belongs to the account'),
    address: record(
      { value: string('DBUS_SESSION_BUS_ADDRESS'), right: boolean('it names that socket; unset when the inspection runs in another session') },
      'the variable in the session of the inspection',
    ),
  }),
  touches: () => [
    { do: 'stat', path: '/run/user/{uid}' },
    { do: 'stat', path: '/run/user/{uid}/bus' },
    { do: 'stat', path: systemdMark },
    { do: 'stat', path: kernelPath },
    ownSession.of([variable], inQuestion),
  ],
  *learn(_q, as): Asking<Fact> {
    const directory = `/run/user/${as.uid}`;
    const path = `${directory}/bus`;
    const [dir, bus, systemd, kernel, own] = yield* together([stat(directory), stat(path), stat(systemdMark), stat(kernelPath), ownSession([variable], as)]);
    if (dir.is !== 'got' && kernel.is === 'blocked' && kernel.why !== 'unsupported') return unknown(kernel, kernelPath);
    if (dir.is !== 'got' && !runs(kernel))
      return { is: 'unknown', why: 'unsupported', said: `${directory} is made at login, and nobody logs in to an image`, where: [{ path: directory }] };
    const fact = new FactBuilder().consulted({ path: directory }, { path });
    if (systemd.is === 'blocked') fact.gap('systemd', unknown(systemd, systemdMark));
    else fact.set('systemd', systemd.is === 'got', { path: systemdMark });
    if (dir.is === 'blocked') fact.gap('session', unknown(dir, directory));
    else fact.set('session', dir.is === 'got', { path: directory });
    if (bus.is === 'blocked') fact.gap('socket', unknown(bus, path)).gap('owned', unknown(bus, path));
    else {
      const socket = bus.is === 'got' && bus.value.type === 'socket';
      fact.set('socket', socket, { path, said: bus.is === 'got' ? `a ${bus.value.type}` : 'not there' });
      if (bus.is === 'got') fact.set('owned', bus.value.uid === as.uid, { path, said: `owner ${bus.value.uid}` });
    }
    return addAddress(fact, path, own);
  },
});

function addAddress(fact: FactBuilder, path: string, own: Environment | undefined | Unknown): Fact {
  const at = { path: envPlace(variable) };
  if (!own) return fact.at('address', { ...at, said: 'of another session' }).build();
  if ('is' in own) return fact.gap('address', own).build();
  const hidden = gapOf(own, variable);
  if (hidden) return fact.gap('address', hidden).build();
  const address = own.variables.get(variable)?.value ?? '';
  if (address === '') return fact.at('address', { ...at, said: 'not set: the socket of the runtime directory is taken' }).build();
  // Several addresses stand side by side with semicolons; the first that answers is taken.
  const first = address.split(';')[0] ?? '';
  const right = /^unix:/.test(first) && first.slice(5).split(',').includes(`path=${path}`);
  return fact
    .set(['address', 'value'], address, { ...at, said: `is ${address}` })
    .set(['address', 'right'], right, { ...at, said: `is ${address}` })
    .build();
}
