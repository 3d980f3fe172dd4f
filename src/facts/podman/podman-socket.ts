/** Kind `podman-socket`: who may connect to the API socket: its mode, its group's members, and the directories above it. */
import { type Account, type Answer, type Asking, read, type Stat, stat, together } from '../ask.ts';
import { type Fact, FactBuilder, type Json, missing, type Unknown, unknown, type Where } from '../fact.ts';
import type { Kind } from '../kind.ts';
import { boolean, list, mode, number, record, string } from '../shape.ts';
import { defaultSocket, socketUnit, socketUnitTouches } from './socket-unit.ts';
import { mayLookAt, socketTouches } from './who-answers.ts';

const octal = (bits: number): string => bits.toString(8).padStart(4, '0');

/** podman.socket is shipped with SocketMode=0660 (containers/podman contrib/systemd/system/podman.socket). */
const shippedMode = 0o660;

export const podmanSocket: Kind = {
  name: 'podman-socket',
  noun: 'the API socket',
  describe: 'Who besides its owner may connect to the API socket of an account, by mode, group members and the directories above it.',
  fields: {},
  shape: record({
    path: string('the path of the socket'),
    mode: mode('permission bits of the socket, or what the unit gives it'),
    uid: number('owner of the socket'),
    gid: number('group of the socket'),
    owned: boolean('whether the owner is the account in question'),
    live: boolean('whether the socket file is there; otherwise the unit is judged'),
    configuredGroup: string('SocketGroup= of the unit'),
    reachableBy: list(string('everyone, or a group with its members'), 'who may connect besides the owner and root'),
    parents: list(
      record({ path: string('directory'), mode: mode('its bits'), uid: number('its owner'), gid: number('its group') }),
      'the directories above, top first',
    ),
  }),
  touches: () => [
    ...socketUnitTouches,
    ...socketTouches,
    { do: 'stat', path: '/run' },
    { do: 'stat', path: '/var' },
    { do: 'read', path: '/etc/group' },
    { do: 'read', path: '/etc/passwd' },
  ],
  *learn(_, as): Asking<Fact> {
    const unit = yield* socketUnit(as);
    const configured = unit.listens.find((l) => l.type === 'unix');
    if (unit.unseen) return unit.unseen;
    const path = configured?.address ?? defaultSocket(as);
    if (!mayLookAt(path))
      return { is: 'unknown', why: 'unsupported', said: `the socket ${path} lies outside /run and /var`, where: configured ? [configured.where] : [] };
    const dirs = parentsOf(path);
    const [socket, ...above] = (yield* together([path, ...dirs].map((p) => stat(p)))) as [Answer<Stat>, ...Answer<Stat>[]];
    // An image has nothing below /run: what the unit will make is judged.
    if (socket.is === 'blocked' && socket.why !== 'unsupported') return unknown(socket, path);
    if (socket.is !== 'got' && !unit.loaded) return missing({ path }, ...unit.consulted);
    const fact = new FactBuilder()
      .consulted({ path })
      .set('path', path, { path })
      .set('live', socket.is === 'got', { path });
    if (unit.group) fact.set('configuredGroup', unit.group.value, unit.group.where);
    const groups = yield* groupsOf();
    if (socket.is === 'got') {
      const end = socket.value.real?.is === 'got' ? socket.value.real.value : socket.value;
      const at = { path, said: `${octal(end.mode)} ${end.uid}:${end.gid}` };
      fact
        .set('mode', end.mode, at)
        .set('uid', end.uid, at)
        .set('gid', end.gid, at)
        .set('owned', end.uid === as.uid, at);
      return reach(fact, { bits: end.mode, gid: end.gid, at }, dirs, above, groups, as).build();
    }
    // Not running, or an image: what systemd will create. The directories above may not exist before boot.
    const bits = unit.mode?.value ?? shippedMode;
    const at = unit.mode?.where ?? { path, said: 'SocketMode=0660 as shipped' };
    fact.set('mode', bits, at);
    const gid =
      unit.group === undefined
        ? as.gid
        : groups.is === 'known'
          ? groups.each.find((g) => g.name === unit.group?.value || String(g.gid) === unit.group?.value)?.gid
          : undefined;
    if (gid === undefined) {
      fact.gap(
        'reachableBy',
        groups.is === 'unknown'
          ? groups
          : { is: 'unknown', why: 'failed', said: `the group ${unit.group?.value ?? ''} is not in /etc/group`, where: unit.group ? [unit.group.where] : [] },
      );
      return fact.build();
    }
    return reach(fact, { bits, gid, at: unit.group?.where ?? at }, [], [], groups, as).build();
  },
};

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
  readonly where: readonly Where[];
}
type Groups = { readonly is: 'known'; readonly each: readonly Group[] } | Unknown;

