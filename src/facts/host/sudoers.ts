/** What sudo lets an account do (sudoers(5)): become root, and carry variables over to root. */

import { type Account, type Answer, type Asking, list, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { type Pattern, unasked } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { endOf } from './disk.ts';
import { listOf, type Statement, statementsIn } from './sudoers-text.ts';

/** SUSE and image-based systems keep the vendor's file below /usr/etc; it counts when /etc has none. */
const mainFiles = ['/etc/sudoers', '/usr/etc/sudoers'] as const;
const directories = ['/etc/sudoers.d', '/usr/etc/sudoers.d', '/private/etc/sudoers.d'] as const;
const nssPath = '/etc/nsswitch.conf';
const maxDepth = 8;

export interface Sudoers {
  /** Whether there is a sudoers file at all. */
  readonly installed: boolean;
  /** In the order in which sudo reads them, includes in their place. */
  readonly statements: readonly Statement[];
  readonly consulted: readonly Where[];
  /** A part that could not be seen: it may say anything. */
  readonly incomplete?: Unknown;
}

const filesIn = (path: string): Pattern[] => [
  { do: 'list', path },
  { do: 'stat', path: `${path}/*` },
  { do: 'read', path: `${path}/*` },
];

const touches: Touches = [
  ...[...mainFiles, nssPath].map((path) => ({ do: 'read', path }) as const),
  ...filesIn('/etc/sudoers.d'),
  ...unasked('@includedir is tried with the first directory', directories.slice(1).flatMap(filesIn)),
];

/** Reads the sudoers file that counts, with what it includes. */
export const readSudoers = source(touches, sudoersInForce);

function* sudoersInForce(): Asking<Sudoers> {
  const [nss, ...answers] = yield* together([read(nssPath), ...mainFiles.map((p) => read(p))]);
  const at = answers.findIndex((a) => a.is !== 'absent');
  const path = mainFiles[at];
  const answer = answers[at];
  if (path === undefined || !answer || answer.is === 'absent')
    return { installed: false, statements: [], consulted: mainFiles.map((p) => ({ path: p, said: 'not there' })) };
  if (answer.is === 'blocked') return { installed: true, statements: [], consulted: [{ path }], incomplete: unknown(answer, path) };
  const reader = new Reader();
  reader.incomplete = elsewhere(nss);
  yield* reader.take(answer.value, path, 0);
  return { installed: true, statements: reader.statements, consulted: reader.consulted, ...(reader.incomplete ? { incomplete: reader.incomplete } : {}) };
}

/** Rules of a directory service, which nsswitch.conf names beside the files (sudoers.ldap(5), sssd-sudo(5)). */
function elsewhere(nss: Answer<string>): Unknown | undefined {
  if (nss.is === 'blocked') return unknown(nss, nssPath);
  const line = nss.is === 'got' ? (/^[ \t]*sudoers:(.*)$/m.exec(nss.value)?.[1] ?? '') : '';
  const source = line
    .replace(/#.*|\[[^\]]*\]/g, '')
    .split(/\s+/)
    .find((s) => s !== '' && s !== 'files');
  if (source === undefined) return undefined;
  return { is: 'unknown', why: 'unsupported', said: `sudo takes rules from "${source}", too, which only the host can ask`, where: [{ path: nssPath }] };
}

class Reader {
  readonly statements: Statement[] = [];
  readonly consulted: Where[] = [];
  incomplete: Unknown | undefined;

  *take(text: string, path: string, depth: number): Asking<void> {
    this.consulted.push({ path });
    for (const statement of statementsIn(text, path)) {
      if (statement.is === 'include') yield* this.#include(statement, depth);
      else this.statements.push(statement);
    }
  }

  *#include({ path: target, directory, at }: Extract<Statement, { is: 'include' }>, depth: number): Asking<void> {
    const path = (target.startsWith('/') ? target : `${at.path.slice(0, at.path.lastIndexOf('/'))}/${target}`).replace(/\/$/, '');
    const folder = directory ? path : path.slice(0, path.lastIndexOf('/'));
    if (depth >= maxDepth || !(directories as readonly string[]).includes(folder) || path.endsWith('/..')) {
      this.incomplete ??= {
        is: 'unknown',
        why: 'unsupported',
        said: `sudoers includes ${target}, which is not among the files that are looked at`,
        where: [at],
      };
      return;
    }
    const names = directory ? yield* list(path) : undefined;
    if (names?.is === 'blocked') this.incomplete ??= unknown(names, path);
    // Names that end in ~ or hold a dot are skipped.
    const paths = directory ? (names?.is === 'got' ? names.value : []).filter((n) => !n.endsWith('~') && !n.includes('.')).map((n) => `${path}/${n}`) : [path];
    const texts = (yield* together(paths.map((p) => read(p)))) as Answer<string>[];
    for (const [index, text] of texts.entries()) {
      const file = paths[index] ?? path;
      if (text.is === 'blocked') this.incomplete ??= unknown(text, file);
      if (text.is !== 'got' || statementsIn(text.value, file).length === 0) continue;
      const inode: Answer<Stat> = yield* stat(file);
      const end = endOf(inode);
      if (inode.is === 'blocked') this.incomplete ??= unknown(inode, file);
      else if (!end || isTrusted(end)) yield* this.take(text.value, file, depth + 1);
      else this.consulted.push({ path: file, said: 'not read by sudo: others than root may write to it' });
    }
  }
}

/** sudo passes over a file that is not root's, or that its group, other than root's, or everybody may write to (sudo 1.9.13, open_sudoers()). */
const isTrusted = ({ uid, gid, mode }: Pick<Stat, 'uid' | 'gid' | 'mode'>): boolean => uid === 0 && (mode & 0o002) === 0 && ((mode & 0o020) === 0 || gid === 0);

/** An account as sudoers names it. */
export interface Who {
  readonly name: string;
  readonly uid: number;
  /** Names by group id; a group without a name has the empty one. */
  readonly groups: ReadonlyMap<number, string>;
}

/** The account with the groups of group(5): those that list it, and its primary one. */
export function whoIs(as: Account, group: string): Who {
  const groups = new Map<number, string>([[as.gid, '']]);
  for (const line of group.split('\n')) {
    const [name = '', , gid = '', members = ''] = line.split(':');
    if (name === '' || !/^\d+$/.test(gid)) continue;
    if (Number(gid) === as.gid || members.split(',').some((m) => m.trim() === as.name)) groups.set(Number(gid), name);
  }
  return { name: as.name, uid: as.uid, groups };
}

/** `+netgroup` and `%:group` are asked of a directory service: no file here tells who is in them (sudoers(5) "User_List"). */
const isForeign = (name: string): boolean => /^(?:\+|%:)/.test(name);

/** Whether a list of users names the account; the last word that fits decides. `perhaps` is the answer for what only a directory service knows. */
export function namer(statements: readonly Statement[], who: Who, perhaps = false): (words: readonly string[]) => boolean {
  const aliases = new Map(statements.flatMap((s) => (s.is === 'alias' ? [[s.name, s.members] as const] : [])));
  const named = (words: readonly string[], depth: number): boolean => {
    let result = false;
    for (const word of words) {
      const negated = word.startsWith('!');
      const name = (negated ? word.slice(1) : word).replace(/\\(.)/g, '$1').replace(/"/g, '');
      const alias = aliases.get(name);
      const hit =
        name === 'ALL' ||
        name === who.name ||
        name === `#${who.uid}` ||
        // An exception for strangers takes nobody out who may be meant.
        (perhaps && !negated && isForeign(name)) ||
        [...who.groups].some(([gid, group]) => (group !== '' && name === `%${group}`) || name === `%#${gid}`) ||
        (alias !== undefined && depth < maxDepth && named(alias, depth + 1));
      if (hit) result = !negated;
    }
    return result;
  };
  return (words) => named(words, 0);
}

/** The first rule that names the account only if a netgroup or a group of a directory service does: what it gives is not known. */
export function foreignRule(statements: readonly Statement[], who: Who): Unknown | undefined {
  const surely = namer(statements, who);
  const maybe = namer(statements, who, true);
  const rule = statements.find((s) => s.is === 'rule' && maybe(s.who) && !surely(s.who));
  if (rule?.is !== 'rule') return undefined;
  const said = `only a directory service can tell whether ${who.name} is among ${rule.who.join(', ')}`;
  return { is: 'unknown', why: 'unsupported', said, where: [{ ...rule.at, said: rule.text.slice(0, 200) }] };
}

/** Settings that hold for every sudo of the account: those for everybody and for it; not those of a host, command or run-as user. */
function settingsFor(statements: readonly Statement[], isNamed: (words: readonly string[]) => boolean) {
  return statements.flatMap((s) =>
    s.is === 'defaults' && (s.scope === '' || (s.scope === ':' && isNamed(s.for))) ? s.settings.map((setting) => ({ ...setting, at: s.at })) : [],
  );
}

/** What sudo lets an account do: any rule that names it counts, with root's password asked for only one without a password. */
export function sudoOf(statements: readonly Statement[], who: Who): { allowed: boolean; noPassword: boolean; where: Where[] } {
  const isNamed = namer(statements, who);
  const settings = settingsFor(statements, isNamed);
  // SUSE ships targetpw: the password asked for is root's, so a rule alone makes nobody root.
  const target = ['targetpw', 'rootpw'].some((name) => settings.findLast((s) => s.name === name)?.off === false);
  const authenticate = settings.findLast((s) => s.name === 'authenticate');
  const free = authenticate?.off ? authenticate.at : undefined;
  const rules = statements
    .flatMap((s) => (s.is === 'rule' && isNamed(s.who) ? [{ at: s.at, noPassword: /\bNOPASSWD[ \t]*:/.test(s.spec) }] : []))
    .filter((r) => !target || r.noPassword || free !== undefined);
  const noPassword = rules.filter((r) => r.noPassword);
  const where = [...noPassword, ...rules.filter((r) => !r.noPassword)].map((r) => ({ ...r.at, said: r.noPassword ? 'without a password' : 'with a password' }));
  return {
    allowed: rules.length > 0,
    noPassword: noPassword.length > 0 || (rules.length > 0 && free !== undefined),
    where: [...where, ...(free && rules.length > 0 ? [{ ...free, said: 'nobody is asked for a password' }] : [])],
  };
}

export interface Carrying {
  /** The account may run the program as root. */
  readonly allowed: boolean;
  /** It may set variables on the command line (`--preserve-env=…`, SETENV). */
  readonly setenv: boolean;
  /** Names and wildcards of env_keep for the account. */
  readonly keep: readonly string[];
  /** `!env_reset`: everything passes. */
  readonly everything: boolean;
  readonly where: { readonly setenv: readonly Where[]; readonly keep: readonly Where[] };
}

/** Which variables the account may carry over when it runs a program as root. The last matching rule decides, as in sudo. */
export function carrying(statements: readonly Statement[], who: Who, program: string): Carrying {
  const isNamed = namer(statements, who);
  const keep = new Set<string>();
  const keepAt: Where[] = [];
  const settings = settingsFor(statements, isNamed);
  for (const { name, off, sign, value, at } of settings) {
    if (name !== 'env_keep') continue;
    const names = value.split(/\s+/).filter((n) => n !== '');
    if (sign === '=' || off) keep.clear();
    for (const n of names) sign === '-=' ? keep.delete(n) : keep.add(n);
    keepAt.push({ ...at, said: `env_keep ${sign ?? ''} ${names.join(' ')}`.trim() });
  }
  const last = (name: string): boolean | undefined =>
    ((s) => (s === undefined ? undefined : !s.off))(settings.findLast((s) => s.name === name && s.sign === undefined));
  const grant = statements.flatMap((s) => (s.is === 'rule' && isNamed(s.who) ? (grantIn(s, program) ?? []) : [])).at(-1);
  return {
    allowed: grant !== undefined,
    setenv: grant?.setenv ?? (grant !== undefined && last('setenv') === true),
    keep: [...keep],
    everything: last('env_reset') === false,
    where: { setenv: grant ? [grant.at] : [], keep: keepAt },
  };
}

/** `WHO HOSTS=(RUNAS) [TAGS] COMMANDS` for every host and root. ALL as the command implies SETENV (sudoers(5), tag SETENV). */
function grantIn({ hosts, spec, text, at }: Extract<Statement, { is: 'rule' }>, program: string): { setenv: boolean | undefined; at: Where } | undefined {
  if (!hosts.includes('ALL')) return undefined;
  const runas = /^\(([^)]*)\)/.exec(spec)?.[1];
  if (runas !== undefined && !listOf(runas.split(':')[0] ?? '').some((r) => r === 'ALL' || r === 'root' || r === '#0')) return undefined;
  const rest = spec.replace(/^\([^)]*\)\s*/, '');
  const tags = /^((?:[A-Z]+:\s*)*)/.exec(rest)?.[1] ?? '';
  const commands = listOf(rest.slice(tags.length));
  const names = (command: string): boolean => (command.split(/\s/)[0] ?? '').split('/').at(-1) === program;
  if (!commands.includes('ALL') && !commands.some(names)) return undefined;
  if (/\bNOSETENV:/.test(tags)) return { setenv: false, at };
  // Undefined when no tag says: then "Defaults setenv" decides.
  return { setenv: /\bSETENV:/.test(tags) || commands.includes('ALL') ? true : undefined, at: { ...at, said: text.slice(0, 200) } };
}
