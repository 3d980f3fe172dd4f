/** What ssh(1) would use for a host: the first value wins, identity files add up. */

import { type Account, type Asking, list, read } from '../ask.ts';
import { envPlace } from '../asks.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { wildcardMatches } from '../glob.ts';
import { unasked } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { type Directive, directivesIn } from './config-lines.ts';
import { matchesList } from './host-patterns.ts';

export interface SshQuestion {
  /** The name as typed: ssh compares `Host` with it and nothing else. */
  readonly host: string;
  /** From the command line (`-l`, `-p`); they win over every file. */
  readonly user?: string;
  readonly port?: number;
}

export interface SshValue {
  readonly value: string;
  readonly where: Where;
}

/** Settings by lower-case keyword. `identityfile` may have several values, the others have one. */
export interface SshAnswer {
  readonly settings: ReadonlyMap<string, readonly SshValue[]>;
  readonly hostname: string;
  /** From here on a setting may be missing: an Include or a Match that cannot be decided. */
  readonly gaps: readonly Unknown[];
  readonly consulted: readonly Where[];
}

/** Files that an Include may name and that are looked at. Private keys live in the same folder, so it is not a wildcard over all of it. */
const includable = [
  '~/.ssh/config.d/*',
  '~/.ssh/conf.d/*',
  '~/.ssh/*.conf',
  '~/.ssh/*.config',
  '~/.ssh/config-*',
  '~/.ssh/config_*',
  '~/.colima/ssh_config',
  '~/.orbstack/ssh/config',
  '/etc/ssh/ssh_config.d/*',
  '/etc/ssh/ssh_config.d/*.conf',
  '/usr/etc/ssh/ssh_config.d/*.conf',
];

const mainFiles = ['~/.ssh/config', '/etc/ssh/ssh_config', '/usr/etc/ssh/ssh_config'] as const;

const maxDepth = 16;

const touches: Touches = [
  ...mainFiles.map((path) => ({ do: 'read', path }) as const),
  ...unasked('some of the files that an Include may name are tried for all of them', [
    ...includable.map((path) => ({ do: 'read', path }) as const),
    ...[...new Set(includable.filter((p) => p.includes('*')).map((p) => p.slice(0, p.lastIndexOf('/'))))].map((path) => ({ do: 'list', path }) as const),
  ]),
];

/** Reads the user's file, then the system's (SUSE keeps that under /usr/etc when /etc has none). */
export const askSsh = source(touches, readSsh);

function* readSsh(question: SshQuestion, as: Account, files: readonly string[] = mainFiles): Asking<SshAnswer | Unknown> {
  const reader = new SshReader(question, as);
  let system = false;
  for (const file of files) {
    const path = homed(file, as);
    if (path.startsWith('/usr/etc/') && system) continue;
    const answer = yield* read(path);
    reader.consulted.push({ path });
    if (answer.is === 'blocked') return unknown(answer, path);
    if (answer.is === 'absent') continue;
    if (path.startsWith('/etc/')) system = true;
    const refused = yield* reader.file(answer.value, path, true, 0);
    if (refused) return refused;
  }
  return reader.answer();
}

const homed = (path: string, as: Account): string => path.replace(/^~(?=\/)/, () => as.home);

class SshReader {
  readonly consulted: Where[] = [];
  readonly #settings = new Map<string, SshValue[]>();
  readonly #gaps: Unknown[] = [];
  readonly #question: SshQuestion;
  readonly #as: Account;

  constructor(question: SshQuestion, as: Account) {
    this.#question = question;
    this.#as = as;
    if (question.user !== undefined) this.#settings.set('user', [{ value: question.user, where: { path: envPlace('DOCKER_HOST') } }]);
    if (question.port !== undefined) this.#settings.set('port', [{ value: String(question.port), where: { path: envPlace('DOCKER_HOST') } }]);
  }

