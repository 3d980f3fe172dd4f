/** Directories below a data directory that somebody chose. */
import { type Answer, type Asking, list } from '../ask.ts';

/** The names in the directory at the end, listed one below the other: what the one above does not hold is not asked for. */
export function* walked(start: string, below: readonly string[]): Asking<Answer<readonly string[]>> {
  let path = start;
  let names = yield* list(path);
  for (const name of below) {
    if (names.is !== 'got') return names;
    if (!names.value.includes(name)) return { is: 'absent' };
    path = `${path}/${name}`;
    names = yield* list(path);
  }
  return names;
}
