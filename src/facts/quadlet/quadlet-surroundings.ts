/** What has to be asked besides the Quadlet files themselves. */

import { type Answer, type Asking, nothing, read, type Stat, stat, together } from '../ask.ts';
import { containersConf } from '../containers/containers-conf.ts';
import { type Known, type Unknown, unknown } from '../fact.ts';
import type { Touches } from '../source.ts';
import { type Clash, clashOf, clashTouches } from './quadlet-clash.ts';
import { quadletRoots } from './quadlet-disk.ts';
import { type Played, playedBy } from './quadlet-kube.ts';
import { serviceTouches } from './quadlet-service.ts';
import { type Source, yamlPaths } from './quadlet-source.ts';

/** A .kube file names its YAML freely; of files of variables only the permissions are looked at, and of what is mounted where it leads. */
export const surroundingsTouches: Touches = [
  ...serviceTouches,
  containersConf,
  ...clashTouches,
  { do: 'read', named: 'what Yaml= of a .kube file names', later: true },
  {
    do: 'stat',
    named: 'what Volume=, Mount=, Rootfs= and EnvironmentFile= of Quadlet files name, where links lead, and what lies above',
    namedIn: { files: quadletRoots.map((root) => `${root}/**`), keys: ['Volume', 'Mount', 'Rootfs', 'EnvironmentFile'] },
  },
];

export interface Surroundings {
  readonly conf?: Known | Unknown;
  readonly played?: Played | Unknown;
  readonly clash: Clash | Unknown;
  /** Files of variables, by path. */
  readonly environmentFiles: ReadonlyMap<string, Answer<Stat>>;
}

/** Asks for all of it in as few rounds as there are. */
export function* surroundings(source: Source): Asking<Surroundings> {
  const { command, ending, names, manager, owner, file, moves } = source;
  const paths = [...new Set(command.flags.filter((f) => f.name === 'env-file').map((f) => absolute(f.value, file.directory)))].filter((p) => !/[%$]/.test(p));
  const [clash, conf, played, ...stats] = yield* together([
    clashOf(names, manager),
    ending === 'container' ? containersConf(owner, moves) : nothing(),
    ending === 'kube' ? playedYaml(source) : nothing(),
    ...paths.map((p) => stat(p)),
  ]);
  return {
    clash,
    ...(conf ? { conf } : {}),
    ...(played ? { played } : {}),
    environmentFiles: new Map(paths.map((path, at) => [path, stats[at] ?? { is: 'absent' }])),
  };
}

/** A path as the generator has it: relative ones start at the file's own directory. */
export const absolute = (path: string, directory: string): string => (path.startsWith('/') ? path : `${directory}/${path}`);

/** The pods in the YAML of a .kube file. */
export function* playedYaml(source: Source): Asking<Played | Unknown> {
  const { paths, elsewhere } = yamlPaths(source);
  if (elsewhere)
    return { is: 'unknown', why: 'unsupported', said: `the YAML is ${elsewhere.text.slice(0, 80)}, which is not looked into`, where: [elsewhere.where] };
  const strange = paths.find((p) => !/\.(yaml|yml|json)$/.test(p));
  if (strange !== undefined)
    return { is: 'unknown', why: 'unsupported', said: `${strange} is not called .yaml, .yml or .json, so it is not read`, where: [{ path: source.file.path }] };
  const texts = yield* together(paths.map((p) => read(p)));
  const all: Played[] = [];
  for (const [at, path] of paths.entries()) {
    const text = texts[at] as Answer<string>;
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'absent') return { is: 'unknown', why: 'failed', said: `the YAML ${path} is not there, so the unit cannot start`, where: [{ path }] };
    const played = playedBy(text.value, path);
    if ('broken' in played) return { is: 'unknown', why: 'unparsable', said: `${path} does not parse: ${played.broken}`, where: [{ path, line: played.line }] };
    all.push(played);
  }
  return { flags: all.flatMap((p) => p.flags), images: all.flatMap((p) => p.images) };
}
