/**
 * DefaultEnvironment= and ManagerEnvironment= of system.conf and user.conf (systemd-system.conf(5); systemd/systemd:src/core/main.c
 * parse_config_file(), src/shared/conf-parser.c config_parse_many()): the first main file, then drop-ins of all directories.
 */
import { type Account, type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { type Assignment, parseUnitText } from '../systemd/syntax.ts';
import { type Environment, EnvironmentBuilder } from './environment.ts';
import { mergeEnvironment } from './unit-lines.ts';

type ConfName = 'system.conf' | 'user.conf';

/** Most important first; a user's manager looks into the account's own directory before all others. */
const directoriesFor = (name: ConfName): readonly string[] =>
  [...(name === 'user.conf' ? ['~/.config'] : []), '/etc', '/run', '/usr/local/lib', '/usr/lib'].map((d) => `${d}/systemd`);

const touches = (name: ConfName): Touches =>
  directoriesFor(name).flatMap((d): Pattern[] => [
    { do: 'read', path: `${d}/${name}` },
    { do: 'list', path: `${d}/${name}.d` },
    { do: 'read', path: `${d}/${name}.d/*.conf` },
  ]);

export interface ManagerConf {
  /** ManagerEnvironment=: the manager's own. */
  readonly own: Environment;
  /** DefaultEnvironment=: of all that it starts. */
  readonly children: Environment;
}

/** Reads one of the two, for the account whose manager it is. */
export const managerConf = source(touches, readConf);

function* readConf(name: ConfName, as: Account): Asking<ManagerConf> {
  const directories = directoriesFor(name).map((d) => d.replace(/^~/, () => as.home));
  const mains = directories.map((d) => `${d}/${name}`);
  const [texts, listings] = yield* together([together(mains.map((p) => read(p))), together(mains.map((p) => list(`${p}.d`)))]);
  const main = texts.findIndex((t) => t.is !== 'absent');
  const dropIns = new Map<string, string>();
  for (const [at, listing] of listings.entries())
    for (const file of listing.is === 'got' ? listing.value : [])
      if (file.endsWith('.conf') && !file.startsWith('.') && !dropIns.has(file)) dropIns.set(file, `${mains[at]}.d/${file}`);
  const paths = [...dropIns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const inside = yield* together(paths.map((p) => read(p)));
  const files = [...(main < 0 ? [] : [[mains[main], texts[main]]]), ...paths.map((p, at) => [p, inside[at]])] as [string, Answer<string>][];
  const looked = [...mains.map((path) => ({ path })), ...paths.map((path) => ({ path }))];
  const assignments = files.flatMap(([path, text]) => (text.is === 'got' ? parseUnitText(text.value, path, new Set(['Manager'])).assignments : []));
  const unseen = [...files, ...mains.map((p, at): [string, Answer<unknown>] => [`${p}.d`, listings[at] ?? { is: 'absent' }])].map(refused).find((u) => u);
  return { own: variablesOf('ManagerEnvironment', assignments, looked, unseen), children: variablesOf('DefaultEnvironment', assignments, looked, unseen) };
}

/** Below /run an image has nothing. */
const refused = ([path, answer]: [string, Answer<unknown>]): Unknown | undefined =>
  answer.is === 'blocked' && !(answer.why === 'unsupported' && path.startsWith('/run/')) ? unknown(answer, path) : undefined;

/** Of specifiers these files know only those of the host (systemd/systemd:src/shared/specifier.h COMMON_SYSTEM_SPECIFIERS), and no file tells those. */
const variablesOf = (key: string, assignments: readonly Assignment[], looked: readonly Where[], unseen: Unknown | undefined): Environment =>
  new EnvironmentBuilder()
    .looked(...looked)
    .over(
      mergeEnvironment(
        assignments.filter((a) => a.key === key),
        (word) => word.replaceAll('%%', '%'),
      ),
    )
    .missed(unseen)
    .build();
