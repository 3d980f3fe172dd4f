/** Kind `podman-socket`: who may connect to the API's sockets: by mode, by group, by the directories above, or because there is no file. */
import { type Account, type Answer, type Asking, type Inode, type Stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { parentsOf } from '../../facts/host/path-list.ts';
import { defineKind } from '../../facts/kind.ts';
import { type OtherServers, otherServers } from '../../facts/podman/other-servers.ts';
import { endOf, type Groups, groupsOf, octal, type Reach, reach, stranger } from '../../facts/podman/socket-reach.ts';
import { defaultSocket, type Sockets, type SocketUnit, socketUnit } from '../../facts/podman/socket-unit.ts';
import { lookAtSocket, mayLookAt } from '../../facts/podman/who-answers.ts';
import { boolean, list, mode, number, record, string } from '../../facts/shape.ts';

/** systemd.socket(5) SocketMode=. The podman.socket that Podman ships says 0660. */
const defaultMode = 0o666;

export const podmanSocket = defineKind({
  name: 'podman-socket',
  noun: 'the API socket',
  absent: '{who} has no API socket, and no unit that makes one',
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
  }),
  touches: () => [socketUnit, otherServers, lookAtSocket, { do: 'read', path: '/etc/group' }, { do: 'read', path: '/etc/passwd' }],
  *learn(_, as): Asking<Fact> {
    const [unit, others] = yield* together([socketUnit(as), otherServers(as)]);
    if (unit.unseen) return unit.unseen;
    const looked = yield* together(endpointsOf(unit, others, as).map(lookAt));
    const [main] = looked;
    if (!main || (looked.every((l) => !l.file && !l.unit && !l.blocked) && !others.unseen))
      return missing(...looked.map((l) => ({ path: l.path })), ...unit.consulted);
    if (main.blocked) return main.blocked;
    const groups = yield* groupsOf();
    const fact = new FactBuilder().consulted({ path: main.path });
    const grouped = [unit, ...others.sockets].find((s) => s.group)?.group;
    if (grouped) fact.set('configuredGroup', grouped.value, grouped.where);
    describe(fact, main);
    const foreign = looked.map((l) => foreignOwner(l, as)).find((w) => w !== undefined);
    if (foreign) fact.set('owned', false, foreign.where).note('owned', foreign.said, foreign.where);
    else if (main.file) fact.set('owned', true, { path: main.path });
    const reaches = looked.flatMap((l) => reachesOf(l, groups, as));
    const by = [...new Set(reaches.flatMap((r) => r.by))];
    const gap = reaches.find((r) => r.gap)?.gap ?? others.unseen;
    if (by.length === 0 && gap) return fact.gap('reachableBy', gap).build();
    const telling = by.length > 0 ? reaches.filter((r) => r.by.length > 0) : reaches;
    return fact.set('reachableBy', by, ...telling.flatMap((r) => r.where)).build();
  },
});

/** One address of the API. `unit`: systemd makes it. */
interface Endpoint {
  readonly path: string;
  readonly abstract: boolean;
  readonly where?: Where;
  readonly unit?: Sockets;
}

interface Looked extends Endpoint {
  readonly file?: Inode;
  readonly dirs: readonly string[];
  readonly above: readonly Answer<Stat>[];
  readonly blocked?: Unknown;
}

/** Those of podman.socket, or the usual place where it names none; then those of other units. */
function endpointsOf(unit: SocketUnit, others: OtherServers, as: Account): Endpoint[] {
  const of = (sockets: Sockets): Endpoint[] =>
    sockets.listens
      .filter((l) => l.type === 'unix' || l.type === 'abstract')
      .map((l) => ({ path: l.address, abstract: l.type === 'abstract', where: l.where, unit: sockets }));
  const own = of(unit);
  return [...(own.length > 0 ? own : [{ path: defaultSocket(as), abstract: false }]), ...others.sockets.flatMap(of)];
}

function* lookAt(e: Endpoint): Asking<Looked> {
  if (e.abstract) return { ...e, dirs: [], above: [] };
  if (!mayLookAt(e.path)) {
    const said = `the socket ${e.path} lies outside /run and /var`;
    return { ...e, dirs: [], above: [], blocked: { is: 'unknown', why: 'unsupported', said, where: e.where ? [e.where] : [] } };
  }
  const dirs = parentsOf(e.path);
  const [socket, ...above] = yield* together([lookAtSocket(e.path), ...dirs.map((p) => lookAtSocket(p))]);
  const file = endOf(socket);
  // An image has nothing below /run: what the unit will make is judged.
  const blocked = socket.is === 'blocked' && socket.why !== 'unsupported' ? unknown(socket, e.path) : undefined;
  return { ...e, dirs, above, ...(file ? { file } : {}), ...(blocked ? { blocked } : {}) };
}

function describe(fact: FactBuilder, main: Looked): void {
  const { path, file, unit } = main;
  fact.set('path', path, { path }).set('live', file !== undefined, { path });
  if (main.abstract) return;
  const made = unit?.mode?.value ?? defaultMode;
  const at = file ? { path, said: `${octal(file.mode)} ${file.uid}:${file.gid}` } : unit?.mode?.where;
  const where = at ? [at] : main.where ? [main.where] : [];
  fact.set('mode', file ? file.mode : made, ...where);
  if (file) fact.set('uid', file.uid, ...where).set('gid', file.gid, ...where);
}

/** Where it says that the socket is another's. */
function foreignOwner({ file, path, unit }: Looked, as: Account): { readonly said: string; readonly where: Where } | undefined {
  if (file && file.uid !== as.uid) return { said: `${path} belongs to uid ${file.uid}`, where: { path, said: `${octal(file.mode)} ${file.uid}:${file.gid}` } };
  const user = unit?.user;
  return user && user.value !== as.name && user.value !== String(as.uid)
    ? { said: `${path} is made for ${user.value}`, where: { ...user.where, said: `SocketUser=${user.value}` } }
    : undefined;
}

/** Who may connect now, and once the unit makes the socket anew. */
function reachesOf(looked: Looked, groups: Groups, as: Account): Reach[] {
  const { path, file, unit, dirs, above, blocked } = looked;
  if (blocked) return [{ by: [], where: blocked.where, gap: blocked }];
  if (looked.abstract)
    return [{ by: [`everyone in the host's network, as the abstract socket ${path} has no mode`], where: looked.where ? [looked.where] : [] }];
  const now = file
    ? [reach({ bits: file.mode, gid: file.gid, at: { path, said: `${octal(file.mode)} ${file.uid}:${file.gid}` } }, dirs, above, groups, as)]
    : [];
  if (!unit) return now;
  const at = unit.group?.where ?? unit.mode?.where ?? { path, said: `SocketMode=${octal(defaultMode)}, systemd's default` };
  const gid = groupId(unit, groups, as);
  if (gid === undefined) return file ? now : [{ by: [], where: [at], gap: groups.is === 'unknown' ? groups : stranger(unit.group?.value ?? '', at) }];
  // The directories above may not exist before the socket does.
  const later = reach({ bits: unit.mode?.value ?? defaultMode, gid, at }, file ? dirs : [], file ? above : [], groups, as);
  return [...now, later];
}

function groupId(unit: Sockets, groups: Groups, as: Account): number | undefined {
  const wanted = unit.group?.value;
  if (wanted === undefined) return as.gid;
  return groups.is === 'known' ? groups.each.find((g) => g.name === wanted || String(g.gid) === wanted)?.gid : undefined;
}
