/** sudoers(5), as far as it decides which variables a user may carry through sudo. */
import { type Account, type Asking, list, read } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../kind.ts';

/** SUSE and image-based systems keep the vendor's file below /usr/etc. */
const mainFiles = ['/etc/sudoers', '/usr/etc/sudoers'] as const;

export const sudoersTouches: readonly Pattern[] = [
  ...mainFiles.map((path) => ({ do: 'read', path }) as const),
  ...['/etc/sudoers.d', '/usr/etc/sudoers.d', '/private/etc/sudoers.d'].flatMap((path): Pattern[] => [
    { do: 'list', path },
    { do: 'read', path: `${path}/*` },
  ]),
  { do: 'read', path: '/etc/group' },
];

export interface SudoRights {
  /** No sudoers file at all. */
  readonly installed: boolean;
  /** The account may run commands as root. */
  readonly allowed: boolean;
  /** The account may set variables on the command line (`--preserve-env=…`, SETENV). */
  readonly setenv: boolean;
  /** Names and wildcards of env_keep for the account. */
  readonly keep: readonly string[];
  /** `!env_reset`: everything passes. */
  readonly everything: boolean;
  readonly where: { readonly setenv: readonly Where[]; readonly keep: readonly Where[] };
  readonly consulted: readonly Where[];
}

interface Line {
  readonly text: string;
  readonly where: Where;
}

/** Reads the sudoers files with their includes for one account. The last matching rule decides, as in sudo. */
export function* askSudoers(as: Account): Asking<SudoRights | Unknown> {
  const consulted: Where[] = [];
  for (const path of mainFiles) {
    const answer = yield* read(path);
    consulted.push({ path });
    if (answer.is === 'blocked') return unknown(answer, path);
    if (answer.is === 'absent') continue;
    const lines: Line[] = [];
    const refused = yield* collect(answer.value, path, lines, consulted, 0);
    if (refused) return refused;
    const groups = yield* groupsOf(as);
    if ('is' in groups) return groups;
    return rightsOf(lines, as, groups, consulted);
  }
  return { installed: false, allowed: false, setenv: false, keep: [], everything: false, where: { setenv: consulted, keep: consulted }, consulted };
}

