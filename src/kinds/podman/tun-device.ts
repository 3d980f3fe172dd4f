/** Kind `tun-device`: whether an account may make network devices of its own through /dev/net/tun. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { groupsOf } from '../../facts/podman/socket-reach.ts';
import { boolean, mode, record } from '../../facts/shape.ts';

const path = '/dev/net/tun';

export const tunDevice = defineKind({
  name: 'tun-device',
  noun: '/dev/net/tun',
  absent: "/dev/net/tun is not there, so {who}'s containers cannot be given a network",
  describe: 'The device through which pasta and slirp4netns give rootless containers a network.',
  fields: {},
  shape: record({
    device: boolean('it is a character device'),
    usable: boolean('the account may read and write it'),
    mode: mode('its permission bits'),
  }),
  touches: () => [
    { do: 'stat', path },
    { do: 'read', path: '/etc/group' },
    { do: 'read', path: '/etc/passwd' },
  ],
  *learn(_, as): Asking<Fact> {
    const [found, groups] = yield* together([stat(path), groupsOf()]);
    const end = found.is === 'got' ? (found.value.real ?? { is: 'got' as const, value: found.value }) : found;
    if (end.is === 'blocked') return unknown(end, path);
    if (end.is === 'absent') return missing({ path, said: 'not there' });
    const { type, mode: bits, uid, gid } = end.value;
    const where = { path, said: `mode ${bits.toString(8).padStart(4, '0')}, owner ${uid}:${gid}` };
    const fact = new FactBuilder()
      .consulted(where)
      .set('device', type === 'char', where)
      .set('mode', bits, where);
    const may = (shift: number): boolean => ((bits >> shift) & 6) === 6;
    // The first class that an account is of decides (path_resolution(7)).
    if (as.uid === 0 || (uid === as.uid && may(6))) return fact.set('usable', true, where).build();
    if (uid === as.uid) return fact.set('usable', false, where).build();
    if (may(0) && may(3)) return fact.set('usable', true, where).build();
    if (groups.is === 'unknown') return fact.gap('usable', groups).build();
    const member = gid === as.gid || groups.each.some((g) => g.gid === gid && g.members.includes(as.name));
    return fact.set('usable', may(member ? 3 : 0), where).build();
  },
});
