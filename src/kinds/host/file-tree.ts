/** Kind `file-tree`: what a walk of all of the host's own file systems found. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, type Where } from '../../facts/fact.ts';
import { type ModeAtBoot, modesAtBoot } from '../../facts/host/tmpfiles-modes.ts';
import { walkedHost } from '../../facts/host/walked.ts';
import { historyNames, hostKeyNames, walkedNames } from '../../facts/host/walked-names.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, mode, number, record, type Shape, string } from '../../facts/shape.ts';
import { type ServerConfig, serverConfig } from '../../facts/ssh/server-config.ts';
import { capabilityNames } from '../../facts/text/file-capabilities.ts';
import { type Credential, type Found, nameIn, named as ofNames } from '../../facts/walk.ts';

const inode = {
  path: string('absolute path'),
  name: string('the last part of the path'),
  type: string('what it is', ['file', 'directory', 'link', 'socket', 'fifo', 'char', 'block']),
  mode: mode('permission bits'),
  uid: number('id of its owner'),
  gid: number('id of its group'),
  size: number('bytes'),
};

const atBoot = {
  by: string('the file of tmpfiles.d that gives it this mode when the image boots; unset where it has it already'),
  line: number('the line in that file'),
};

const holding = (describe: string): Shape =>
  list(
    record({
      ...inode,
      form: string('of a key its format, of a kubeconfig how its user proves who it is, of a token whose it is'),
      encrypted: boolean('a passphrase protects it; not told of formats that hide it'),
      line: number('where it begins'),
      better: string('the mode without what others may do, octal'),
    }),
    describe,
  );

const shape = record({
  setId: list(record({ ...inode, ...atBoot, better: string('the mode without those bits, octal') }), 'files that run as their owner or group'),
  capable: list(
    record({
      ...inode,
      capability: string('one capability: cap_net_raw; or all capabilities'),
      grant: string('the path and the capability, or all, with a blank between'),
    }),
    'what programs may do whoever starts them, by file capabilities; where no getcap told of them, the last element is unknown',
  ),
  writableFiles: list(record({ ...inode, ...atBoot, better: string('the mode without that bit, octal') }), 'files that everybody may write to and get at'),
  openDirectories: list(
    record({ ...inode, ...atBoot, better: string('the mode with the sticky bit, octal') }),
    'directories that everybody may write to, and take away what others keep there: without the sticky bit',
  ),
  named: list(record(inode), 'files of the names that walks tell of: histories, keys, compilers, debuggers, cores'),
  privateKeys: holding('private keys in files'),
  plainKeys: holding('of these, what opens without a passphrase; without the host keys of sshd, and without samples in documentation and tests below /usr'),
  lockedKeys: holding('the same, of those that a passphrase protects'),
  readableKeys: holding('the same, of those that everybody may read; with `better`, the mode without that bit'),
  hostKeys: list(record(inode), 'private keys by which sshd or Dropbear proves which host it is'),
  histories: list(record(inode), 'what somebody typed into shells and editors, where it is not empty'),
  kubeconfigs: holding('kubeconfigs with something that opens a cluster'),
  tokens: holding('tokens in files'),
  logins: holding('logins of registries in files'),
  inodes: number('how many files, directories and others there are'),
});

/** Which field holds the finds of which credential. */
const fieldFor: { readonly [C in Credential['is']]: string } = {
  'private-key': 'privateKeys',
  kubeconfig: 'kubeconfigs',
  token: 'tokens',
  'registry-login': 'logins',
};

