/** Kind `subid-conflicts`: whether the subordinate ids of an account are its own alone. */
import { type Account, type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { passwd } from '../../facts/host/passwd.ts';
import { parseSubIds, type Range, subIds } from '../../facts/host/subids.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

type Owned = Range & { readonly owner: string };

/** The kernel's ids have 32 bits, and 4294967295 is no id. */
const ids = 2 ** 32;

export const subidConflicts = defineKind({
  name: 'subid-conflicts',
  noun: 'the ranges of subordinate ids',
  describe: 'What else the subordinate ids of the account in question belong to: ranges of others, real accounts and groups, ids that cannot be.',
  fields: {},
  shape: record({
    overlaps: list(string('a range'), 'ranges that share ids with a range of the account: of others, or a second one of its own'),
    accounts: list(string('an account or group'), 'real ids inside a range of the account'),
    beyond: list(string('a range'), 'ranges that end above the last id, 4294967294'),
  }),
  touches: () => [subIds, passwd, ...['/etc/subuid', '/etc/subgid', '/etc/group'].map((path) => ({ do: 'read', path }) as const)],
  *learn(_q, as): Asking<Fact> {
    const [uids, gids, people, groups] = yield* together([rangesIn('subuid', as), rangesIn('subgid', as), passwd(), read('/etc/group')]);
    if ('is' in uids) return uids;
    if ('is' in gids) return gids;
    const fact = new FactBuilder().consulted(...uids.consulted, ...gids.consulted);
    setFound(fact, 'overlaps', [...overlaps(uids), ...overlaps(gids)], [...uids.own, ...gids.own]);
    setFound(
      fact,
      'beyond',
      [...uids.own, ...gids.own].filter((r) => r.start + r.count >= ids).map((r) => [`${spell(r)}`, [r.at]]),
      [...uids.own, ...gids.own],
    );
    if (people.is === 'unknown') return fact.gap('accounts', people).build();
    if (groups.is === 'blocked') return fact.gap('accounts', unknown(groups, '/etc/group')).build();
    const persons = people.entries.map((e): Real => ({ id: e.uid, said: `uid ${e.uid} is ${e.name}`, at: e.at }));
    const bands = groups.is === 'got' ? groupsIn(groups.value) : [];
    return setFound(fact, 'accounts', [...inside(uids.own, persons), ...inside(gids.own, bands)], [...uids.own, ...gids.own]).build();
  },
});

interface Ranges {
  readonly own: readonly Owned[];
  readonly all: readonly Owned[];
  readonly consulted: readonly Where[];
}

/** The ranges of the account, and everybody's. */
function* rangesIn(which: 'subuid' | 'subgid', as: Account): Asking<Ranges | Unknown> {
  const path = `/etc/${which}`;
  const [mine, text] = yield* together([subIds(which, as), read(path)]);
  if (mine.is === 'unknown') return mine;
  if (text.is === 'blocked') return unknown(text, path);
  const all = text.is === 'got' ? parseSubIds(text.value, path).filter((r) => r.count > 0) : [];
  return { own: all.filter((r) => belongs(r, as)), all, consulted: mine.consulted };
}

const belongs = (range: Owned, as: Account): boolean => range.owner === as.name || range.owner === String(as.uid);
const meet = (a: Range, b: Range): boolean => a.start < b.start + b.count && b.start < a.start + a.count;
const spell = (r: Range): string => `${r.start}-${r.start + r.count - 1}`;

type Found = readonly [string, readonly Where[]];

/** Pairs that are told: a file may hold the same line a thousand times, and all of them meet each other. */
const mostPairs = 64;

/** Each pair once; of two ranges of the account the later one is told. */
function overlaps({ own, all }: Ranges): Found[] {
  const found: Found[] = [];
  const belong = new Set(own);
  for (const mine of own) {
    for (const other of all) {
      if (found.length >= mostPairs) return found;
      if (other === mine || !meet(mine, other)) continue;
      const second = belong.has(other);
      if (second && (other.at.line ?? 0) < (mine.at.line ?? 0)) continue;
      const said = `${second ? 'a second range of its own' : `a range of ${other.owner}`}, ${spell(other)}`;
      found.push([
        `${spell(mine)} and ${said}`,
        [
          { ...mine.at, said: spell(mine) },
          { ...other.at, said },
        ],
      ]);
    }
  }
  return found;
}

interface Real {
  readonly id: number;
  readonly said: string;
  readonly at: Where;
}

function inside(own: readonly Owned[], reals: readonly Real[]): Found[] {
  return own.flatMap((r) =>
    reals
      .filter((p) => p.id >= r.start && p.id < r.start + r.count)
      .map(
        (p): Found => [
          p.said,
          [
            { ...r.at, said: spell(r) },
            { ...p.at, said: p.said },
          ],
        ],
      ),
  );
}

/** group(5): name, password, id, members. */
function groupsIn(text: string): Real[] {
  return text.split('\n').flatMap((line, index) => {
    const [name, , gid] = line.split(':');
    return name && /^\d+$/.test(gid ?? '') ? [{ id: Number(gid), said: `gid ${gid} is the group ${name}`, at: { path: '/etc/group', line: index + 1 } }] : [];
  });
}

function setFound(fact: FactBuilder, part: string, found: readonly Found[], own: readonly Owned[]): FactBuilder {
  const where = found.length > 0 ? found.flatMap(([, w]) => w) : own.map((r) => ({ ...r.at, said: spell(r) }));
  return fact.set(
    part,
    found.map(([said]) => said),
    ...where,
  );
}
