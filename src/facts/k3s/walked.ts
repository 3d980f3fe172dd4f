/** A directory below one that only a setting names: each name on the way has been seen before it is asked for. */
import { list } from '../ask.ts';

/** Lists directory below directory from `start` on: the entries of the last one. */
export function* walked(start: string, below: readonly string[]): ReturnType<typeof list> {
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
