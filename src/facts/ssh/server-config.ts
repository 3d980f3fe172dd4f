/**
 * What sshd would do: its configuration with Include and Match, block by block. The first value wins; what a Match block that
 * applies says beats what stands outside of blocks (sshd_config(5); tried with `sshd -T -C` of OpenSSH 9.2).
 */
import { type Asking, list, read } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { wildcardMatches } from '../glob.ts';
import { source, type Touches } from '../source.ts';
import { directivesIn } from './config-lines.ts';

/** SUSE keeps the vendor's file below /usr/etc; it counts where /etc has none. */
const serverConfigs = ['/etc/ssh/sshd_config', '/usr/etc/ssh/sshd_config'] as const;
const folders = ['/etc/ssh/sshd_config.d', '/usr/etc/ssh/sshd_config.d', '/etc/crypto-policies/back-ends'] as const;
/** Where else an Include may lead; not to the files of accounts, and to no key. */
const followed = /^\/(?:etc|usr|opt|srv)\/(?!.*\/\.\.(?:\/|$))/;
const unread = /_key$|\/(?:g?shadow)-?$/;
const maxDepth = 16;
/** Files that include each other twice would be read without end. */
const mostFiles = 512;

export interface ServerSetting {
  /** Lower case, aliases by their name of today. */
  readonly keyword: string;
  readonly args: readonly string[];
  /** Which Match block it stands in; none: outside of all. */
  readonly block?: number;
  readonly at: Where;
}

/** One Match line: its criteria, and the block around it where it stands in a file that a block includes. */
export interface MatchBlock {
  readonly criteria: readonly string[];
  readonly within?: number;
  readonly at: Where;
}

export interface ServerConfig {
  readonly is: 'known';
  readonly exists: boolean;
  readonly settings: readonly ServerSetting[];
  readonly blocks: readonly MatchBlock[];
  /** Whether it includes what stands in /etc/ssh/sshd_config.d, outside of blocks. */
  readonly dropIns: boolean;
  /** A line that sshd refuses: it does not start. */
  readonly refused?: Where;
  /** Part that could not be read: it may say anything. */
  readonly incomplete?: Unknown;
  readonly consulted: readonly Where[];
}

const touches: Touches = [
  ...serverConfigs.map((path) => ({ do: 'read', path }) as const),
  ...folders.flatMap(
    (path): Touches => [
      { do: 'list', path },
      { do: 'read', path: `${path}/*` },
    ],
  ),
  { do: 'list', named: 'directories that Include in sshd_config names' },
  { do: 'read', named: 'files that Include in sshd_config names, which are no keys' },
];

/** Reads the configuration that counts, includes in their place. */
export const serverConfig = source(touches, readServerConfig);

function* readServerConfig(): Asking<ServerConfig | Unknown> {
  for (const path of serverConfigs) {
    const answer = yield* read(path);
    if (answer.is === 'blocked') return unknown(answer, path);
    if (answer.is === 'absent') continue;
    const reader = new ServerReader();
    yield* reader.take(answer.value, path, undefined, 0);
    return reader.config();
  }
  return { is: 'known', exists: false, settings: [], blocks: [], dropIns: false, consulted: serverConfigs.map((path) => ({ path })) };
}

const aliases: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  keyboardinteractiveauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
};

/** What these may say; anything else, and sshd does not start. */
const words: Readonly<Record<string, readonly string[]>> = {
  passwordauthentication: ['yes', 'no'],
  kbdinteractiveauthentication: ['yes', 'no'],
  permitemptypasswords: ['yes', 'no'],
  pubkeyauthentication: ['yes', 'no'],
  usepam: ['yes', 'no'],
  permitrootlogin: ['yes', 'no', 'without-password', 'prohibit-password', 'forced-commands-only'],
};

class ServerReader {
  readonly #settings: ServerSetting[] = [];
  readonly #blocks: MatchBlock[] = [];
  readonly #consulted: Where[] = [];
  #dropIns = false;
  #refused: Where | undefined;
  #incomplete: Unknown | undefined;

  config(): ServerConfig {
    return {
      is: 'known',
      exists: true,
      settings: this.#settings,
      blocks: this.#blocks,
      dropIns: this.#dropIns,
      consulted: this.#consulted,
      ...(this.#refused ? { refused: this.#refused } : {}),
      ...(this.#incomplete ? { incomplete: this.#incomplete } : {}),
    };
  }

  /** Reads one file; `outer` is the block that includes it. A Match in it ends with the file. */
  *take(text: string, path: string, outer: number | undefined, depth: number): Asking<void> {
    this.#consulted.push({ path });
    let block = outer;
    for (const directive of directivesIn(text, path)) {
      const at = directive.where;
      if ('refused' in directive) {
        this.#refused ??= { ...at, said: directive.refused };
        continue;
      }
      const keyword = aliases[directive.keyword] ?? directive.keyword;
      const { args } = directive;
      if (keyword === 'match') {
        this.#blocks.push({ criteria: args, at, ...(outer === undefined ? {} : { within: outer }) });
        block = this.#blocks.length - 1;
      } else if (keyword === 'include') yield* this.#include(args, at, block, depth);
      else this.#set(keyword, args, block, at);
    }
  }

  #set(keyword: string, args: readonly string[], block: number | undefined, at: Where): void {
    const allowed = Object.hasOwn(words, keyword) ? words[keyword] : undefined;
    if (allowed && !allowed.includes((args[0] ?? '').toLowerCase())) this.#refused ??= { ...at, said: `${keyword} takes ${allowed.join(' or ')}` };
    this.#settings.push({ keyword, args, at, ...(block === undefined ? {} : { block }) });
  }

  /** Relative names are below /etc/ssh; patterns expand in the order of their names. */
  *#include(args: readonly string[], at: Where, block: number | undefined, depth: number): Asking<void> {
    for (const arg of args) {
      const path = arg.startsWith('/') ? arg : `/etc/ssh/${arg}`;
      const cut = path.lastIndexOf('/');
      const folder = path.slice(0, cut);
      if (path === `${folders[0]}/*.conf` && block === undefined) this.#dropIns = true;
      const fixed = !/[*?[]/.test(path);
      if (depth >= maxDepth || path.includes('[') || /[*?]/.test(folder) || !followed.test(path)) {
        this.#incomplete ??= { is: 'unknown', why: 'unsupported', said: `sshd includes ${arg}, which is not among the files that are looked at`, where: [at] };
        continue;
      }
      const names = fixed ? undefined : yield* list(folder);
      if (names?.is === 'blocked') this.#incomplete ??= unknown(names, folder);
      const wanted = path.slice(cut + 1);
      const fits = (name: string): boolean => wildcardMatches(wanted, name) && (!name.startsWith('.') || wanted.startsWith('.'));
      const paths = fixed
        ? [path]
        : (names?.is === 'got' ? names.value : [])
            .filter(fits)
            .toSorted()
            .map((name) => `${folder}/${name}`);
      for (const file of paths) {
        if (this.#consulted.length >= mostFiles) {
          this.#incomplete ??= { is: 'unknown', why: 'too-large', said: `sshd includes more than ${mostFiles} files`, where: [at] };
          return;
        }
        if (unread.test(file)) {
          this.#incomplete ??= { is: 'unknown', why: 'unsupported', said: `sshd includes ${file}, which is not read`, where: [at] };
          continue;
        }
        const text = yield* read(file);
        if (text.is === 'blocked' && !text.said?.startsWith('is a ')) this.#incomplete ??= unknown(text, file);
        if (text.is === 'got') yield* this.take(text.value, file, block, depth + 1);
      }
    }
  }
}
