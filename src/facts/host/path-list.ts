/**
 * Lists of paths of the host, as a rule or a site writes them, and what somebody has of them who has one path, say because
 * a container mounts it. Pure.
 *
 * An entry is an absolute path. Who has it has also what lies in it, so a path above an entry counts like the entry itself;
 * a path below does so where the entry ends in `/**`. `*` stands for one name or a part of it, `~` for the home of the
 * account and `{uid}` for its id (such an entry is passed over for root), `**` and a name for that name in any directory.
 */
import type { Account } from '../ask.ts';
import { globMatches } from '../glob.ts';

/** An absolute path without `.`, `..`, doubled or trailing slashes, by its words alone: Go's filepath.Clean. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** `/run/podman/podman.sock` lies below `/run` and `/run/podman`. */
export function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`);
}

/** The same; /var/run is /run. */
export function tidyPath(path: string): string {
  const tidy = cleanPath(path);
  return tidy === '/var/run' || tidy.startsWith('/var/run/') ? tidy.slice(4) : tidy;
}

/** How a path meets an entry: it is the entry, holds it, or lies in it. `entry` is written out for the account. */
export interface Met {
  readonly how: 'is' | 'holds' | 'lies in';
  readonly entry: string;
}

/** The first entry that a path is, else the first that it meets in another way. Relative paths meet only a bare name. */
export function met(path: string, list: readonly string[], as: Account): Met | undefined {
  const found = list.flatMap((entry) => metOne(path, entry, as) ?? []);
  return found.find((f) => f.how === 'is') ?? found[0];
}

/** In words: `/run (holds /run/podman/podman.sock)`. */
export function metInWords(path: string, { how, entry }: Met): string {
  const tidy = path.startsWith('/') ? tidyPath(path) : path;
  return how === 'is' ? tidy : `${tidy} (${how} ${entry})`;
}

function metOne(path: string, written: string, as: Account): Met | undefined {
  if (written.startsWith('**/')) return named(written.slice(3), path.slice(path.lastIndexOf('/') + 1)) ? { how: 'is', entry: written } : undefined;
  if (!path.startsWith('/') || (as.uid === 0 && written.includes('{uid}'))) return undefined;
  const below = written.endsWith('/**');
  const entry = tidyPath((below ? written.slice(0, -3) : written).replace(/^~(?=\/|$)/, () => as.home).replaceAll('{uid}', String(as.uid)));
  const own = namesIn(tidyPath(path));
  const names = namesIn(entry);
  if (!own.every((name, at) => at >= names.length || named(names[at] ?? '', name))) return undefined;
  if (own.length === names.length) return { how: 'is', entry };
  if (own.length < names.length) return { how: 'holds', entry };
  return below ? { how: 'lies in', entry } : undefined;
}

const named = (entry: string, name: string): boolean => entry === name || globMatches(entry, name);
const namesIn = (path: string): string[] => path.split('/').filter((n) => n !== '');
