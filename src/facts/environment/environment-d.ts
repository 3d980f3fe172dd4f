/** What the user manager of an account starts with: environment.d(5). */

import { type Account, type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Touches } from '../source.ts';
import { parseEnvironmentFile } from './environment.ts';

/** Most important first: a file hides those of its name in later directories. */
const environmentDirectories = [
  '~/.config/environment.d',
  '/etc/environment.d',
  '/run/environment.d',
  '/usr/local/lib/environment.d',
  '/usr/lib/environment.d',
] as const;

export const environmentTouches: Touches = environmentDirectories.flatMap((path) => [
  { do: 'list' as const, path },
  { do: 'stat' as const, path: `${path}/*` },
  { do: 'read' as const, path: `${path}/*` },
]);

/** One variable of one file; a `$` in the value is expanded when the manager starts. */
interface EnvLine {
  readonly name: string;
  readonly value: string;
  readonly at: Where;
}

export interface ManagerEnvironment {
  /** In the order in which they are applied: the last of a name wins. */
  readonly lines: readonly EnvLine[];
  /** A place that could not be seen may set anything. */
  readonly incomplete?: Unknown;
  /** A link to /etc/environment takes part (Debian's 99-environment.conf). */
  readonly linksEtcEnvironment: boolean;
}

/** Reads the environment.d directories for an account: one file a name, in the order of names. The manager reads them when it starts, not later. */
export function* managerEnvironment(as: Account): Asking<ManagerEnvironment> {
  const directories = environmentDirectories.map((d) => d.replace(/^~/, as.home));
  const listings = yield* together(directories.map((d) => list(d)));
  const chosen = new Map<string, string>();
  let incomplete: Unknown | undefined;
  for (const [at, listing] of listings.entries()) {
    const directory = directories[at] as string;
    if (listing.is === 'blocked') incomplete ??= unknown(listing, directory);
    for (const name of listing.is === 'got' ? listing.value : []) {
      if (name.endsWith('.conf') && !name.startsWith('.') && !chosen.has(name)) chosen.set(name, `${directory}/${name}`);
    }
  }
  const paths = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const inodes = yield* together(paths.map((p) => stat(p)));
  const kept = paths.filter((_, at) => inodes[at]?.is !== 'got' || inodes[at].value.target !== '/dev/null');
  const texts = yield* together(kept.map((p) => read(p)));
  const lines: EnvLine[] = [];
  for (const [at, text] of texts.entries()) {
    const path = kept[at] as string;
    if (text.is === 'blocked') incomplete ??= unknown(text, path);
    if (text.is === 'got') lines.push(...linesOf(text.value, path));
  }
  const linksEtcEnvironment = inodes.some((i) => i.is === 'got' && i.value.real?.is === 'got' && i.value.real.value.path === '/etc/environment');
  return { lines, linksEtcEnvironment, ...(incomplete ? { incomplete } : {}) };
}

/** An assignment without a value sets nothing and takes nothing back, so such lines are made comments (systemd-environment-d-generator says "invalid syntax"). */
function linesOf(text: string, path: string): EnvLine[] {
  const valued = text.replace(/^[ \t]*[A-Za-z_]\w*[ \t]*=[ \t]*(?:""|'')?[ \t]*$/gm, '#');
  return [...parseEnvironmentFile(valued, path).variables].map(([name, v]) => ({ name, value: v.value, at: v.where[0] ?? { path } }));
}