/** Groups with their members: those group(5) lists, and the accounts whose primary group it is. */
function* groupsOf(): Asking<Groups> {
  const [group, passwd] = (yield* together([read('/etc/group'), read('/etc/passwd')])) as [Answer<string>, Answer<string>];
  if (group.is === 'blocked') return unknown(group, '/etc/group');
  if (passwd.is === 'blocked') return unknown(passwd, '/etc/passwd');
  const accounts = passwd.is === 'got' ? passwd.value.split('\n').map((l) => l.split(':')) : [];
  const each: Group[] = [];
  for (const [at, line] of (group.is === 'got' ? group.value : '').split('\n').entries()) {
    const [name, , gid, members] = line.split(':');
    if (!name || !/^\d+$/.test(gid ?? '')) continue;
    const primary = accounts.filter((f) => f.length >= 7 && f[3] === gid).map((f) => f[0] ?? '');
    const listed = (members ?? '').split(',').map((m) => m.trim());
    each.push({
      name,
      gid: Number(gid),
      members: [...new Set([...listed, ...primary])].filter((m) => m !== '' && m !== 'root').sort(),
      where: [{ path: '/etc/group', line: at + 1 }],
    });
  }
  return { is: 'known', each };
}

/** Connecting needs write permission on the socket and search permission on every directory above (unix(7)). */
function reach(
  fact: FactBuilder,
  socket: { bits: number; gid: number; at: Where },
  dirs: readonly string[],
  above: readonly Answer<Stat>[],
  groups: Groups,
  as: Account,
): FactBuilder {
  const parents: Json[] = [];
  const wheres: Where[] = [];
  let everyone = (socket.bits & 0o002) !== 0;
  let byGroup = (socket.bits & 0o020) !== 0;
  let blocked: Unknown | undefined;
  for (const [at, path] of dirs.entries()) {
    const answer = above[at] as Answer<Stat>;
    const end = answer.is === 'got' && answer.value.real?.is === 'got' ? answer.value.real.value : answer.is === 'got' ? answer.value : undefined;
    if (!end) {
      if (answer.is === 'blocked') blocked ??= unknown(answer, path);
      continue;
    }
    parents.push({ path, mode: end.mode, uid: end.uid, gid: end.gid });
    wheres.push({ path, said: `${octal(end.mode)} ${end.uid}:${end.gid}` });
    if ((end.mode & 0o001) === 0) everyone = false;
    if ((end.mode & 0o001) === 0 && !((end.mode & 0o010) !== 0 && end.gid === socket.gid)) byGroup = false;
  }
  fact.set('parents', parents, ...wheres);
  if (blocked && (everyone || byGroup)) return fact.gap('reachableBy', blocked);
  const by: string[] = everyone ? ['everyone'] : [];
  const where: Where[] = [socket.at, ...wheres];
  if (byGroup && socket.gid !== 0 && groups.is === 'unknown') return everyone ? fact.set('reachableBy', by, ...where) : fact.gap('reachableBy', groups);
  if (byGroup && groups.is === 'known') {
    const group = groups.each.find((g) => g.gid === socket.gid);
    const members = group?.members.filter((m) => m !== as.name) ?? [];
    if (group && members.length > 0) {
      by.push(`group ${group.name}: ${members.join(', ')}`);
      where.push(...group.where);
    }
  }
  return fact.set('reachableBy', by, ...where);
}

/** `/run/podman/podman.sock` lies below `/run` and `/run/podman`. */
function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`);
}
