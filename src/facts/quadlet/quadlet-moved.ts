/**
 * Whether a generator of Quadlet looks where it usually does. systemd gives generators the manager's own environment
 * and what DefaultEnvironment=, ManagerEnvironment= and, for users, environment.d add to it (tried with systemd 252);
 * QUADLET_UNIT_DIRS replaces the whole search path (containers/podman pkg/systemd/quadlet/unitdirs.go), XDG_CONFIG_HOME
 * moves a user's own directory.
 */

import { type Account, type Answer, type Asking, accountKey, list, read, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { shared } from '../settle.ts';
import type { Touches } from '../source.ts';

const roots = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'];

/** Files that may set the variables, and directories of such files, of the system's manager or of an account's. */
function places(home?: string, uid = '*'): { readonly files: readonly string[]; readonly directories: readonly string[] } {
  if (home === undefined) {
    const files = roots.map((r) => `${r}/systemd/system.conf`);
    return { files: [...files, '/proc/cmdline'], directories: files.map((f) => `${f}.d`) };
  }
  const files = [...roots.map((r) => `${r}/systemd/user.conf`), `${home}/.config/systemd/user.conf`];
  const service = roots.map((r) => `${r}/systemd/system`);
  const dropIns = service.flatMap((d) => ['user@.service', `user@${uid}.service`, 'service'].map((n) => `${d}/${n}.d`));
  const environment = [...roots, `${home}/.config`].map((r) => `${r}/environment.d`);
  return {
    files: [...files, ...service.map((d) => `${d}/user@.service`), '/etc/environment'],
    directories: [...files.map((f) => `${f}.d`), ...environment, ...dropIns],
  };
}

export const movedTouches: Touches = [places(), places('/**')].flatMap(({ files, directories }): Pattern[] => [
  ...files.map((path): Pattern => ({ do: 'read', path })),
  ...directories.flatMap((d): Pattern[] => [
    { do: 'list', path: d },
    { do: 'read', path: `${d}/*.conf` },
  ]),
]);

/** Why the directories of a generator cannot be told; undefined: they are the usual ones. Without an account: the system's generator. */
export const movedSearch = (as?: Account): Asking<Unknown | undefined> => shared(`quadlet search of ${as ? accountKey(as) : 'the system'}`, () => seek(as));

function* seek(as?: Account): Asking<Unknown | undefined> {
  const { files, directories } = as ? places(as.home, String(as.uid)) : places();
  const names = as ? ['QUADLET_UNIT_DIRS', 'XDG_CONFIG_HOME'] : ['QUADLET_UNIT_DIRS'];
  const listings = (yield* together(directories.map((d) => list(d)))) as Answer<readonly string[]>[];
  const paths = [...files, ...directories.flatMap((d, at) => confIn(listings[at]).map((n) => `${d}/${n}`))];
  const texts = (yield* together(paths.map((p) => read(p)))) as Answer<string>[];
  for (const [at, answer] of texts.entries()) {
    const path = paths[at] as string;
    const line = answer.is === 'got' ? lineNaming(answer.value, names, as?.home ?? '') : 0;
    if (line > 0)
      return {
        is: 'unknown',
        why: 'unsupported',
        said: `a variable set here moves the directories in which ${as ? `${as.name}'s` : "the system's"} Quadlet generator looks, and pretrip does not follow it`,
        where: [{ path, line }],
      };
  }
  for (const [at, answer] of [...listings, ...texts].entries()) {
    const path = [...directories, ...paths][at] as string;
    // An image has no runtime directories and no kernel command line.
    if (answer.is === 'blocked' && !(answer.why === 'unsupported' && /^\/(run|proc)\//.test(path))) return unknown(answer, path);
  }
  return undefined;
}

const confIn = (answer: Answer<readonly string[]> | undefined): readonly string[] =>
  answer?.is === 'got' ? answer.value.filter((n) => n.endsWith('.conf')) : [];

/** The line, from 1, that sets one of the variables outside a comment; 0 if none does. The usual home of configuration moves nothing. */
const lineNaming = (text: string, names: readonly string[], home: string): number =>
  text.split('\n').findIndex((line) => {
    if (/^\s*[#;]/.test(line)) return false;
    const usual = ['$HOME', '${HOME}', '%h', home].map((h) => `XDG_CONFIG_HOME=${h}/.config`);
    const rest = line.replaceAll(/["']/g, '').trimEnd();
    return !usual.some((u) => rest === u || rest === `Environment=${u}`) && names.some((n) => new RegExp(`(^|[^A-Z0-9_])${n}\\s*=`).test(rest));
  }) + 1;
