/** Kind `unowned-files`: files that belong to nobody whom the host knows. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown } from '../../facts/fact.ts';
import { altFiles, withAltFiles } from '../../facts/host/altfiles.ts';
import { directoryIn, nssPath, passwd, passwdSources } from '../../facts/host/passwd.ts';
import { parseSubIds } from '../../facts/host/subids.ts';
import { walkedHost } from '../../facts/host/walked.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, string } from '../../facts/shape.ts';
import type { Owned } from '../../facts/walk.ts';

const groupPath = '/etc/group';
const ranges = { user: '/etc/subuid', group: '/etc/subgid' } as const;

/** Ids that systemd gives to services for as long as they run (systemd.exec(5) DynamicUser=), and the kernel to those that do not fit. */
const isPassing = (id: number): boolean => (id >= 61184 && id <= 65519) || id === 65534;

export const unownedFiles = defineKind({
  name: 'unowned-files',
  noun: 'the owners of files',
  describe:
    'Users and groups that files belong to, and that neither passwd(5), group(5) nor a range of subordinate ids knows. Ids of services that systemd makes for a while count as known.',
  fields: {},
  shape: record({
    owners: list(
      record({ id: number('the id'), of: string('whose', ['user', 'group']), count: number('how many files'), path: string('the first of them') }),
      'ids that nobody has',
    ),
  }),
  touches: () => [walkedHost, passwd, altFiles, ...[groupPath, nssPath, ...Object.values(ranges)].map((path) => ({ do: 'read', path }) as const)],
  *learn(): Asking<Fact> {
    const [walked, accounts, alt, groups, nss, subuid, subgid] = yield* together([
      walkedHost(),
      passwd(),
      altFiles(),
      read(groupPath),
      read(nssPath),
      read(ranges.user),
      read(ranges.group),
    ]);
    if (walked.is === 'unknown') return walked;
    if (accounts.is === 'unknown') return accounts;
    if (alt.is === 'unknown') return alt;
    for (const [answer, path] of [
      [groups, groupPath],
      [nss, nssPath],
      [subuid, ranges.user],
      [subgid, ranges.group],
    ] as const)
      if (answer.is === 'blocked') return unknown(answer, path);
    const text = (answer: typeof groups): string => (answer.is === 'got' ? answer.value : '');
    const directory = directoryIn(passwdSources(text(nss)));
    const known = {
      user: knower(new Set(withAltFiles(accounts.entries, alt).map((e) => e.uid)), text(subuid), ranges.user),
      group: knower(new Set(gidsIn(`${text(groups)}\n${alt.groups}`)), text(subgid), ranges.group),
    };
    const unowned = (of: 'user' | 'group', owned: readonly Owned[]): { of: string; owned: Owned }[] =>
      owned.filter((o) => !known[of](o.id)).map((o) => ({ of, owned: o }));
    const each = [...unowned('user', walked.users), ...unowned('group', walked.groups)];
    const fact = new FactBuilder().consulted(...walked.consulted, ...accounts.consulted, { path: groupPath });
    const said = `${nssPath} names "${directory}", where there may be an account of this id`;
    const open: Unknown | undefined =
      directory !== undefined && each.length > 0 ? { is: 'unknown', why: 'unsupported', said, where: [{ path: nssPath }] } : undefined;
    const those = open ? [] : each;
    const more = open ?? walked.incomplete;
    const places = those.flatMap(({ owned }) => owned.first.map((path) => ({ path })));
    fact.set('owners', [...those.map(asJson), ...(more ? [{}] : [])], ...(places.length > 0 ? places : walked.consulted));
    for (const [at, { owned }] of those.entries()) fact.at(['owners', String(at)], ...owned.first.map((path) => ({ path })));
    if (more) fact.gap(['owners', String(those.length)], more);
    return fact.build();
  },
});

const asJson = ({ of, owned }: { of: string; owned: Owned }): Json => ({ id: owned.id, of, count: owned.count, path: owned.first[0] ?? '/' });

const gidsIn = (text: string): number[] => text.split('\n').flatMap((line) => (/^[^:]+:[^:]*:\d+:/.test(line) ? [Number(line.split(':')[2])] : []));

function knower(ids: ReadonlySet<number>, subordinate: string, path: string): (id: number) => boolean {
  const spans = parseSubIds(subordinate, path);
  return (id) => ids.has(id) || isPassing(id) || spans.some((s) => id >= s.start && id < s.start + s.count);
}
