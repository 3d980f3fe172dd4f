/** What has to be asked besides the Quadlet files themselves. */

import { type Answer, type Asking, nothing, read, type Stat, stat, together } from '../ask.ts';
import { containersConf } from '../containers/containers-conf.ts';
import { type Known, type Unknown, unknown } from '../fact.ts';
import { cleanPath, parentsOf } from '../host/path-list.ts';
import { type RealPaths, realPaths } from '../host/real-paths.ts';
import type { Pattern } from '../pattern.ts';
import { source } from '../source.ts';
import { shortened } from '../text/shortened.ts';
import { type Clash, clashOf } from './quadlet-clash.ts';
import { quadletRoots } from './quadlet-disk.ts';
import { type Played, playedBy, playedTogether } from './quadlet-kube.ts';
import { type Source, yamlPaths } from './quadlet-source.ts';

/** Of files of variables only the permissions are looked at, and of what is mounted where it leads. */
const namedByFiles: Pattern = {
  do: 'stat',
  named: 'what Volume=, Mount=, Rootfs= and EnvironmentFile= of Quadlet files name, where links lead, and what lies above',
  namedIn: { files: quadletRoots.map((root) => `${root}/**`), keys: ['Volume', 'Mount', 'Rootfs', 'EnvironmentFile'] },
};

/** Where paths lead that Quadlet files mount. */
export const mountedPaths = source([namedByFiles], function* whereMountsLead(paths: readonly string[]): Asking<RealPaths> {
  return yield* realPaths(paths);
});

/** The pods in YAML files of these paths. A .kube file names its YAML freely. */
const playedFiles = source([{ do: 'read', named: 'what Yaml= of a .kube file names', later: true }], readPlayed);

/** The pods in the YAML of a .kube file. */
export const playedYaml = source([playedFiles], readYaml);

export interface Surroundings {
  readonly conf?: Known | Unknown;
  readonly played?: Played | Unknown;
  readonly clash: Clash | Unknown;
  /** Files of variables, by path. */
  readonly environmentFiles: ReadonlyMap<string, Answer<Stat>>;
  /** What lies above them. */
  readonly directories: ReadonlyMap<string, Answer<Stat>>;
}

/** Asks for all of it in as few rounds as there are. */
export const surroundings = source([clashOf, containersConf, playedYaml, namedByFiles], lookAround);

function* lookAround(of: Source): Asking<Surroundings> {
  const { command, ending, names, manager, owner, file, moves } = of;
  const paths = [...new Set(command.flags.filter((f) => f.name === 'env-file').map((f) => absolute(f.value, file.directory)))].filter((p) => !/[%$]/.test(p));
  const above = [...new Set(paths.flatMap(parentsOf))];
  const [clash, conf, played, ...stats] = yield* together([
    clashOf(names, manager),
    ending === 'container' ? containersConf(owner, moves) : nothing(),
    ending === 'kube' ? playedYaml(of) : nothing(),
    ...[...paths, ...above].map((p) => stat(p)),
  ]);
  return {
    clash,
    ...(conf ? { conf } : {}),
    ...(played ? { played } : {}),
    environmentFiles: new Map(paths.map((path, at) => [path, stats[at] ?? { is: 'absent' }])),
    directories: new Map(above.map((path, at) => [path, stats[paths.length + at] ?? { is: 'absent' }])),
  };
}

/** A path as the generator has it: relative ones start at the file's own directory (pkg/systemd/quadlet/quadlet.go getAbsolutePath, with filepath.Join). */
export const absolute = (path: string, directory: string): string => (path.startsWith('/') ? path : cleanPath(`${directory}/${path}`));

function* readYaml(of: Source): Asking<Played | Unknown> {
  const { paths, elsewhere } = yamlPaths(of);
  if (elsewhere)
    return { is: 'unknown', why: 'unsupported', said: `the YAML lies at ${shortened(elsewhere.text, 80)}, which is not looked into`, where: [elsewhere.where] };
  const strange = paths.find((p) => !/\.(yaml|yml|json)$/.test(p));
  if (strange !== undefined)
    return { is: 'unknown', why: 'unsupported', said: `${strange} is not called .yaml, .yml or .json, so it is not read`, where: [{ path: of.file.path }] };
  return yield* playedFiles(paths);
}

function* readPlayed(paths: readonly string[]): Asking<Played | Unknown> {
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
  return playedTogether(all);
}
