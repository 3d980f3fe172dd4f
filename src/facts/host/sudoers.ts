/** What sudo lets an account do (sudoers(5)): become root, and carry variables over to root. */

import { type Account, type Answer, type Asking, list, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { type Pattern, unasked as promised } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { endOf } from './disk.ts';
import { aliasesOf, commandsOf, granted, hostSaid, type Place, runsAsRoot, saidBy } from './sudoers-grants.ts';
import { type Setting, type Statement, statementsIn } from './sudoers-text.ts';

/** SUSE and image-based systems keep the vendor's file below /usr/etc; it counts when /etc has none. */
const mainFiles = ['/etc/sudoers', '/usr/etc/sudoers'] as const;
const directories = ['/etc/sudoers.d', '/usr/etc/sudoers.d', '/private/etc/sudoers.d'] as const;
const nssPath = '/etc/nsswitch.conf';
/** The running kernel's, then what an image will have. */
const hostNames = ['/proc/sys/kernel/hostname', '/etc/hostname'] as const;
const maxDepth = 8;

export interface Sudoers {
  /** Whether there is a sudoers file at all. */
  readonly installed: boolean;
  /** In the order in which sudo reads them, includes in their place. */
  readonly statements: readonly Statement[];
  readonly consulted: readonly Where[];
  /** A part that could not be seen: it may say anything. */
  readonly incomplete?: Unknown;
  /** The name of this host, where some rule is for hosts by name and it could be learnt. */
  readonly host?: string;
}

const filesIn = (path: string): Pattern[] => [
  { do: 'list', path },
  { do: 'stat', path: `${path}/*` },
  { do: 'read', path: `${path}/*` },
];

const touches: Touches = [
  ...[...mainFiles, nssPath].map((path) => ({ do: 'read', path }) as const),
  ...hostNames.map((path) => ({ do: 'read', path, later: true }) as const),
  ...filesIn('/etc/sudoers.d'),
  ...promised('@includedir is tried with the first directory', directories.slice(1).flatMap(filesIn)),
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
  const { statements, consulted, incomplete } = reader;
  const host = statements.some(isForSomeHosts) ? yield* ownName() : undefined;
  return { installed: true, statements, consulted, ...(incomplete ? { incomplete } : {}), ...(host === undefined ? {} : { host }) };
}

const isForSomeHosts = (s: Statement): boolean =>
  (s.is === 'alias' && s.of === 'host') ||
  (s.is === 'defaults' && s.scope === '@') ||
  (s.is === 'rule' && commandsOf(s).some(({ hosts }) => hosts.some((h) => h !== 'ALL')));

function* ownName(): Asking<string | undefined> {
  for (const path of hostNames) {
    const answer = yield* read(path);
    const name = answer.is === 'got' ? answer.value.split('\n').find((l) => l.trim() !== '' && !l.startsWith('#')) : undefined;
    if (name !== undefined) return name.trim();
  }
  return undefined;
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
  const aliases = aliasesOf(statements, 'user');
  // Names are compared without regard to case (sudoers(5), case_insensitive_user and case_insensitive_group).
  const own = who.name.toLowerCase();
  const groups = new Set([...who.groups.values()].filter((g) => g !== '').map((g) => g.toLowerCase()));
  const isMeant = (word: string): true | undefined => {
    const name = word.replace(/\\(.)/g, '$1').replace(/"/g, '').toLowerCase();
    if (name === own || name === `#${who.uid}`) return true;
    if (name.startsWith('%#')) return who.groups.has(Number(name.slice(2))) || undefined;
    return (name.startsWith('%') && groups.has(name.slice(1))) || undefined;
  };
  // An exception for strangers takes nobody out who may be meant.
  const words = (list: readonly string[]): readonly string[] => list.filter((word) => !(word.startsWith('!') && isForeign(word.slice(1))));
  return (list) => saidBy(words(list), aliases, (word) => (perhaps && isForeign(word) ? true : isMeant(word))) === true;
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

/**
 * Settings that hold when the account runs something as root: those for everybody, for it, for this host and for root; behind
 * them those for any command.
 */
export function settingsFor(
  statements: readonly Statement[],
  isNamed: (words: readonly string[]) => boolean,
  place: Place,
): readonly (Setting & { readonly at: Where })[] {
  const commands = aliasesOf(statements, 'command');
  const holds: Readonly<Record<string, (words: readonly string[]) => boolean>> = {
    '': () => true,
    ':': isNamed,
    '@': (words) => hostSaid(words, statements, place) === true,
    '>': (words) => runsAsRoot(words, statements),
    '!': (words) => saidBy(words, commands, () => undefined) === true,
  };
  const found = statements.flatMap((s) =>
    s.is === 'defaults' && holds[s.scope]?.(s.for) ? s.settings.map((setting) => ({ ...setting, at: s.at, scope: s.scope })) : [],
  );
  return [...found.filter((f) => f.scope !== '!'), ...found.filter((f) => f.scope === '!')];
}

/** Where nobody is asked for a password: the account is in the exempt group, whatever a rule says; or authenticate is off, where it says nothing. */
export function unasked(settings: readonly (Setting & { readonly at: Where })[], who: Who, asks: boolean | undefined): Where | undefined {
  const exempt = settings.findLast((s) => s.name === 'exempt_group');
  if (exempt && !exempt.off && [...who.groups.values()].includes(exempt.value)) return exempt.at;
  const authenticate = settings.findLast((s) => s.name === 'authenticate');
  return asks === undefined && authenticate?.off ? authenticate.at : undefined;
}

/** Whether the password that is asked for is root's: SUSE ships targetpw, with which a rule alone makes nobody root. */
export const asksForRoots = (settings: readonly Setting[]): boolean =>
  ['targetpw', 'rootpw'].some((name) => settings.findLast((s) => s.name === name)?.off === false);

/** What sudo lets an account do: any rule that names it counts, with root's password asked for only one without a password. */
export function sudoOf({ statements, host }: Pick<Sudoers, 'statements' | 'host'>, who: Who): { allowed: boolean; noPassword: boolean; where: Where[] } {
  const isNamed = namer(statements, who);
  const place: Place = { ...(host === undefined ? {} : { host }), otherwise: true };
  const settings = settingsFor(statements, isNamed, place);
  const target = asksForRoots(settings);
  const free = unasked(settings, who, undefined);
  const rules = statements
    .flatMap((s) => {
      if (s.is !== 'rule' || !isNamed(s.who)) return [];
      const commands = commandsOf(s).filter((c) => hostSaid(c.hosts, statements, place) === true);
      return commands.length > 0 ? [{ at: s.at, noPassword: commands.some((c) => c.asks === false && !c.denied) }] : [];
    })
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
export function carrying({ statements, host }: Pick<Sudoers, 'statements' | 'host'>, who: Who, program: string): Carrying {
  const isNamed = namer(statements, who);
  const place: Place = { ...(host === undefined ? {} : { host }), otherwise: undefined };
  const keep = new Set<string>();
  const keepAt: Where[] = [];
  const settings = settingsFor(statements, isNamed, place);
  for (const { name, off, sign, value, at } of settings) {
    if (name !== 'env_keep') continue;
    const names = value.split(/\s+/).filter((n) => n !== '');
    if (sign === '=' || off) keep.clear();
    for (const n of names) sign === '-=' ? keep.delete(n) : keep.add(n);
    keepAt.push({ ...at, said: `env_keep ${sign ?? ''} ${names.join(' ')}`.trim() });
  }
  const last = (name: string): boolean | undefined =>
    ((s) => (s === undefined ? undefined : !s.off))(settings.findLast((s) => s.name === name && s.sign === undefined));
  const grant = granted(statements, isNamed, place, (command) => (command.split(/\s/)[0] ?? '').split('/').at(-1) === program);
  return {
    allowed: grant !== undefined,
    // ALL as the command implies SETENV (sudoers(5), tag SETENV).
    setenv: grant !== undefined && (grant.setenv ?? (grant.anything || last('setenv') === true)),
    keep: [...keep],
    everything: last('env_reset') === false,
    where: { setenv: grant ? [{ ...grant.at, said: grant.text.slice(0, 200) }] : [], keep: keepAt },
  };
}
