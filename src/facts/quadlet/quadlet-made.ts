/**
 * What makes a path before a unit needs it: tmpfiles.d, the directories and the commands of its service, a unit that it
 * names, or a mount (tmpfiles.d(5); systemd.exec(5) StateDirectory=; user-tmpfiles.d of systemd-tmpfiles(8)).
 */
import { type Account, type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { mountTable, parseFstab } from '../host/mount-table.ts';
import { tmpfilesFiles } from '../host/tmpfiles-d.ts';
import { source, type Touches } from '../source.ts';
import { execCommands } from '../systemd/exec-line.ts';
import type { Manager } from '../systemd/paths.ts';
import { type Assignment, sinceReset } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';
import { shortened } from '../text/shortened.ts';
import type { UnitFile } from './quadlet-manager.ts';

/** A line of tmpfiles.d. What is copied or linked may hold more (`tree`). */
interface Line {
  readonly path: string;
  readonly tree: boolean;
  readonly where: Where;
}

/** What is made whatever a unit says, and where file systems will be mounted. */
export interface MadeAtBoot {
  /** Paths that tmpfiles.d makes. */
  readonly paths: readonly Line[];
  /** Points of fstab, and of mounts that are there only when somebody looks (autofs), that are not mounted now. */
  readonly mounts: readonly { readonly point: string; readonly where: Where }[];
  /** Every point that is mounted or that fstab names: the manager has a unit for each. */
  readonly points: ReadonlySet<string>;
  readonly unseen?: Unknown;
}

const userDirectories = ['~/.config/user-tmpfiles.d', '~/.local/share/user-tmpfiles.d', '/usr/local/share/user-tmpfiles.d', '/usr/share/user-tmpfiles.d'];
const fstab = '/etc/fstab';

const touches: Touches = [
  tmpfilesFiles,
  mountTable,
  { do: 'read', path: fstab },
  ...userDirectories.flatMap(
    (d): Touches => [
      { do: 'list', path: d },
      { do: 'read', path: `${d}/*.conf` },
    ],
  ),
];

export const madeAtBoot = source(touches, learnMade);

function* learnMade(manager: Manager, as: Account): Asking<MadeAtBoot> {
  const [files, mounted, table] = yield* together([tmpfilesFiles(), mountTable(), read(fstab)]);
  const own = manager === 'user' ? yield* userFiles(as) : { texts: [] };
  const texts = [...(files.is === 'files' ? files.files.map(({ path, text }) => ({ path, text })) : []), ...own.texts];
  const shut = texts.find((t) => t.text.is === 'blocked');
  const unseen =
    (files.is === 'unknown' ? files : undefined) ??
    own.unseen ??
    (shut?.text.is === 'blocked' ? unknown(shut.text, shut.path) : undefined) ??
    (mounted.is === 'unknown' ? mounted : undefined) ??
    (table.is === 'blocked' ? unknown(table, fstab) : undefined);
  const each = mounted.is === 'known' ? mounted.each : [];
  const now = new Set(mounted.is === 'known' && mounted.live ? each.filter((m) => m.type !== 'autofs').map((m) => m.point) : []);
  const wanted = [...(table.is === 'got' ? parseFstab(table.value) : []), ...each.filter((m) => m.type === 'autofs')];
  const mounts = wanted.filter((m) => m.point !== '/' && !now.has(m.point)).map((m) => ({ point: m.point, where: m.at }));
  const paths = texts.flatMap(({ path, text }) => (text.is === 'got' ? linesOf(text.value, path, as, manager) : []));
  return { paths, mounts, points: new Set([...wanted, ...each].map((m) => m.point)), ...(unseen ? { unseen } : {}) };
}

function* userFiles(as: Account): Asking<{ texts: { path: string; text: Answer<string> }[]; unseen?: Unknown }> {
  const directories = userDirectories.map((d) => d.replace(/^~/, as.home));
  const lists: Answer<readonly string[]>[] = yield* together(directories.map((d) => list(d)));
  const shut = lists.findIndex((l) => l.is === 'blocked');
  const answer = lists[shut];
  const paths = lists.flatMap((l, at) => (l.is === 'got' ? l.value.filter((n) => n.endsWith('.conf')).map((n) => `${directories[at]}/${n}`) : []));
  const texts = yield* together(paths.map((p) => read(p)));
  return {
    texts: paths.map((path, at) => ({ path, text: texts[at] as Answer<string> })),
    ...(answer?.is === 'blocked' ? { unseen: unknown(answer, directories[shut] ?? '') } : {}),
  };
}

/** Lines that make something where nothing is (tmpfiles.d(5) "Type"). */
function linesOf(text: string, path: string, as: Account, manager: Manager): Line[] {
  const own: Readonly<Record<string, string>> =
    manager === 'user' && /user-tmpfiles\.d\//.test(path)
      ? { t: `/run/user/${as.uid}`, S: `${as.home}/.local/state`, C: `${as.home}/.cache`, L: `${as.home}/.local/state/log`, h: as.home, u: as.name, '%': '%' }
      : { t: '/run', S: '/var/lib', C: '/var/cache', L: '/var/log', h: '/root', u: 'root', T: '/tmp', V: '/var/tmp', '%': '%' };
  return text.split('\n').flatMap((line, at) => {
    const [type = '', written] = splitWords(line).words;
    if (written === undefined || !/^[dDvqQfFCLpcb]/.test(type)) return [];
    const made = written.replace(/%(.)/g, (whole, letter: string) => own[letter] ?? whole).replace(/(?<=.)\/+$/, '');
    return [{ path: made, tree: /^[CL]/.test(type), where: { path, line: at + 1 } }];
  });
}

/** What a unit does before Podman runs, and the units that it waits for. */
export interface Before {
  /** [Service] of the file and of its drop-ins. */
  readonly service: readonly Assignment[];
  readonly expand: (text: string) => string;
  readonly manager: Manager;
  readonly owner: Account;
  /** Files of the units that it names. */
  readonly named: readonly UnitFile[];
}

const inside = (path: string, directory: string): boolean => path === directory || path.startsWith(`${directory}/`);

/** Who makes a path. `open`: something may make it, and nobody can tell. */
export function makerOf(path: string, made: MadeAtBoot, before: Before): Where | { readonly open: Unknown } | undefined {
  // Who makes what lies in a directory has made the directory.
  const line = made.paths.find((m) => inside(m.path, path) || (m.tree && inside(path, m.path)));
  const own = line?.where ?? directoriesOf(before).find((d) => inside(d.path, path))?.where ?? spokenOf(path, before);
  if (own) return own;
  const script = scriptIn(before);
  if (script) return { open: unsure(`${shortened(script.value, 60)} may make ${path}`, script.where) };
  const mount = made.mounts.find((m) => inside(path, m.point));
  if (mount) return { open: unsure(`${path} lies on ${mount.point}, which is not mounted now`, mount.where) };
  return made.unseen ? { open: made.unseen } : undefined;
}

const unsure = (said: string, where: Where): Unknown => ({ is: 'unknown', why: 'ambiguous', said, where: [where] });

/** RuntimeDirectory= and its like; a user's state moved from ~/.config with systemd 254. */
function directoriesOf({ service, expand, manager, owner }: Before): { path: string; where: Where }[] {
  const { home, uid } = owner;
  const bases: Readonly<Record<string, readonly string[]>> =
    manager === 'user'
      ? {
          RuntimeDirectory: [`/run/user/${uid}`],
          StateDirectory: [`${home}/.local/state`, `${home}/.config`],
          CacheDirectory: [`${home}/.cache`],
          LogsDirectory: [`${home}/.local/state/log`, `${home}/.config/log`],
          ConfigurationDirectory: [`${home}/.config`],
        }
      : {
          RuntimeDirectory: ['/run'],
          StateDirectory: ['/var/lib'],
          CacheDirectory: ['/var/cache'],
          LogsDirectory: ['/var/log'],
          ConfigurationDirectory: ['/etc'],
        };
  return Object.entries(bases).flatMap(([key, directories]) =>
    sinceReset(service.filter((a) => a.key === key)).flatMap(({ value, where }) =>
      splitWords(value).words.flatMap((word) => word.split(':').flatMap((name) => directories.map((d) => ({ path: `${d}/${expand(name)}`, where })))),
    ),
  );
}

const commandsOf = (assignments: readonly Assignment[], keys: readonly string[]): readonly Assignment[] =>
  keys.flatMap((key) => sinceReset(assignments.filter((a) => a.section === 'Service' && a.key === key)));

/** A command that runs before, of this unit or of one that it names, and that speaks of a text, or of what lies below a path. */
export function spokenOf(text: string, { service, expand, named }: Before): Where | undefined {
  const speaks = (value: string): boolean =>
    expand(value)
      .split(/[\s"'=;,]+/)
      .some((word) => word === text || (text.startsWith('/') && word.startsWith(`${text}/`)));
  const own = commandsOf(service, ['ExecCondition', 'ExecStartPre']);
  const others = named.flatMap((u) => [...commandsOf(u.assignments, ['ExecStartPre', 'ExecStart', 'ExecStartPost']), ...mountOf(u)]);
  return [...own, ...others].find((a) => speaks(a.value))?.where;
}

const mountOf = ({ assignments }: UnitFile): readonly Assignment[] => assignments.filter((a) => a.section === 'Mount' && a.key === 'Where');

/** Programs that make nothing but what they name. */
const plain =
  /^(?:mkdir|install|touch|cp|ln|sleep|echo|test|\[|true|false|chown|chmod|rm|podman|systemctl|loginctl|sh|bash|env|setsebool|restorecon|chcon|ping)$/;

/** A program of the unit's own that runs before and may make anything. */
export function scriptIn({ service, expand }: Before): Assignment | undefined {
  return commandsOf(service, ['ExecStartPre']).find((a) =>
    execCommands(a.value, expand, new Map()).some(({ words: [program = '', second = ''] }) => {
      const name = program.slice(program.lastIndexOf('/') + 1);
      const shell = name === 'sh' || name === 'bash';
      return !plain.test(name) || (shell && !second.startsWith('-'));
    }),
  );
}
