/** Units that a generated unit hides, and those that hide it (systemd.unit(5): /etc, then generators, then /usr/lib). */

import { type Answer, type Asking, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source } from '../source.ts';

const vendor = {
  system: ['/usr/local/lib/systemd/system', '/usr/lib/systemd/system'],
  user: ['/usr/local/lib/systemd/user', '/usr/lib/systemd/user'],
} as const;
const own = { system: ['/etc/systemd/system', '/run/systemd/system'], user: ['/etc/systemd/user', '/run/systemd/user'] } as const;

export interface Clash {
  /** Vendor units that are hidden. */
  readonly hides: readonly string[];
  /** A unit or mask of the administrator that hides the generated one. */
  readonly hiddenBy?: string;
  readonly looked: readonly string[];
}

/** Looks up the generated unit (the first name) and its aliases. */
export const clashOf = source(
  [...Object.values(vendor), ...Object.values(own)].flat().map((d): Pattern => ({ do: 'stat', path: `${d}/*.service` })),
  lookUpClash,
);

function* lookUpClash(names: readonly string[], manager: 'system' | 'user'): Asking<Clash | Unknown> {
  const tidy = names.filter((n) => /^[^/]+\.service$/.test(n));
  const theirs = tidy.flatMap((n) => vendor[manager].map((d) => `${d}/${n}`));
  const ours = tidy.slice(0, 1).flatMap((n) => own[manager].map((d) => `${d}/${n}`));
  const paths = [...ours, ...theirs];
  const stats = (yield* together(paths.map((p) => stat(p)))) as Answer<Stat>[];
  const found: string[] = [];
  for (const [at, path] of paths.entries()) {
    const answer = stats[at] as Answer<Stat>;
    // An image has no runtime units.
    if (answer.is === 'blocked' && !(answer.why === 'unsupported' && path.startsWith('/run/'))) return unknown(answer, path);
    if (answer.is === 'got') found.push(path);
  }
  const hiddenBy = found.find((p) => ours.includes(p));
  return { hides: found.filter((p) => !ours.includes(p)), looked: paths, ...(hiddenBy === undefined ? {} : { hiddenBy }) };
}
