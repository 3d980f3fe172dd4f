/** Ways below a data directory that was chosen: no plan can name them, so that each name must stand in the list of the directory above. */
import { type Answer, type Asking, list } from '../ask.ts';
import type { Pattern } from '../pattern.ts';

/** What lists a directory below another, by the names on the way: `server`, `db`. */
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

/** The promise that goes with it. */
export const walking: Pattern = { do: 'list', named: 'the data directory of K3s, and what is below it', later: true };
