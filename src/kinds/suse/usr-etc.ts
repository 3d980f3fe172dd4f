/**
 * Kind `usr-etc`: of the programs whose files a vendor keeps in /usr/etc, which file is in force. Each program has a truth of
 * its own: whole files (PAM, sudo, sshd, nsswitch), or a main file with drop-ins merged by name (libeconf: login.defs).
 * Sources: en.opensuse.org openSUSE:Packaging_UsrEtc, openSUSE:PAM_configuration.
 */
import { type Answer, type Asking, list, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { pamDirectories } from '../../facts/pam-directories.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';

/** Main files, as they stand in each of the directories, and how a program takes them. */
const mains: readonly { readonly name: string; readonly dropIns?: string; readonly of: string }[] = [
  { name: 'login.defs', dropIns: 'login.defs.d', of: 'shadow' },
  { name: 'sudoers', dropIns: 'sudoers.d', of: 'sudo' },
  { name: 'ssh/sshd_config', dropIns: 'ssh/sshd_config.d', of: 'sshd' },
  { name: 'ssh/ssh_config', dropIns: 'ssh/ssh_config.d', of: 'ssh' },
  { name: 'nsswitch.conf', of: 'glibc' },
  { name: 'transactional-update.conf', dropIns: 'transactional-update.conf.d', of: 'transactional-update' },
  { name: 'zypp/zypp.conf', dropIns: 'zypp/zypp.conf.d', of: 'libzypp' },
];
/** The root of an ostree, which keeps the pristine copy of /etc there. */
const ostree = ['/ostree', '/run/ostree-booted'];

export const usrEtc = defineKind({
  name: 'usr-etc',
  noun: "the vendor's configuration in /usr/etc",
  absent: 'the vendor keeps nothing in /usr/etc that is known here',
  describe: "Of the programs whose vendor's files lie in /usr/etc: which file is in force, and where one in /etc hides the vendor's as a whole.",
  fields: {},
  shape: record({
    files: listOf(
      record({
        program: string('who reads it'),
        path: string('the file in force'),
        vendor: string("the vendor's file"),
        wins: string('whose it is', ['etc', 'vendor']),
        dropIns: string('where to set single things; unset where the program has no such place'),
      }),
      'one for each such program, and one for each service of PAM',
    ),
    hiding: listOf(
      record({ path: string('a file in /etc'), vendor: string("the vendor's, which counts no more"), dropIns: string('where single things belong') }),
      'copies of whole files in /etc that differ from those of the vendor',
    ),
    merged: boolean('/usr/etc is the place of the vendor, not the pristine copy of an ostree'),
  }),
  touches: () => [
    ...ostree.map((path) => ({ do: 'stat' as const, path })),
    ...mains.flatMap(({ name, dropIns }) =>
      [`/etc/${name}`, `/usr/etc/${name}`].flatMap((path) => [
        { do: 'stat' as const, path },
        ...(dropIns === undefined ? [] : [{ do: 'read' as const, path }]),
      ]),
    ),
    ...pamDirectories.map((path) => ({ do: 'list' as const, path })),
  ],
  *learn(): Asking<Fact> {
    const roots: readonly Answer<Stat>[] = yield* together(ostree.map((path) => stat(path)));
    const fact = new FactBuilder().consulted({ path: '/usr/etc' });
    const root = roots.findIndex((r) => r.is === 'got');
    const shut = roots.findIndex((r) => r.is === 'blocked' && r.why !== 'unsupported');
    const why = roots[shut];
    if (root < 0 && why?.is === 'blocked') return unknown(why, ostree[shut] ?? '');
    fact.set('merged', root < 0, { path: ostree[Math.max(root, 0)] ?? '' });
    const pairs = yield* together(mains.map((m) => pairOf(m)));
    const pam = yield* services();
    const found = [...pairs.filter((p) => p !== undefined), ...('is' in pam ? [] : pam)];
    const open = pairs.find((p): p is Unknown => p !== undefined && 'is' in p) ?? ('is' in pam ? pam : undefined);
    if (open) return open;
    const files = found.filter((f): f is Pair => !('is' in f));
    if (files.length === 0) return missing({ path: '/usr/etc' });
    fact.set(
      'files',
      files.map(({ differs: _, ...f }) => ({ ...f })),
      ...files.map((f) => ({ path: f.path })),
    );
    const hiding = root < 0 ? files.filter((f) => f.differs && f.dropIns !== undefined) : [];
    const where = hiding.length > 0 ? hiding.map((f) => ({ path: f.path, said: `hides ${f.vendor}` })) : [{ path: '/usr/etc' }];
    return fact
      .set(
        'hiding',
        hiding.map(({ path, vendor, dropIns = '' }) => ({ path, vendor, dropIns })),
        ...where,
      )
      .build();
  },
});

type Pair = {
  readonly program: string;
  readonly path: string;
  readonly vendor: string;
  readonly wins: string;
  readonly dropIns?: string;
  /** Both are there, and say different things. */
  readonly differs: boolean;
};

function* pairOf({ name, dropIns, of }: (typeof mains)[number]): Asking<Pair | Unknown | undefined> {
  const [own, vendor] = [`/etc/${name}`, `/usr/etc/${name}`];
  const [here, there]: readonly Answer<Stat>[] = yield* together([stat(own), stat(vendor)]);
  if (there?.is === 'absent') return undefined;
  if (there?.is === 'blocked') return unknown(there, vendor);
  if (here?.is === 'blocked') return unknown(here, own);
  const wins = here?.is === 'got' ? 'etc' : 'vendor';
  // What they hold matters only where one hides the other.
  const texts = wins === 'etc' && dropIns !== undefined ? yield* together([read(own), read(vendor)]) : [];
  const shut = texts.findIndex((t) => t.is === 'blocked');
  const why = texts[shut];
  if (why?.is === 'blocked') return unknown(why, [own, vendor][shut] ?? '');
  const differs = texts[0]?.is === 'got' && texts[1]?.is === 'got' && texts[0].value !== texts[1].value;
  return { program: of, path: wins === 'etc' ? own : vendor, vendor, wins, ...(dropIns === undefined ? {} : { dropIns: `/etc/${dropIns}` }), differs };
}

/** PAM takes a service as a whole from the first directory that has it. */
function* services(): Asking<Pair[] | Unknown> {
  const lists = yield* together(pamDirectories.map((path) => list(path)));
  const shut = lists.findIndex((l) => l.is === 'blocked');
  const why = lists[shut];
  if (why?.is === 'blocked') return unknown(why, pamDirectories[shut] ?? '');
  const names = lists.map((l) => (l.is === 'got' ? l.value : []));
  return [...new Set(names.slice(1).flat())].sort().map((name) => {
    const at = names.findIndex((n) => n.includes(name));
    const vendor = names.findIndex((n, index) => index > 0 && n.includes(name));
    return {
      program: `pam:${name}`,
      path: `${pamDirectories[at]}/${name}`,
      vendor: `${pamDirectories[vendor]}/${name}`,
      wins: at === 0 ? 'etc' : 'vendor',
      differs: false,
    };
  });
}