function* collect(text: string, path: string, lines: Line[], consulted: Where[], depth: number): Asking<Unknown | undefined> {
  let open: Line | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const whole = (open?.text ?? '') + raw;
    const where = open?.where ?? { path, line: index + 1 };
    open = whole.endsWith('\\') ? { text: whole.slice(0, -1), where } : undefined;
    if (open) continue;
    const include = /^\s*[@#](include|includedir)\s+(?:"([^"]+)"|(\S+))\s*$/.exec(whole);
    if (include) {
      const refused = yield* included(include[1] === 'includedir', include[2] ?? include[3] ?? '', where, lines, consulted, depth);
      if (refused) return refused;
      continue;
    }
    const line = whole.replace(/(^|\s)#(?!\d).*$/, '').trim();
    if (line !== '') lines.push({ text: line, where });
  }
  return undefined;
}

function* included(folder: boolean, target: string, where: Where, lines: Line[], consulted: Where[], depth: number): Asking<Unknown | undefined> {
  const hidden = (said: string): Unknown => ({ is: 'unknown', why: 'unsupported', said, where: [where] });
  const path = target.startsWith('/') ? target : `${where.path.slice(0, where.path.lastIndexOf('/'))}/${target}`;
  if (depth >= 8 || !/^\/(?:usr\/|private\/)?etc\/sudoers\.d(?:\/[^/]+)?\/?$/.test(path))
    return hidden(`sudoers includes ${target}, which is not among the files that are looked at`);
  let paths = [path];
  if (folder) {
    const names = yield* list(path.replace(/\/$/, ''));
    if (names.is === 'blocked') return unknown(names, path);
    // sudoers(5): names that end in ~ or hold a dot are skipped.
    paths = names.is === 'got' ? names.value.filter((n) => !n.endsWith('~') && !n.includes('.')).map((n) => `${path.replace(/\/$/, '')}/${n}`) : [];
  }
  for (const file of paths) {
    const answer = yield* read(file);
    consulted.push({ path: file });
    if (answer.is === 'blocked') return unknown(answer, file);
    const refused = answer.is === 'got' ? yield* collect(answer.value, file, lines, consulted, depth + 1) : undefined;
    if (refused) return refused;
  }
  return undefined;
}

/** The names of the account's groups, and their ids as `#gid`. */
function* groupsOf(as: Account): Asking<ReadonlySet<string> | Unknown> {
  const answer = yield* read('/etc/group');
  if (answer.is === 'blocked') return unknown(answer, '/etc/group');
  const names = new Set<string>([`#${as.gid}`]);
  for (const line of answer.is === 'got' ? answer.value.split('\n') : []) {
    const [name = '', , gid, members = ''] = line.split(':');
    if (Number(gid) !== as.gid && !members.trim().split(',').includes(as.name)) continue;
    names.add(name);
    names.add(`#${gid}`);
  }
  return names;
}

/** Words of a comma-separated list, with quotes taken off. */
const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((w) => w.trim().replace(/^"(.*)"$/, '$1'))
    .filter((w) => w !== '');

function rightsOf(lines: readonly Line[], as: Account, groups: ReadonlySet<string>, consulted: readonly Where[]): SudoRights {
  const users = new Map<string, string[]>();
  for (const { text } of lines) {
    const alias = /^User_Alias\s+(.*)$/.exec(text);
    for (const part of alias?.[1]?.split(':') ?? []) {
      const [name = '', members = ''] = part.split('=');
      users.set(name.trim(), listOf(members));
    }
  }
  const isUser = (names: readonly string[], depth = 0): boolean => {
    let found = false;
    for (const name of names) {
      const negated = name.startsWith('!');
      const plain = name.replace(/^!+/, '');
      const alias = depth < 8 ? users.get(plain) : undefined;
      const hit =
        plain === 'ALL' ||
        plain === as.name ||
        plain === `#${as.uid}` ||
        (plain.startsWith('%') && groups.has(plain.slice(1))) ||
        (alias !== undefined && isUser(alias, depth + 1));
      if (hit) found = !negated;
    }
    return found;
  };
  const state = { setenvDefault: false, everything: false, keep: new Set<string>(), keepAt: [] as Where[], grant: undefined as Grant | undefined };
  for (const { text, where } of lines) {
    const defaults = /^Defaults(?:([:@!>])(\S+))?\s+(.*)$/.exec(text);
    if (defaults) {
      // Settings for a host, a command or a run-as user do not hold for every sudo k3d.
      if (defaults[1] === undefined || (defaults[1] === ':' && isUser(listOf(defaults[2] ?? '')))) applyDefaults(defaults[3] ?? '', where, state);
    } else if (!/^(?:User|Runas|Host|Cmnd|Cmd)_Alias\b/.test(text)) state.grant = grantIn(text, where, isUser) ?? state.grant;
  }
  const { grant } = state;
  const setenvAt = grant ? [grant.where] : consulted;
  return {
    installed: true,
    allowed: grant !== undefined,
    setenv: grant?.setenv ?? (grant !== undefined && state.setenvDefault),
    keep: [...state.keep],
    everything: state.everything,
    where: { setenv: setenvAt, keep: state.keepAt.length > 0 ? state.keepAt : consulted },
    consulted,
  };
}

interface Grant {
  /** Undefined when no tag says: then `Defaults setenv` decides. */
  readonly setenv: boolean | undefined;
  readonly where: Where;
}

function applyDefaults(text: string, where: Where, state: { setenvDefault: boolean; everything: boolean; keep: Set<string>; keepAt: Where[] }): void {
  for (const m of text.matchAll(/(!?)(\w+)\s*(?:(\+=|-=|=)\s*("[^"]*"|[^\s,]+))?/g)) {
    const [, not, name, sign, raw = ''] = m;
    if (name === 'setenv' && !sign) state.setenvDefault = not === '';
    else if (name === 'env_reset' && !sign) state.everything = not !== '';
    else if (name === 'env_keep') {
      const names = raw
        .replace(/^"|"$/g, '')
        .split(/\s+/)
        .filter((n) => n !== '');
      if (sign === '=' || not !== '') state.keep.clear();
      for (const n of names) {
        if (sign === '-=') state.keep.delete(n);
        else state.keep.add(n);
      }
      state.keepAt.push({ ...where, said: `env_keep ${sign ?? ''} ${names.join(' ')}`.trim() });
    }
  }
}

/** `WHO HOSTS=(RUNAS) [TAGS] COMMANDS` for every host and root. ALL as the command implies SETENV (sudoers(5), tag SETENV). */
function grantIn(text: string, where: Where, isUser: (names: readonly string[]) => boolean): Grant | undefined {
  const m = /^((?:[^\s,=]+\s*,\s*)*[^\s,=]+)\s+([^=]+)=(.*)$/.exec(text);
  if (!m || !isUser(listOf(m[1] ?? '')) || !listOf(m[2] ?? '').includes('ALL')) return undefined;
  const spec = (m[3] ?? '').trim();
  const runas = /^\(([^)]*)\)/.exec(spec)?.[1];
  if (runas !== undefined && !listOf(runas.split(':')[0] ?? '').some((r) => r === 'ALL' || r === 'root' || r === '#0')) return undefined;
  const rest = spec.replace(/^\([^)]*\)\s*/, '');
  const tags = /^((?:[A-Z]+:\s*)*)/.exec(rest)?.[1] ?? '';
  const commands = listOf(rest.slice(tags.length));
  const covers = commands.includes('ALL') || commands.some((c) => /(?:^|\/)k3d(?:\s|$)/.test(c));
  if (!covers) return undefined;
  if (/\bNOSETENV:/.test(tags)) return { setenv: false, where };
  return { setenv: /\bSETENV:/.test(tags) || commands.includes('ALL') ? true : undefined, where: { ...where, said: text.slice(0, 200) } };
}