  answer(): SshAnswer {
    return { settings: this.#settings, hostname: this.#hostname(), gaps: this.#gaps, consulted: this.consulted };
  }

  /** %h in HostName is the name as typed. */
  #hostname(): string {
    return (this.#settings.get('hostname')?.[0]?.value ?? this.#question.host).replace(/%[h%]/g, (t) => (t === '%h' ? this.#question.host : '%'));
  }

  /** Reads one file. `active` says whether the block that includes it applies. */
  *file(text: string, path: string, active: boolean | 'unknown', depth: number): Asking<Unknown | undefined> {
    let applies = active;
    for (const directive of directivesIn(text, path)) {
      if ('refused' in directive) return unparsable(`ssh stops at ${path} line ${directive.where.line ?? 0}: ${directive.refused}`, directive.where);
      const { keyword, args } = directive;
      if (keyword === 'host') applies = active === true ? matchesList(args, this.#question.host) : active;
      else if (keyword === 'match') applies = active === true ? this.#match(args) : active;
      else if (keyword === 'include') {
        const refused = yield* this.#include(directive, applies, depth);
        if (refused) return refused;
      } else this.#set(directive, applies);
    }
    return undefined;
  }

  #set({ keyword, args, where }: Directive, applies: boolean | 'unknown'): void {
    if (applies === false || args[0] === undefined) return;
    const many = keyword === 'identityfile' || keyword === 'certificatefile';
    if (!many && this.#settings.has(keyword)) return;
    if (applies === 'unknown') {
      this.#gaps.push({ is: 'unknown', why: 'ambiguous', said: `${keyword} is set in a block whose Match line cannot be decided here`, where: [where] });
      return;
    }
    const given = this.#settings.get(keyword) ?? [];
    const value = keyword === 'identityfile' || keyword === 'hostname' || keyword === 'certificatefile' ? args[0] : args.join(' ');
    if (given.some((g) => g.value === value)) return;
    this.#settings.set(keyword, [...given, { value, where }]);
  }

  /** A criterion that does not hold decides, whatever the undecidable ones say. */
  #match(args: readonly string[]): boolean | 'unknown' {
    let result: boolean | 'unknown' = true;
    for (let i = 0; i < args.length; i += 1) {
      const [word, glued] = splitOnce(args[i] ?? '');
      const negated = word.startsWith('!');
      const name = (negated ? word.slice(1) : word).toLowerCase();
      if (name === 'all') continue;
      if (name === 'canonical' || name === 'final') {
        // Such a block is only for a second pass, which needs CanonicalizeHostname or a final match.
        if (!negated) result = result === false ? false : 'unknown';
        continue;
      }
      if (glued === undefined) i += 1;
      const value = glued ?? args[i] ?? '';
      const holds = this.#criterion(name, value.split(','));
      if (holds === 'unknown') result = result === false ? false : 'unknown';
      else if (holds === negated) result = false;
    }
    return result;
  }

  #criterion(name: string, patterns: readonly string[]): boolean | 'unknown' {
    if (name === 'host') return matchesList(patterns, this.#hostname().toLowerCase());
    if (name === 'originalhost') return matchesList(patterns, this.#question.host.toLowerCase());
    if (name === 'user') return matchesList(patterns, this.#settings.get('user')?.[0]?.value ?? this.#as.name);
    if (name === 'localuser') return matchesList(patterns, this.#as.name);
    return 'unknown';
  }

  /** Relative names are below ~/.ssh, or /etc/ssh in the system's file; patterns expand in the order of glob(3). */
  *#include({ args, where }: Directive, applies: boolean | 'unknown', depth: number): Asking<Unknown | undefined> {
    if (applies === false) return undefined;
    if (depth >= maxDepth) return unparsable('Include is nested too deep: ssh stops there', where);
    const base = where.path.startsWith('/etc/') || where.path.startsWith('/usr/etc/') ? '/etc/ssh' : `${this.#as.home}/.ssh`;
    for (const arg of args) {
      const path = arg.startsWith('~') ? homed(arg, this.#as) : arg.startsWith('/') ? arg : `${base}/${arg}`;
      if (!this.#seen(path)) {
        this.#gaps.push({ is: 'unknown', why: 'unsupported', said: `${arg} is included, but is not among the files that are looked at`, where: [where] });
        continue;
      }
      const refused = yield* this.#includeAll(path, applies, depth);
      if (refused) return refused;
    }
    return undefined;
  }

  *#includeAll(path: string, applies: boolean | 'unknown', depth: number): Asking<Unknown | undefined> {
    const cut = path.lastIndexOf('/');
    let paths = [path];
    if (/[*?]/.test(path)) {
      const folder = path.slice(0, cut);
      const names = yield* list(folder);
      this.consulted.push({ path: folder });
      if (names.is === 'blocked') return unknown(names, folder);
      const wanted = path.slice(cut + 1);
      paths =
        names.is === 'got'
          ? names.value.filter((n) => wildcardMatches(wanted, n) && (!n.startsWith('.') || wanted.startsWith('.'))).map((n) => `${folder}/${n}`)
          : [];
    }
    for (const file of paths) {
      const answer = yield* read(file);
      this.consulted.push({ path: file });
      if (answer.is === 'blocked') return unknown(answer, file);
      if (answer.is === 'absent') continue;
      const refused = yield* this.file(answer.value, file, applies, depth + 1);
      if (refused) return refused;
    }
    return undefined;
  }

  /** Whether what an Include names lies among the declared files: its folder part must be plain, its last part may be a pattern. */
  #seen(path: string): boolean {
    if (path.split('/').includes('..') || /[*?[]/.test(path.slice(0, path.lastIndexOf('/'))) || path.includes('[')) return false;
    return includable.some((p) => inPattern(homed(p, this.#as), path));
  }
}

/** One segment of wildcard in the declared path; the included name may itself be a pattern in that folder. */
function inPattern(declared: string, path: string): boolean {
  const cut = declared.lastIndexOf('/');
  if (path.slice(0, path.lastIndexOf('/')) !== declared.slice(0, cut)) return false;
  return wildcardMatches(declared.slice(cut + 1), path.slice(path.lastIndexOf('/') + 1));
}

/** `word=value` or `word`. */
function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
