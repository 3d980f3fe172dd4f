/**
 * Kind `suse-permissions`: what permctl (chkstat) gives the programs that containers without root need, by the profiles that
 * PERMISSION_SECURITY names (openSUSE/permissions:man/permissions.adoc, etc/sysconfig.security). The last entry for a path counts.
 */
import { type Asking, read, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';
import { groupsOf } from '../../facts/suse/groups.ts';
import { assignmentsIn } from '../../facts/text/assignments.ts';

const sysconfig = '/etc/sysconfig/security';
const profiles = ['easy', 'secure', 'paranoid', 'local'];
const placesOf = (word: string): readonly string[] => [`/etc/permissions.${word}`, `/usr/share/permissions/permissions.${word}`];
const mapping = ['/usr/bin/newuidmap', '/usr/bin/newgidmap'] as const;
const fuse = '/usr/bin/fusermount3';
const overlay = '/usr/bin/fuse-overlayfs';
const administration = ['/usr/bin/sudo', '/usr/bin/su', '/usr/bin/pkexec'];
/** What the profiles of openSUSE/permissions say of it, where they are not on this host. */
const shipped: Readonly<Record<string, Entry | undefined>> = {
  easy: { mode: 0o4755, group: 'trusted', where: { path: sysconfig } },
  secure: { mode: 0o4750, group: 'trusted', where: { path: sysconfig } },
  paranoid: { mode: 0o755, group: 'trusted', where: { path: sysconfig } },
};

interface Entry {
  readonly mode: number;
  readonly group: string;
  readonly capabilities?: boolean;
  readonly where: Where;
}

export const susePermissions = defineKind({
  name: 'suse-permissions',
  noun: 'permctl',
  absent: 'the package permissions is not installed',
  describe: 'What the permission profiles of SUSE give the programs that containers without root need, for an account.',
  main: 'account',
  fields: { account: { type: 'string', required: true, describe: 'login name' } },
  shape: record({
    profiles: listOf(string('a word'), 'PERMISSION_SECURITY; "easy local" where it is not set'),
    stripped: listOf(string('a path'), 'newuidmap and newgidmap where a profile takes their set-uid bit without giving capabilities'),
    fuse: string('what fusermount3 is to the account', ['usable', 'forbidden', 'powerless']),
    fuseMode: string('its mode by the profiles, octal'),
    needsFuse: boolean('fuse-overlayfs is installed'),
    plain: listOf(string('a path'), 'sudo, su and pkexec where a profile takes their set-uid bit'),
  }),
  touches: () => [
    { do: 'read', path: sysconfig },
    ...profiles.flatMap((word) => placesOf(word).map((path) => ({ do: 'read' as const, path }))),
    { do: 'read', named: 'the profiles that PERMISSION_SECURITY names', later: true, unasked: 'only for profiles of a site' },
    { do: 'stat', path: overlay },
    groupsOf,
  ],
  *learn({ account }): Asking<Fact> {
    const text = yield* read(sysconfig);
    if (text.is === 'blocked') return unknown(text, sysconfig);
    if (text.is === 'absent') return missing({ path: sysconfig });
    const set = assignmentsIn(text.value, sysconfig, new Set(['PERMISSION_SECURITY']), 'shell').at(-1);
    const at = set?.where ?? { path: sysconfig, said: 'PERMISSION_SECURITY is not set' };
    const words = (set?.raw ?? 'easy local').split(/\s+/).filter((w) => /^[\w.-]+$/.test(w));
    const [entries, installed, groups] = yield* together([entriesOf(words), stat(overlay), groupsOf()]);
    const fact = new FactBuilder().consulted(at).set('profiles', words, at);
    if (installed.is === 'blocked') fact.gap('needsFuse', unknown(installed, overlay));
    else fact.set('needsFuse', installed.is === 'got', { path: overlay });
    if ('is' in entries) {
      for (const field of ['stripped', 'fuse', 'fuseMode', 'plain']) fact.gap(field, entries);
      return fact.build();
    }
    const lacking = (paths: readonly string[]): string[] => paths.filter((p) => weakened(entries.get(p)));
    fact.set('stripped', lacking(mapping), ...placesIn(entries, lacking(mapping), at));
    fact.set('plain', lacking(administration), ...placesIn(entries, lacking(administration), at));
    setFuse(fact, account, entries.get(fuse), groups, at);
    return fact.build();
  },
});

const weakened = (entry: Entry | undefined): boolean => entry !== undefined && (entry.mode & 0o4000) === 0 && entry.capabilities !== true;

const placesIn = (entries: ReadonlyMap<string, Entry>, paths: readonly string[], at: Where): Where[] => [
  ...paths.flatMap((p) => entries.get(p)?.where ?? []),
  at,
];

function setFuse(fact: FactBuilder, account: string, entry: Entry | undefined, groups: ReadonlyMap<string, readonly string[]> | Unknown, at: Where): void {
  if (!entry) {
    fact.set('fuse', 'usable', at);
    return;
  }
  const where = [entry.where, at];
  fact.set('fuseMode', entry.mode.toString(8).padStart(4, '0'), ...where);
  if (weakened(entry)) fact.set('fuse', 'powerless', ...where);
  else if ((entry.mode & 0o001) !== 0) fact.set('fuse', 'usable', ...where);
  else if ('is' in groups) fact.gap('fuse', groups);
  else fact.set('fuse', groups.get(entry.group)?.includes(account) ? 'usable' : 'forbidden', ...where);
}

/** What the profiles say, one after the other: a later one replaces what an earlier one says of a path. */
function* entriesOf(words: readonly string[]): Asking<Map<string, Entry> | Unknown> {
  const entries = new Map<string, Entry>();
  for (const word of words) {
    const paths = placesOf(word);
    const texts = yield* together(paths.map((path) => read(path)));
    const shut = texts.findIndex((t) => t.is === 'blocked');
    const why = texts[shut];
    if (why?.is === 'blocked') return unknown(why, paths[shut] ?? '');
    const at = texts.findIndex((t) => t.is === 'got');
    const text = texts[at];
    const known = shipped[word];
    if (text?.is === 'got') for (const [path, entry] of parsed(text.value, paths[at] ?? '')) entries.set(path, entry);
    else if (known) entries.set(fuse, known);
  }
  return entries;
}

/** A line is path, owner:group (or owner.group) and mode; one that begins with a blank and `+capabilities` belongs to the line above. */
function parsed(text: string, path: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  let last: string | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [name = '', owner = '', mode = ''] = line.trim().split(/\s+/);
    if (/^\s*\+capabilities\s/.test(line) && last !== undefined) {
      const entry = entries.get(last);
      if (entry && owner !== 'none') entries.set(last, { ...entry, capabilities: true });
    } else if (name.startsWith('/') && /^0?[0-7]{3,4}$/.test(mode)) {
      last = name;
      entries.set(name, { mode: Number.parseInt(mode, 8), group: owner.split(/[.:]/)[1] ?? '', where: { path, line: index + 1 } });
    }
  }
  return entries;
}
