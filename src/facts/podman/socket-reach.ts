/** Who may connect to a Unix socket: its mode, its group's members, and the directories above it. */
import { type Account, type Answer, type Asking, type Inode, read, type Stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
  readonly where: readonly Where[];
}
export type Groups = { readonly is: 'known'; readonly each: readonly Group[] } | Unknown;

/** Groups with their members: those group(5) lists, and the accounts whose primary group it is. */
export function* groupsOf(): Asking<Groups> {
  const [group, passwd] = yield* together([read('/etc/group'), read('/etc/passwd')]);
  if (group.is === 'blocked') return unknown(group, '/etc/group');
  if (passwd.is === 'blocked') return unknown(passwd, '/etc/passwd');
  const accounts = passwd.is === 'got' ? passwd.value.split('\n').map((l) => l.split(':')) : [];
  // Root, under whatever name: it may connect in any case.
  const roots = new Set(['root', ...accounts.filter((f) => /^0+$/.test(f[2] ?? '')).map((f) => f[0] ?? '')]);
  const each: Group[] = [];
  for (const [at, line] of (group.is === 'got' ? group.value : '').split('\n').entries()) {
    const [name, , gid, members] = line.split(':');
    if (!name || !/^\d+$/.test(gid ?? '')) continue;
    const primary = accounts.filter((f) => f.length >= 7 && f[3] === gid).map((f) => f[0] ?? '');
    const listed = (members ?? '').split(',').map((m) => m.trim());
    each.push({
      name,
      gid: Number(gid),
      members: [...new Set([...listed, ...primary])].filter((m) => m !== '' && !roots.has(m)).sort(),
      where: [{ path: '/etc/group', line: at + 1 }],
    });
  }
  return { is: 'known', each };
}

/** A socket file: how open it is, and where that is written. */
export interface SocketFile {
  readonly bits: number;
  readonly gid: number;
  readonly at: Where;
}

export interface Reach {
  /** Who may connect besides the owner and root. */
  readonly by: readonly string[];
  readonly where: readonly Where[];
  readonly gap?: Unknown;
}

/** Connecting needs write permission on the socket and search permission on every directory above (unix(7)). */
export function reach(socket: SocketFile, dirs: readonly string[], above: readonly Answer<Stat>[], groups: Groups, as: Account): Reach {
  const wheres: Where[] = [];
  let everyone = (socket.bits & 0o002) !== 0;
  let byGroup = (socket.bits & 0o020) !== 0;
  let blocked: Unknown | undefined;
  for (const [at, path] of dirs.entries()) {
    const answer = above[at] as Answer<Stat>;
    const end = endOf(answer);
    if (!end) {
      if (answer.is === 'blocked') blocked ??= unknown(answer, path);
      continue;
    }
    wheres.push({ path, said: `${octal(end.mode)} ${end.uid}:${end.gid}` });
    if ((end.mode & 0o001) === 0) everyone = false;
    if ((end.mode & 0o001) === 0 && !((end.mode & 0o010) !== 0 && end.gid === socket.gid)) byGroup = false;
  }
  const where: Where[] = [socket.at, ...wheres];
  if (blocked && (everyone || byGroup)) return { by: [], where, gap: blocked };
  const by: string[] = everyone ? ['everyone'] : [];
  if (!byGroup) return { by, where };
  if (groups.is === 'unknown') return socket.gid === 0 || everyone ? { by, where } : { by, where, gap: groups };
  const group = groups.each.find((g) => g.gid === socket.gid);
  if (!group && socket.gid !== 0 && socket.gid !== as.gid && !everyone) return { by, where, gap: stranger(String(socket.gid), socket.at) };
  const members = group?.members.filter((m) => m !== as.name) ?? [];
  if (group && members.length > 0) {
    by.push(`the group ${group.name} (${members.join(', ')})`);
    where.push(...group.where);
  }
  return { by, where };
}

/** A group of a directory service: who is in it cannot be seen here. */
export const stranger = (group: string, at: Where): Unknown => ({
  is: 'unknown',
  why: 'failed',
  said: `the group ${group} is not in /etc/group, so its members are not known`,
  where: [at],
});

export const octal = (bits: number): string => bits.toString(8).padStart(4, '0');

/** What is at a path, or where the link there ends. */
export function endOf(answer: Answer<Stat> | undefined): Inode | undefined {
  if (answer?.is !== 'got') return undefined;
  return answer.value.real?.is === 'got' ? answer.value.real.value : answer.value;
}
