/** Whether an account may use a device of the kernel: what it is, and which class of its mode counts. */
import { type Account, type Asking, stat, together } from '../ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown } from '../fact.ts';
import { boolean, mode } from '../shape.ts';
import type { Touches } from '../source.ts';
import { groupsOf } from './socket-reach.ts';

/** The fields that {@link learnDevice} sets. */
export const deviceFields = {
  device: boolean('it is a character device'),
  usable: boolean('the account may read and write it'),
  mode: mode('its permission bits'),
};

/** What {@link learnDevice} asks. */
export const deviceTouches = (path: string): Touches => [
  { do: 'stat', path },
  { do: 'read', path: '/etc/group' },
  { do: 'read', path: '/etc/passwd' },
];

/**
 * A device as an account may use it; missing where it is not there. `groups`: those with which the program opens it: all of
 * the account, its primary one alone, or undecided.
 */
export function* learnDevice(path: string, as: Account, groups: 'all' | 'primary' | Unknown = 'all'): Asking<Fact> {
  const [found, listed] = yield* together([stat(path), groupsOf()]);
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
  if (gid === as.gid) return fact.set('usable', may(3), where).build();
  if (groups === 'primary') return fact.set('usable', may(0), where).build();
  if (listed.is === 'unknown') return fact.gap('usable', listed).build();
  const member = listed.each.some((g) => g.gid === gid && g.members.includes(as.name));
  if (member && groups !== 'all' && may(3) !== may(0)) return fact.gap('usable', groups).build();
  return fact.set('usable', may(member ? 3 : 0), where).build();
}
