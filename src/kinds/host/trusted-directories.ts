/** Kind `trusted-directories`: whether others than root may change what root runs. */
import { type Answer, type Asking, list, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown } from '../../facts/fact.ts';
import { altFiles, withAltFiles } from '../../facts/host/altfiles.ts';
import { endOf } from '../../facts/host/disk.ts';
import { type PasswdEntry, passwd } from '../../facts/host/passwd.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, mode, number, record, string } from '../../facts/shape.ts';

const groupPath = '/etc/group';
const linker = '/etc/ld.so.conf.d';
/** Where root's programs, libraries and units are looked for (sudoers(5) secure_path, systemd.unit(5), ld.so(8)). */
const directories = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/etc/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/etc/profile.d',
  '/etc/cron.d',
  '/usr/local/lib',
  '/usr/lib',
  '/lib',
];

export const trustedDirectories = defineKind({
  name: 'trusted-directories',
  noun: 'the directories that root trusts',
  describe:
    'Directories in which root looks for programs, libraries (ld.so.conf(5)) and units, and those above them: which of them others than root may write to. A group without members is nobody.',
  fields: {},
  shape: record({
    writable: listOf(
      record({
        path: string('the directory'),
        mode: mode('permission bits'),
        uid: number('its owner'),
        by: string('who may write to it'),
        better: string('the mode without that, octal'),
      }),
      'directories that others than root may write to',
    ),
  }),
  touches: () => [
    passwd,
    altFiles,
    { do: 'read', path: groupPath },
    { do: 'list', path: linker },
    { do: 'read', path: `${linker}/*.conf` },
    ...[...new Set(directories.flatMap(withParents))].map((path) => ({ do: 'stat', path }) as const),
    { do: 'stat', named: 'the directories that ld.so.conf.d names, and those above them' },
  ],
  *learn(): Asking<Fact> {
    const [accounts, alt, group, named] = yield* together([passwd(), altFiles(), read(groupPath), linkerPaths()]);
    if (accounts.is === 'unknown') return accounts;
    if (alt.is === 'unknown') return alt;
    if (group.is === 'blocked') return unknown(group, groupPath);
    if (!Array.isArray(named)) return named as Unknown;
    const paths = [...new Set([...directories, ...named].flatMap(withParents))];
    const stats = (yield* together(paths.map((p) => stat(p)))) as Answer<Stat>[];
    const fact = new FactBuilder().consulted(...paths.map((path) => ({ path })));
    const found: Record<string, Json>[] = [];
    let open: Unknown | undefined;
    for (const [at, answer] of stats.entries()) {
      const path = paths[at] ?? '';
      if (answer.is === 'blocked') open ??= unknown(answer, path);
      const end = endOf(answer);
      if (end?.type !== 'directory') continue;
      const by = writers(end, `${group.is === 'got' ? group.value : ''}\n${alt.groups}`, withAltFiles(accounts.entries, alt));
      if (by === undefined) continue;
      fact.at(['writable', String(found.length)], { path, said: `mode ${octal(end.mode)}, owner ${end.uid}` });
      found.push({ path, mode: end.mode, uid: end.uid, by, better: octal(end.mode & ~0o022) });
    }
    fact.set(
      'writable',
      [...found, ...(open ? [{}] : [])],
      ...(found.length > 0 ? found : paths.map((path) => ({ path }))).map(({ path }) => ({ path: String(path) })),
    );
    if (open) fact.gap(['writable', String(found.length)], open);
    return fact.build();
  },
});

const octal = (bits: number): string => bits.toString(8).padStart(4, '0');

function withParents(path: string): string[] {
  const parts = path.split('/').filter((p) => p !== '');
  return ['/', ...parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`)];
}

/** The absolute paths in ld.so.conf.d (ldconfig(8)). */
function* linkerPaths(): Asking<string[] | Unknown> {
  const names = yield* list(linker);
  if (names.is === 'blocked') return unknown(names, linker);
  const files = (names.is === 'got' ? names.value : []).filter((n) => n.endsWith('.conf')).map((n) => `${linker}/${n}`);
  const texts = yield* together(files.map((f) => read(f)));
  const paths: string[] = [];
  for (const [at, text] of texts.entries()) {
    if (text.is === 'blocked') return unknown(text, files[at] ?? linker);
    if (text.is === 'got')
      paths.push(
        ...text.value
          .split('\n')
          .map((l) => l.replace(/#.*/, '').trim())
          .filter((l) => /^\/[\w./+-]*$/.test(l) && !l.split('/').includes('..')),
      );
  }
  return paths.map((p) => p.replace(/\/+$/, ''));
}

/** Who beside root may write, in words. The sticky bit keeps others from replacing what is there, not from adding. */
function writers({ mode: bits, uid, gid }: Pick<Stat, 'mode' | 'uid' | 'gid'>, groups: string, accounts: readonly PasswdEntry[]): string | undefined {
  if ((bits & 0o002) !== 0) return 'everybody';
  if (uid !== 0) return accounts.find((a) => a.uid === uid)?.name ?? `the uid ${uid}`;
  if ((bits & 0o020) === 0 || gid === 0) return undefined;
  const line = groups
    .split('\n')
    .find((l) => l.split(':')[2] === String(gid))
    ?.split(':');
  const members = [
    ...(line?.[3] ?? '').split(',').filter((m) => m.trim() !== '' && m.trim() !== 'root'),
    ...accounts.filter((a) => a.gid === gid && a.uid !== 0).map((a) => a.name),
  ];
  return members.length > 0 ? `the group ${line?.[0] ?? gid}` : undefined;
}
