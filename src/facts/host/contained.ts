/** Whether the host is a container: what engines leave in one (systemd's container interface; Docker; Podman). */
import { type Asking, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';

const marks = ['/run/systemd/container', '/.dockerenv', '/run/.containerenv'] as const;

export const contained = source(
  marks.map((path) => ({ do: 'stat', path }) as const),
  lookForMarks,
);

function* lookForMarks(): Asking<{ readonly is: 'known'; readonly value: boolean; readonly where: Where } | Unknown> {
  const answers = yield* together(marks.map((path) => stat(path)));
  const found = answers.findIndex((a) => a.is === 'got');
  if (found >= 0) return { is: 'known', value: true, where: { path: marks[found] ?? '' } };
  for (const [at, path] of marks.entries()) {
    const answer = answers[at];
    // Of an image nothing is asked below /run: it is none that runs.
    if (answer?.is === 'blocked' && answer.why !== 'unsupported') return unknown(answer, path);
  }
  return { is: 'known', value: false, where: { path: marks[0] } };
}
