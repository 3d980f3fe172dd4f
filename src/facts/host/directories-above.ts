/** Whether somebody else may put another file in the place of one: the directories above it decide that, not its own mode (rename(2)). */
import { type Answer, type Asking, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { parentsOf } from './path-list.ts';

/**
 * The first directory above `path` in which others than root and `owners` may rename things; undefined when there is none.
 * With the sticky bit they may only rename what is theirs.
 */
export function* replaceableIn(path: string, owners: readonly number[] = []): Asking<Where | Unknown | undefined> {
  const dirs = parentsOf(path);
  const stats = (yield* together(dirs.map((d) => stat(d)))) as Answer<Stat>[];
  let open: Where | undefined;
  let shut: Unknown | undefined;
  for (const [at, dir] of dirs.entries()) {
    const answer = stats[at] as Answer<Stat>;
    const end = answer.is === 'got' ? (answer.value.real ?? { is: 'got' as const, value: answer.value }) : answer;
    if (end.is === 'blocked') shut ??= unknown(end, dir);
    if (end.is !== 'got') continue;
    const { mode, uid } = end.value;
    const writable = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
    if (writable || (uid !== 0 && !owners.includes(uid))) open ??= { path: dir, said: `mode ${mode.toString(8).padStart(4, '0')}, owner ${uid}` };
  }
  return open ?? shut;
}
