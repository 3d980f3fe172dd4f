/** Kind `privileges`: what may let an account become root: its uid, its groups, sudo. */
import { type Account, type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown, type Where } from '../../facts/fact.ts';
import { foreignRule, readSudoers, sudoOf, whoIs } from '../../facts/host/sudoers.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, says, string } from '../../facts/shape.ts';

const groupPath = '/etc/group';

export const privileges = defineKind({
  name: 'privileges',
  noun: 'the account',
  describe: 'How the account in question can become root: its uid, its groups, sudo.',
  fields: {},
  shape: record({
    root: says(boolean('its uid is 0'), { yes: '{who} is root', no: '{who} is not root' }),
    groups: listOf(string('group name'), 'all groups of the account'),
    sudo: record({ allowed: boolean('a rule of sudoers names it'), noPassword: boolean('such a rule asks for no password') }, 'sudo'),
  }),
  touches: () => [{ do: 'read', path: groupPath }, readSudoers],
  *learn(_query, as): Asking<Fact> {
    const [group, sudoers] = yield* together([read(groupPath), readSudoers()]);
    const fact = new FactBuilder().consulted({ path: groupPath }, ...sudoers.consulted).set('root', as.uid === 0, { path: '/etc/passwd' });
    if (group.is === 'blocked') {
      const why = unknown(group, groupPath);
      return fact.gap('groups', why).gap('sudo', why).build();
    }
    const groups = groupsOf(group.is === 'got' ? group.value : '', as);
    fact.set(
      'groups',
      groups.map((g) => g.name),
      ...(groups.length > 0 ? groups.map((g) => g.at) : [{ path: groupPath }]),
    );
    for (const [at, g] of groups.entries()) fact.at(['groups', String(at)], { ...g.at, said: `member of ${g.name}` });
    const who = whoIs(as, group.is === 'got' ? group.value : '');
    const sudo = sudoOf(sudoers, who);
    const unseen = sudoers.incomplete ?? foreignRule(sudoers.statements, who);
    const where = sudo.where.length > 0 ? sudo.where : sudoers.consulted;
    if (unseen && !sudo.noPassword) fact.gap('sudo', unseen);
    else fact.set(['sudo', 'allowed'], sudo.allowed, ...where).set(['sudo', 'noPassword'], sudo.noPassword, ...where);
    return fact.build();
  },
});

/** group(5): the groups that list the account, and its primary group. */
function groupsOf(text: string, as: Account): { name: string; gid: number; at: Where }[] {
  return text.split('\n').flatMap((line, index) => {
    const [name, , gid, members] = line.split(':');
    if (!name || !/^\d+$/.test(gid ?? '')) return [];
    const belongs = Number(gid) === as.gid || (members ?? '').split(',').some((m) => m.trim() === as.name);
    return belongs ? [{ name, gid: Number(gid), at: { path: groupPath, line: index + 1 } }] : [];
  });
}
