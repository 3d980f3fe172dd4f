/** Kind `sysctl-settings`: settings of kernel parameters in files that do not count at boot. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown, type Where } from '../../facts/fact.ts';
import { type Assignment, parseSysctl, sysctlFiles, winners } from '../../facts/host/sysctl-d.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, type Shape, string } from '../../facts/shape.ts';
import { initOf, withoutUnits } from '../../facts/systemd/init.ts';

const plainFile = '/etc/sysctl.conf';
const administrators = '/etc/';

const losing = (describe: string): Shape =>
  list(
    record({
      key: string('the parameter, with dots'),
      value: string('what the file says'),
      file: string('where it says so'),
      by: string('the file that decides; unset where none sets it'),
      counts: string('the value that counts at boot; unset where none does'),
    }),
    describe,
  );

export const sysctlSettings = defineKind({
  name: 'sysctl-settings',
  noun: 'the files of kernel parameters',
  describe: 'Settings of kernel parameters that systemd-sysctl does not apply at boot, since a file of a later name, in whichever directory, says otherwise.',
  fields: { wanted: { type: 'strings', describe: 'for `lost`: settings that are needed, as KEY=VALUE' } },
  shape: record({
    overridden: losing('settings of files in /etc that lose to a file of a package, or of /run, with another value'),
    unread: losing('settings of /etc/sysctl.conf where nothing reads that file at boot'),
    lost: losing('settings that are needed, which one file makes and another takes back'),
  }),
  touches: () => [sysctlFiles, initOf, { do: 'read', path: plainFile }],
  *learn({ wanted }): Asking<Fact> {
    const [files, plain] = yield* together([sysctlFiles(), read(plainFile)]);
    const looked = files.files.length > 0 ? files.files : [{ path: '/etc/sysctl.d' }];
    const fact = new FactBuilder().consulted(...looked);
    if (files.incomplete) return files.incomplete;
    const { assignments } = files;
    const own = assignments.filter((a) => a.at.path.startsWith(administrators));
    setAll(fact, 'overridden', beaten(own, assignments, { overVendors: true }), looked);
    setAll(fact, 'lost', beaten(assignments.filter(among(wanted ?? [])), assignments, { overVendors: false }), looked);
    // Whatever the link is called, it is the file that is read; without systemd init scripts read it (`sysctl -p`).
    const init = yield* initOf();
    const read99 = files.leads.has(plainFile) || (init.is === 'known' && withoutUnits(init));
    const shut = plain.is === 'blocked' ? unknown(plain, plainFile) : init.is === 'unknown' && plain.is === 'got' ? init : undefined;
    const aside = plain.is === 'got' && !read99 ? parseSysctl(plain.value, plainFile) : [];
    if (shut && !read99) fact.gap('unread', shut);
    else setAll(fact, 'unread', beaten(aside, assignments, { overVendors: false }), [{ path: plainFile }]);
    return fact.build();
  },
});

interface Loser {
  readonly assignment: Assignment;
  readonly winner?: Assignment;
}

/** Of each key the last of these assignments, where another one counts, or none. Globs are left to those who wrote them. */
function beaten(own: readonly Assignment[], all: readonly Assignment[], { overVendors }: { readonly overVendors: boolean }): Loser[] {
  const last = new Map(own.filter((a) => a.value !== undefined && !/[*?[]/.test(a.key)).map((a) => [a.key, a]));
  const winnerOf = winners(all);
  return [...last.values()].flatMap((assignment): Loser[] => {
    const winner = winnerOf(assignment.key);
    if (winner?.value !== undefined && plainValue(winner.value) === plainValue(assignment.value ?? '')) return [];
    if (overVendors && (winner === undefined || winner.at.path.startsWith(administrators))) return [];
    return [{ assignment, ...(winner ? { winner } : {}) }];
  });
}

const plainValue = (value: string): string => value.trim().replace(/\s+/g, ' ');

/** Whether an assignment is one of those that are needed. */
const among = (wanted: readonly string[]): ((a: Assignment) => boolean) => {
  const values = new Map(parseSysctl(wanted.join('\n'), '').map((a) => [a.key, plainValue(a.value ?? '')]));
  return ({ key, value }) => value !== undefined && values.get(key) === plainValue(value);
};

const dotted = (key: string): string => key.replace(/[./]/g, (c) => (c === '/' ? '.' : '/'));

function setAll(fact: FactBuilder, field: string, each: readonly Loser[], looked: readonly Where[]): void {
  const values = each.map(({ assignment, winner }) => ({
    key: dotted(assignment.key),
    value: plainValue(assignment.value ?? ''),
    file: assignment.at.path,
    ...(winner ? { by: winner.at.path, ...(winner.value === undefined ? {} : { counts: plainValue(winner.value) }) } : {}),
  }));
  fact.set(field, values, ...(each.length > 0 ? each.flatMap(placesOf) : looked));
  for (const [at, one] of each.entries()) fact.at([field, String(at)], ...placesOf(one));
}

const placesOf = ({ assignment, winner }: Loser): Where[] => [
  ...(winner ? [{ ...winner.at, said: winner.value === undefined ? 'leaves it alone' : `sets ${plainValue(winner.value)}` }] : []),
  { ...assignment.at, said: winner ? `had set ${plainValue(assignment.value ?? '')}` : `sets ${plainValue(assignment.value ?? '')}, and is not read` },
];
