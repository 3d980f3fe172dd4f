/** The program that loads profiles of AppArmor. */
import { type Asking, stat, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { source } from '../source.ts';

/** Where containers/common:pkg/apparmor looks: /sbin first, then root's usual PATH. */
const paths = ['/sbin', '/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/usr/bin', '/bin'].map((d) => `${d}/apparmor_parser`);

/** The path of the program, or false where there is none. A link that leads nowhere finds nothing. */
export const apparmorParser = source(
  paths.map((path) => ({ do: 'stat', path }) as const),
  findParser,
);

function* findParser(): Asking<{ readonly is: 'known'; readonly path: string | false } | Unknown> {
  const answers = yield* together(paths.map((p) => stat(p)));
  const ends = answers.map((a) => (a.is === 'got' ? (a.value.real ?? a) : a));
  const found = ends.findIndex((a) => a.is === 'got');
  if (found >= 0) return { is: 'known', path: paths[found] ?? false };
  for (const [at, path] of paths.entries()) {
    const answer = ends[at];
    if (answer?.is === 'blocked') return unknown(answer, path);
  }
  return { is: 'known', path: false };
}
