/** The installed packages, whatever database the distribution keeps them in. */
import { type Asking, packages, together } from '../ask.ts';
import { packagesPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { type Database, databases, type Package } from '../packages.ts';
import { source } from '../source.ts';

export type Installed =
  | { readonly is: 'known'; readonly each: readonly (Package & { readonly database: Database })[]; readonly consulted: readonly Where[] }
  /** There is no database at all. */
  | { readonly is: 'absent'; readonly consulted: readonly Where[] }
  | Unknown;

export const installedPackages = source(
  databases.map((of) => ({ do: 'packages', of }) as const),
  listInstalled,
);

function* listInstalled(): Asking<Installed> {
  const answers = yield* together(databases.map((of) => packages(of)));
  const consulted = databases.map((of) => ({ path: packagesPlace(of) }));
  const each: (Package & { readonly database: Database })[] = [];
  for (const [at, database] of databases.entries()) {
    const answer = answers[at];
    if (answer?.is === 'blocked') return unknown(answer, packagesPlace(database));
    if (answer?.is === 'got') each.push(...answer.value.packages.map((p) => ({ ...p, database })));
  }
  return answers.some((a) => a.is === 'got') ? { is: 'known', each, consulted } : { is: 'absent', consulted };
}
