/**
 * The programs that rootless K3s runs: K3s puts the directory of its bundle in front of the PATH of its service
 * (k3s-io/k3s:cmd/k3s/main.go stageAndRun), so that one that is missing on the host may still be found.
 */
import type { Blocked } from '../answer.ts';
import { type Account, type Answer, type Asking, type Stat, stat, together } from '../ask.ts';
import { type Environment, gapOf } from '../environment/environment.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { programDirectories } from '../host/tool-table.ts';
import type { Touches } from '../source.ts';
import type { K3sModel } from './k3s-model.ts';
import { usualDataDir } from './node-settings.ts';
import type { NotStarted } from './started-by.ts';

/** A program as K3s finds it; `found: false` with every place that was looked at. */
export type ProgramSeen =
  | { readonly is: 'known'; readonly found: true; readonly path: string; readonly bundled: boolean; readonly unpacked: boolean }
  | { readonly is: 'known'; readonly found: false; readonly unpacked: boolean; readonly looked: readonly Where[] }
  | Unknown;

/** What a user manager gives its services where nothing sets PATH (systemd/systemd:src/basic/path-util.h). */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const bundleIn = (dataDir: string): string => `${dataDir}/data/current/bin`;

/** A release of K3s that has not been unpacked yet brings its programs along all the same (k3s-io/k3s-root:package). */
export const bringsPrograms = (model: K3sModel | NotStarted | Unknown): Where | undefined =>
  model.is === 'model' && model.release.is === 'known'
    ? { ...model.release.where, said: `K3s ${model.release.release.said} brings its own, and unpacks it when it starts` }
    : undefined;

/** What looking for these programs asks. */
export const programTouches = (...names: readonly string[]): Touches => [
  ...names.map((name) => ({
    do: 'stat' as const,
    path: `/**/${name}`,
    first: [bundleIn('~/.rancher/k3s'), bundleIn(usualDataDir), ...programDirectories].map((d) => `${d}/${name}`),
  })),
  ...['~/.rancher/k3s', usualDataDir].map((path) => ({ do: 'stat' as const, path: bundleIn(path) })),
  { do: 'stat', named: 'the bundle below the data directory of K3s', later: true, unasked: 'only where data-dir moves it' },
];

/** Where the state of a rootless K3s lies; unknown where its configuration could not be read. */
export const dataDirOf = (model: K3sModel | NotStarted | Unknown, { home }: Account): string | Unknown =>
  model.is === 'unknown' ? model : model.is === 'model' ? model.dataDir.value : `${home}/.rancher/k3s`;

/** The directories that K3s searches: those of its bundle, then those of its service. */
export interface Searched {
  readonly bundles: readonly string[];
  readonly path: readonly string[];
  /** The PATH of the service cannot be told. */
  readonly unclear?: Unknown;
}

export function searchedBy(environment: Environment, dataDir: string, bundled: boolean): Searched {
  const unclear = gapOf(environment, 'PATH');
  const path = environment.variables.get('PATH')?.value ?? defaultPath;
  const directories = path.split(':').filter((d) => d.startsWith('/'));
  return {
    bundles: bundled ? [...new Set([usualDataDir, dataDir])].map(bundleIn) : [],
    path: directories.map((d) => d.replace(/(?<=.)\/+$/, '')),
    ...(unclear ? { unclear } : {}),
  };
}

/** Looks for a program as exec.LookPath does. */
export function* findProgram(name: string, { bundles, path, unclear }: Searched): Asking<ProgramSeen> {
  const directories = [...bundles, ...path];
  const candidates = directories.map((d) => `${d === '/' ? '' : d}/${name}`);
  const answers: Answer<Stat>[] = yield* together([...candidates, ...bundles].map((p) => stat(p)));
  const at = candidates.findIndex((_, i) => runnable(answers[i]));
  for (const [i, candidate] of candidates.slice(0, at < 0 ? undefined : at).entries()) {
    const why = blockedIn(answers[i]);
    if (why) return unknown(why, candidate);
  }
  const unpacked = answers.slice(candidates.length).some((a) => a.is === 'got');
  if (at >= 0 && at < bundles.length) return { is: 'known', found: true, path: candidates[at] as string, bundled: true, unpacked };
  for (const [i, bundle] of bundles.entries()) {
    const why = blockedIn(answers[candidates.length + i]);
    if (why) return unknown(why, bundle);
  }
  if (unclear) return unclear;
  if (at >= 0) return { is: 'known', found: true, path: candidates[at] as string, bundled: false, unpacked };
  return { is: 'known', found: false, unpacked, looked: candidates.map((p) => ({ path: p })) };
}

function blockedIn(answer: Answer<Stat> | undefined): Blocked | undefined {
  const end = answer?.is === 'got' ? answer.value.real : answer;
  return end?.is === 'blocked' ? end : undefined;
}

/** A regular file that may be executed, or a link to one. */
export function runnable(answer: Answer<Stat> | undefined): boolean {
  if (answer?.is !== 'got') return false;
  const { real, ...own } = answer.value;
  const end = real === undefined ? own : real.is === 'got' ? real.value : undefined;
  return end?.type === 'file' && (end.mode & 0o111) !== 0;
}
