/** Where paths lead when links on the way are followed, asked one name at a time, as the kernel does (path_resolution(7)). */
import { type Answer, type Asking, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';

/** Absolute and without links, or why nobody can tell. A path that is not there leads to what its name says. */
export type RealPaths = ReadonlyMap<string, string | Unknown>;

/** Links that the kernel follows at most. */
const limit = 40;

/** By the paths as given. Paths that do not begin with a slash are left out. */
export function* realPaths(paths: readonly string[]): Asking<RealPaths> {
  const wanted = [...new Set(paths)].filter((p) => p.startsWith('/'));
  const found = yield* together(wanted.map((p) => realPath(p)));
  return new Map(wanted.map((path, at) => [path, found[at] as string | Unknown]));
}

function* realPath(path: string): Asking<string | Unknown> {
  let rest = namesIn(path);
  let done: string[] = [];
  for (let links = 0; links <= limit; links++) {
    const steps = stepsFrom(done, rest);
    const stats = (yield* together(steps.map((s) => stat(s.path)))) as Answer<Stat>[];
    const at = stats.findIndex((s) => s.is !== 'got' || s.value.type === 'link');
    const step = steps[at];
    if (!step) return pathOf(climbed(done, rest));
    const there = stats[at] as Answer<Stat>;
    if (isOfRunningHost(there, step.path)) return pathOf(climbed(done, rest));
    if (there.is === 'blocked') return unknown(there, step.path);
    if (there.is === 'absent') return pathOf(climbed(done, rest));
    const end = there.value.real;
    if (end?.is === 'blocked') return unknown(end, step.path);
    const behind = rest.slice(step.used);
    if (end?.is === 'got') {
      done = namesIn(end.value.path);
      rest = behind;
    } else {
      // It dangles now, and may not when the path is wanted.
      const { target = '' } = there.value;
      done = target.startsWith('/') ? [] : namesIn(step.path).slice(0, -1);
      rest = [...namesIn(target), ...behind];
    }
  }
  return { is: 'unknown', why: 'failed', said: `too many links on the way to ${path}`, where: [{ path }] };
}

/** Below these an image has nothing yet, and what is made there at boot has the names that are written. */
const isOfRunningHost = (answer: Answer<Stat>, path: string): boolean =>
  answer.is === 'blocked' && answer.why === 'unsupported' && /^\/(?:proc|sys|dev|run)(?:\/|$)/.test(path);

const namesIn = (path: string): string[] => path.split('/').filter((n) => n !== '' && n !== '.');
const pathOf = (names: readonly string[]): string => `/${names.join('/')}`;

function climbed(done: readonly string[], rest: readonly string[]): string[] {
  const names = [...done];
  for (const name of rest) {
    if (name === '..') names.pop();
    else names.push(name);
  }
  return names;
}

/** Each name on the way with its path, until one climbs up: whether that leaves a link, the others tell first. */
function stepsFrom(done: readonly string[], rest: readonly string[]): { path: string; used: number }[] {
  const names = [...done];
  const steps: { path: string; used: number }[] = [];
  for (const [at, name] of rest.entries()) {
    if (name === '..') names.pop();
    else {
      names.push(name);
      steps.push({ path: pathOf(names), used: at + 1 });
    }
  }
  return steps;
}
