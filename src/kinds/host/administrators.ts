/** Kind `administrators`: who is root, or becomes it. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { altFiles, altGroups, withAltFiles } from '../../facts/host/altfiles.ts';
import { type PasswdEntry, passwd } from '../../facts/host/passwd.ts';
import { everybodysRoot, freeRoot } from '../../facts/host/sudo-root.ts';
import { readSudoers, whoIs } from '../../facts/host/sudoers.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, type Shape, string } from '../../facts/shape.ts';

const groupPath = '/etc/group';
/** Groups whose members become root: by sudo as distributions set it up, or by a socket of root's. */
const groups = ['sudo', 'wheel', 'admin', 'docker', 'podman', 'lxd', 'incus-admin'];

const who = (describe: string): Shape =>
  list(record({ name: string('login name'), group: string('the group'), file: string('the file that says so') }), describe);

export const administrators = defineKind({
  name: 'administrators',
  noun: 'the administrators',
  describe: 'Who is root beside root: accounts with uid 0, members of groups that become root, and rules of sudo that ask for no password.',
  fields: {},
  shape: record({
    uid0: who('accounts with uid 0 beside root'),
    members: who(`accounts in ${groups.join(', ')}, be it by their primary group`),
    free: who('accounts that sudo lets do anything as root without a password'),
    everybody: who('rules of sudo that let every account do anything as root with its own password'),
  }),
  touches: () => [passwd, altFiles, { do: 'read', path: groupPath }, readSudoers],
  *learn(): Asking<Fact> {
    const [accounts, more, group, sudoers] = yield* together([passwd(), altFiles(), read(groupPath), readSudoers()]);
    if (accounts.is === 'unknown') return accounts;
    if (more.is === 'unknown') return more;
    const entries = withAltFiles(accounts.entries, more);
    const fact = new FactBuilder().consulted(...accounts.consulted, { path: groupPath }, ...sudoers.consulted);
    const others = entries.filter((e) => e.uid !== 0);
    setAll(
      fact,
      'uid0',
      entries.filter((e) => e.uid === 0 && e.name !== 'root').map(({ name, at }) => ({ name, at })),
      accounts.consulted,
    );
    const shut = group.is === 'blocked' ? unknown(group, groupPath) : undefined;
    const own = group.is === 'got' ? group.value : '';
    const text = `${own}\n${more.groups}`;
    const members = [...membersIn(own, others, groupPath), ...membersIn(more.groups, others, altGroups)];
    setAll(
      fact,
      'members',
      shut ? [] : members.filter((m, at) => members.findIndex((n) => n.name === m.name && n.group === m.group) === at),
      [{ path: groupPath }],
      shut,
    );
    const { statements, host } = sudoers;
    const assumed = host === undefined ? {} : { host };
    const free = others.flatMap((entry) => {
      const at = freeRoot(statements, whoIs(entry, text), assumed);
      return at ? [{ name: entry.name, at }] : [];
    });
    const perhaps = others.flatMap((entry) => {
      const at = free.some((f) => f.name === entry.name) ? undefined : freeRoot(statements, whoIs(entry, text), { ...assumed, perhaps: true });
      return at ? [undecided(entry.name, at)] : [];
    });
    setAll(fact, 'free', free, sudoers.consulted, shut ?? sudoers.incomplete ?? perhaps[0]);
    const every = everybodysRoot(statements, assumed);
    const maybe = every ? undefined : everybodysRoot(statements, { ...assumed, perhaps: true });
    setAll(fact, 'everybody', every ? [{ name: 'ALL', at: every }] : [], sudoers.consulted, sudoers.incomplete ?? (maybe && undecided('everybody', maybe)));
    return fact.build();
  },
});

const undecided = (name: string, at: Where): Unknown => ({
  is: 'unknown',
  why: 'ambiguous',
  said: `whether a rule of sudo is for ${name} on this host cannot be told from the files`,
  where: [at],
});

interface Administrator {
  readonly name: string;
  readonly group?: string;
  readonly at: Where;
}

/** group(5): who is listed, and whose primary group it is. */
function membersIn(text: string, accounts: readonly PasswdEntry[], path: string): Administrator[] {
  return text.split('\n').flatMap((line, index): Administrator[] => {
    const [name = '', , gid = '', listed = ''] = line.split(':');
    if (!groups.includes(name) || !/^\d+$/.test(gid)) return [];
    const named = listed.split(',').map((m) => m.trim());
    const primary = accounts.filter((a) => a.gid === Number(gid) && !named.includes(a.name)).map((a) => ({ name: a.name, group: name, at: a.at }));
    return [...named.filter((m) => m !== '' && m !== 'root').map((m) => ({ name: m, group: name, at: { path, line: index + 1 } })), ...primary];
  });
}

function setAll(fact: FactBuilder, field: string, each: readonly Administrator[], consulted: readonly Where[], unseen?: Unknown): void {
  const values = each.map(({ name, group, at }) => ({ name, file: at.path, ...(group === undefined ? {} : { group }) }));
  fact.set(field, [...values, ...(unseen ? [{}] : [])], ...(each.length > 0 ? each.map((a) => a.at) : consulted));
  for (const [index, { at }] of each.entries()) fact.at([field, String(index)], at);
  if (unseen) fact.gap([field, String(each.length)], unseen);
}
