/** What environment.d(5) adds to a user manager (systemd/systemd:src/environment-d-generator/environment-d-generator.c). */
import { type Account, type Answer, type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { addTo } from '../grouped.ts';
import type { Pattern } from '../pattern.ts';
import { holdsPlaceholder } from '../redacted.ts';
import { source } from '../source.ts';
import { readEnvFile } from './env-file.ts';
import { type Environment, EnvironmentBuilder, validName } from './environment.ts';
import { fillIn, type Lookup } from './expand.ts';

/** Most important first: a file hides those of its name in later directories. */
const directories = ['~/.config/environment.d', '/etc/environment.d', '/run/environment.d', '/usr/local/lib/environment.d', '/usr/lib/environment.d'] as const;

const touches = directories.flatMap((path): Pattern[] => [
  { do: 'list', path },
  { do: 'read', path: `${path}/*.conf` },
  { do: 'stat', path: `${path}/*.conf`, later: true },
]);

/** A file that takes part, or that hides others and cannot be read. */
interface Chosen {
  readonly path: string;
  readonly text: Answer<string>;
}

/** The files of all directories, in the order in which they are applied: that of their names. */
export interface EnvironmentDFiles {
  readonly files: readonly Chosen[];
  readonly looked: readonly Where[];
  /** A directory that could not be listed. */
  readonly unseen?: Unknown;
}

/** Finds and reads them for an account. */
export const environmentDFiles = source(touches, readFiles);

function* readFiles(as: Account): Asking<EnvironmentDFiles> {
  const paths = directories.map((d) => d.replace(/^~/, () => as.home));
  const listings = yield* together(paths.map((d) => list(d)));
  const places = new Map<string, string[]>();
  let unseen: Unknown | undefined;
  for (const [at, listing] of listings.entries()) {
    const directory = paths[at] as string;
    // Below /run an image has nothing.
    if (listing.is === 'blocked' && listing.why !== 'unsupported') unseen ??= unknown(listing, directory);
    for (const name of listing.is === 'got' ? listing.value : [])
      if (name.endsWith('.conf') && !name.startsWith('.')) addTo(places, name, `${directory}/${name}`);
  }
  const names = [...places.keys()].sort((a, b) => (a < b ? -1 : 1));
  const files = yield* together(names.map((name) => chosen(places.get(name) ?? [])));
  return { files: files.filter((f) => f !== undefined), looked: paths.map((path) => ({ path })), ...(unseen ? { unseen } : {}) };
}

/**
 * The variables that the files set. They are filled in from those set before them, then from `before`: the environment
 * of the manager at that time, or undefined where it is not known. The manager reads them when it starts, not later.
 */
export function environmentD({ files, looked, unseen }: EnvironmentDFiles, before: Environment | undefined, as: Account): Environment {
  const env = new EnvironmentBuilder().looked(...looked);
  for (const file of files) apply(env, file, before, as);
  // The directory may hold a file that comes after all others.
  return env.missed(unseen).build();
}

/**
 * The first of the files of one name. A link to /dev/null is an empty file. What leads nowhere and what is a directory
 * hides the others up to systemd 252 at least (tried), and is passed over later: with another behind it, that is open.
 */
function* chosen([path = '', other]: readonly string[]): Asking<Chosen | undefined> {
  const text = yield* read(path);
  if (text.is === 'got') return { path, text };
  const inode = yield* stat(path);
  if (inode.is === 'got' && inode.value.target === '/dev/null') return { path, text: { is: 'got', value: '' } };
  const end = inode.is === 'got' ? (inode.value.real ?? inode) : inode;
  const file = end.is === 'blocked' || (end.is === 'got' && end.value.type !== 'directory');
  if (file) return { path, text };
  return other === undefined
    ? undefined
    : { path, text: { is: 'blocked', why: 'unsupported', said: `no file, and whether it hides ${other} depends on systemd` } };
}

function apply(env: EnvironmentBuilder, { path, text }: Chosen, before: Environment | undefined, as: Account): void {
  env.looked({ path });
  if (text.is === 'blocked') env.missed(unknown(text, path));
  for (const { name, value, line, doubtful } of readEnvFile(text.is === 'got' ? text.value : '')) {
    const where = { path, line };
    if (value === undefined || !validName.test(name)) {
      env.remark({ said: value === undefined ? `ignored: ${name} has no value` : `ignored: ${JSON.stringify(name)} is no name of a variable`, where, name });
      continue;
    }
    const { text: filled, untold } = fillIn(value, lookupIn(env, before, as));
    const why = doubtful
      ? 'systemd before 254 takes the line for a part of the comment above it'
      : `${name} is expanded from other variables, and the value of ${untold.join(', ')} cannot be told here`;
    if (doubtful || untold.length > 0) env.unsure(name, { is: 'unknown', why: 'ambiguous', said: why, where: [where] });
    else env.set(name, filled, [where]);
  }
}

/** Names that systemd, PAM and logind set in a user manager by themselves. */
const fromTheManager =
  /^(?:PATH|SHELL|LANG|LANGUAGE|LC_\w+|DBUS_\w+|XDG_\w+|SYSTEMD_\w+|INVOCATION_ID|JOURNAL_STREAM|MANAGERPID|NOTIFY_SOCKET|LISTEN_\w+|MAIL|TERM|PWD)$/;

/** What the files have set so far comes first, then the environment that the generator runs in. */
function lookupIn(now: EnvironmentBuilder, before: Environment | undefined, as: Account): Lookup {
  const own: Readonly<Record<string, string>> = { HOME: as.home, USER: as.name, LOGNAME: as.name, XDG_RUNTIME_DIR: `/run/user/${as.uid}` };
  return (name) => {
    const found = now.at(name) ?? before?.unclear.get(name) ?? before?.variables.get(name);
    if (found && ('is' in found || holdsPlaceholder(found.value))) return { unknown: true };
    const value = found?.value ?? (Object.hasOwn(own, name) ? own[name] : undefined);
    return value ?? (!before || before.unseen || fromTheManager.test(name) ? { unknown: true } : undefined);
  };
}
