/** Kind `privileges`: by which ways an account can become root. */
import { type Account, type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../fact.ts';
import type { Kind } from '../kind.ts';
import { boolean, list as listOf, record, string } from '../shape.ts';
import { parseSudoers, type Sudoers, sudoOf } from './sudoers.ts';

const groupPath = '/etc/group';
/** SUSE ships the vendor's file in /usr/etc; it counts when /etc has none. */
const sudoersPaths = ['/etc/sudoers', '/usr/etc/sudoers'] as const;
const sudoersDirectories = ['/etc/sudoers.d', '/usr/etc/sudoers.d'] as const;

/** Whoever is in one of these groups can become root: through sudo, a root daemon's socket, or raw disks. */
const rootGroups: readonly string[] = ['root', 'wheel', 'sudo', 'admin', 'docker', 'podman', 'lxd', 'incus', 'incus-admin', 'libvirt', 'disk', 'shadow'];

export const privileges: Kind = {
  name: 'privileges',
  noun: 'the account',
  describe: 'How the account in question can become root: its uid, its groups, sudo.',
  fields: {},
  shape: record({
    root: boolean('its uid is 0'),
    groups: listOf(string('group name'), 'all groups of the account'),
    rootGroups: listOf(string('group name'), `groups that amount to root: ${rootGroups.join(', ')}`),
    sudo: record({ allowed: boolean('a rule of sudoers names it'), noPassword: boolean('such a rule asks for no password') }, 'sudo'),
  }),
  touches: () => [
    ...[groupPath, ...sudoersPaths, ...sudoersDirectories.map((d) => `${d}/*`)].map((path) => ({ do: 'read' as const, path })),
    ...sudoersDirectories.map((path) => ({ do: 'list' as const, path })),
  ],
  *learn(_query, as): Asking<Fact> {
    const [group, sudoers] = (yield* together<unknown>([read(groupPath), readSudoers()])) as [
      Answer<string>,
      { files: Sudoers[]; incomplete?: Unknown; consulted: Where[] },
    ];
    const fact = new FactBuilder().consulted({ path: groupPath }, ...sudoers.consulted).set('root', as.uid === 0, { path: '/etc/passwd' });
    if (group.is === 'blocked') {
      const why = unknown(group, groupPath);
      return fact.gap('groups', why).gap('rootGroups', why).gap('sudo', why).build();
    }
    const groups = groupsOf(group.is === 'got' ? group.value : '', as);
    const mighty = groups.filter((g) => rootGroups.includes(g.name));
    fact
      .set(
        'groups',
        groups.map((g) => g.name),
        ...groups.map((g) => g.at),
      )
      .set(
        'rootGroups',
        mighty.map((g) => g.name),
        ...(mighty.length > 0 ? mighty.map((g) => ({ ...g.at, said: `member of ${g.name}` })) : [{ path: groupPath }]),
      );
    const sudo = sudoOf(sudoers.files, { name: as.name, uid: as.uid, groups: new Map(groups.map((g) => [g.gid, g.name])) });
    const where = sudo.where.length > 0 ? sudo.where : sudoers.consulted;
    if (sudoers.incomplete && !sudo.noPassword) fact.gap('sudo', sudoers.incomplete);
    else fact.set(['sudo', 'allowed'], sudo.allowed, ...where).set(['sudo', 'noPassword'], sudo.noPassword, ...where);
    return fact.build();
  },
};

/** group(5): the groups that list the account, and its primary group. */
function groupsOf(text: string, as: Account): { name: string; gid: number; at: Where }[] {
  return text.split('\n').flatMap((line, index) => {
    const [name, , gid, members] = line.split(':');
    if (!name || !/^\d+$/.test(gid ?? '')) return [];
    const belongs = Number(gid) === as.gid || (members ?? '').split(',').some((m) => m.trim() === as.name);
    return belongs ? [{ name, gid: Number(gid), at: { path: groupPath, line: index + 1 } }] : [];
  });
}

/** The sudoers file that counts, and the directory files that it includes (names with a dot or a tilde at the end are skipped). */
function* readSudoers(): Asking<{ files: Sudoers[]; incomplete?: Unknown; consulted: Where[] }> {
  const answers = yield* together(sudoersPaths.map((p) => read(p)));
  const at = answers.findIndex((a) => a.is !== 'absent');
  const answer = answers[at];
  const path = sudoersPaths[at];
  if (!answer || path === undefined || answer.is === 'absent') return { files: [], consulted: sudoersPaths.map((p) => ({ path: p, said: 'not there' })) };
  if (answer.is === 'blocked') return { files: [], incomplete: unknown(answer, path), consulted: [{ path }] };
  const main = parseSudoers(answer.value, path);
  const known = main.includes.filter((i) => i.directory && (sudoersDirectories as readonly string[]).includes(i.path));
  const other = main.includes.find((i) => !known.includes(i));
  let incomplete: Unknown | undefined = other
    ? { is: 'unknown', why: 'unsupported', said: `${other.path}, which ${path} includes, is not read`, where: [{ path }] }
    : undefined;
  const listings = yield* together(known.map((k) => list(k.path)));
  const paths: string[] = [];
  for (const [i, listing] of listings.entries()) {
    const directory = (known[i] as { path: string }).path;
    if (listing.is === 'blocked') incomplete ??= unknown(listing, directory);
    if (listing.is === 'got') paths.push(...listing.value.filter((n) => !n.includes('.') && !n.endsWith('~')).map((n) => `${directory}/${n}`));
  }
  const texts = yield* together(paths.map((p) => read(p)));
  const files = [main];
  for (const [i, text] of texts.entries()) {
    const from = paths[i] as string;
    if (text.is === 'blocked') incomplete ??= unknown(text, from);
    if (text.is === 'got') files.push(parseSudoers(text.value, from));
  }
  return { files, consulted: [{ path }, ...paths.map((p) => ({ path: p }))], ...(incomplete ? { incomplete } : {}) };
}