export const fileTree = defineKind({
  name: 'file-tree',
  noun: 'the host’s files',
  describe:
    'What stands on the host’s own file systems: set-id files, what everybody may write to, files of certain names, and the sorts of credentials in files (never themselves). What container engines store is left out.',
  fields: {},
  shape,
  touches: () => [walkedHost, serverConfig, modesAtBoot],
  *learn(): Asking<Fact> {
    const [walked, sshd, later] = yield* together([walkedHost(), serverConfig(), modesAtBoot()]);
    if (walked.is === 'unknown') return walked;
    const { found, incomplete, unread, untold } = walked;
    const fact = new FactBuilder().consulted(...walked.consulted).set('inodes', walked.inodes, ...walked.consulted);
    const isNamed = ofNames(walkedNames);
    const tell = (field: string, fits: (f: Found) => boolean, more?: Unknown): void =>
      setAll(
        fact,
        field,
        found.filter(fits).map((f) => ({ ...inodeOf(f), at: { path: f.path } })),
        incomplete ?? more,
      );
    setAll(fact, 'capable', found.flatMap(grantsOf), incomplete ?? untold);
    for (const { field, fits, better, alsoClosed } of loose) {
      const now = found.filter((f) => fits(f) && (alsoClosed || !f.closed));
      const known = new Set(now.map(({ path }) => path));
      const made = later.each.filter((f) => fits(f) && !known.has(f.path)).map((f) => toldOf(f, better));
      setAll(fact, field, [...now.map((f) => ({ ...inodeOf(f), better: octal(better(f.mode)), at: { path: f.path } })), ...made], incomplete ?? later.unseen);
    }
    tell('named', (f) => isNamed(f.path));
    const named = hostKeysOf(sshd);
    const isHostKey = (path: string): boolean => usualHostKey(path) || named.paths.includes(path);
    tell('hostKeys', (f) => isHostKey(f.path) && f.type === 'file', named.incomplete);
    tell('histories', (f) => isHistory(f.path) && f.type === 'file' && f.size > 0);
    const keys = found.filter((f) => !isHostKey(f.path) && !sample.test(f.path));
    const tellKeys = (field: string, fits: (key: Credential, file: Found) => boolean): void =>
      setAll(
        fact,
        field,
        keys.flatMap((f) => holdings({ ...f, holds: (f.holds ?? []).filter((c) => fits(c, f)) }, 'private-key')),
        incomplete ?? unread,
      );
    tellKeys('plainKeys', (key) => key.encrypted !== true);
    tellKeys('lockedKeys', (key) => key.encrypted === true);
    tellKeys('readableKeys', (key, { mode, closed }) => key.encrypted !== true && (mode & 0o004) !== 0 && !closed);
    for (const [is, field] of Object.entries(fieldFor))
      setAll(
        fact,
        field,
        found.flatMap((f) => holdings(f, is)),
        incomplete ?? unread,
      );
    return fact.build();
  },
});

/** Modes that rules ask about, and which is better. */
const loose: readonly { readonly field: string; fits(of: Pick<Found, 'type' | 'mode'>): boolean; better(mode: number): number; readonly alsoClosed?: true }[] =
  [
    { field: 'setId', fits: ({ type, mode }) => type === 'file' && (mode & 0o6000) !== 0, better: (mode) => mode & ~0o6000, alsoClosed: true },
    { field: 'writableFiles', fits: ({ type, mode }) => type === 'file' && (mode & 0o002) !== 0, better: (mode) => mode & ~0o002 },
    { field: 'openDirectories', fits: ({ type, mode }) => type === 'directory' && (mode & 0o1002) === 0o002, better: (mode) => mode | 0o1000 },
  ];

const toldOf = ({ path, type, mode, at }: ModeAtBoot, better: (mode: number) => number): Told => ({
  path,
  name: nameIn(path),
  type,
  mode,
  by: at.path,
  line: at.line,
  better: octal(better(mode)),
  at: { ...at, said: `gives ${path} the mode ${octal(mode)} at boot` },
});

const grantsOf = (file: Found): Told[] =>
  (file.capabilities === undefined ? [] : capabilityNames(file.capabilities)).map((capability) => ({
    ...inodeOf(file),
    capability: capability === 'all' ? 'all capabilities' : capability,
    grant: `${file.path} ${capability}`,
    at: { path: file.path, said: file.capabilities ?? '' },
  }));

const usualHostKey = ofNames(hostKeyNames);

/** What HostKey names instead of the usual files (sshd_config(5)). */
function hostKeysOf(config: ServerConfig | Unknown): { readonly paths: readonly string[]; readonly incomplete?: Unknown } {
  if (config.is === 'unknown') return { paths: [], incomplete: config };
  const paths = config.settings.flatMap(({ keyword, args }) => (keyword === 'hostkey' && args[0]?.startsWith('/') ? [args[0]] : []));
  return { paths, ...(config.incomplete ? { incomplete: config.incomplete } : {}) };
}

const isHistory = ofNames(historyNames);

/** Keys that packages bring along to show or to try something; they open nothing. */
const sample = /^\/usr\/(?:share\/doc\/|(?:.*\/)?(?:tests?|testdata|test_data|fixtures|examples?)\/)/;

type Told = Readonly<Record<string, Json | undefined>> & { readonly at: Where };

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

const inodeOf = ({ path, type, mode, uid, gid, size }: Found): Readonly<Record<string, Json>> => ({ path, name: nameIn(path), type, mode, uid, gid, size });

const holdings = (file: Found, is: string): Told[] =>
  (file.holds ?? [])
    .filter((c) => c.is === is)
    .map(({ form, encrypted, line }) => ({ ...inodeOf(file), form, encrypted, line, better: octal(file.mode & ~0o007), at: { path: file.path, line } }));

/** A list with the place of each element. Where there may be more, one element more is unknown. */
function setAll(fact: FactBuilder, field: string, all: readonly Told[], more: Unknown | undefined): void {
  fact.set(
    field,
    [...all.map(({ at: _, ...values }) => Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)) as Json), ...(more ? [{}] : [])],
    ...all.map(({ at }) => at),
  );
  for (const [index, { at }] of all.entries()) fact.at([field, String(index)], at);
  if (more) fact.gap([field, String(all.length)], more);
}
