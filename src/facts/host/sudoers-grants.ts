/**
 * What the rules of sudoers(5) come to: of all commands that rules list for somebody, the last one that fits decides, whether it
 * allows or, with `!` in front, denies. Pure. Tried with sudo 1.9.13 on random files.
 */
import type { Where } from '../fact.ts';
import { globMatches } from '../glob.ts';
import { isList, listOf, type Statement } from './sudoers-text.ts';

type Rule = Extract<Statement, { is: 'rule' }>;
type AliasOf = Extract<Statement, { is: 'alias' }>['of'];

const maxDepth = 8;

/** What a list says of something: it is meant, it is excepted, or the list does not speak of it. */
type Said = boolean | undefined;

/** Decides about one word of a list, without its `!`; undefined: it does not speak of it. */
type Fits = (word: string) => Said;

/** The last word of a list that speaks of something decides. An alias says what its own list says. */
export function saidBy(words: readonly string[], aliases: ReadonlyMap<string, readonly string[]>, fits: Fits, depth = 0): Said {
  let said: Said;
  for (const word of words) {
    const bare = word.replace(/^(?:!\s*)+/, '');
    const negated = (word.slice(0, word.length - bare.length).match(/!/g) ?? []).length % 2 === 1;
    const alias = /^[A-Z][A-Z0-9_]*$/.test(bare) && bare !== 'ALL' ? aliases.get(bare) : undefined;
    const inner = alias === undefined ? (bare === 'ALL' ? true : fits(bare)) : depth < maxDepth ? saidBy(alias, aliases, fits, depth + 1) : undefined;
    if (inner !== undefined) said = inner !== negated;
  }
  return said;
}

/** The aliases of one sort. Of two definitions the first counts: the second is refused. */
export function aliasesOf(statements: readonly Statement[], of: AliasOf): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const s of statements) if (s.is === 'alias' && s.of === of && !found.has(s.name)) found.set(s.name, s.members);
  return found;
}

/** One command of a rule, with what holds for it. */
export interface Command {
  readonly hosts: readonly string[];
  /** Whom it runs as; undefined: nobody is named, so root. An empty list is who calls. */
  readonly runas?: readonly string[];
  /** PASSWD and SETENV or their negations, where they stand. */
  readonly asks?: boolean;
  readonly setenv?: boolean;
  /** Without its `!`. */
  readonly command: string;
  readonly denied: boolean;
}

const options = /^(?:ROLE|TYPE|APPARMOR_PROFILE|PRIVS|LIMITPRIVS|TIMEOUT|CWD|CHROOT|NOTBEFORE|NOTAFTER)[ \t]*=[ \t]*(?:"[^"]*"|[^\s,]+)[ \t]*/;
const tag = /^(NO)?(EXEC|FOLLOW|INTERCEPT|LOG_INPUT|LOG_OUTPUT|MAIL|PASSWD|SETENV)[ \t]*:[ \t]*/;
const digest = /^sha(?:224|256|384|512)[ \t]*:[ \t]*[A-Za-z0-9+/=]+[ \t]*,?[ \t]*/;
/** Up to a comma or colon that no backslash stands before. */
const command = /^(?:\\.|[^\\,:#])*/;

/** The commands of a rule in their order; none where sudo refuses it. Of `HOSTS = COMMANDS : HOSTS = COMMANDS` those before a mistake count. */
export function commandsOf(rule: Rule): readonly Command[] {
  const found: Command[] = [];
  let { hosts, spec: rest }: { hosts: readonly string[]; spec: string } = rule;
  for (;;) {
    const one = commandsIn(rest, hosts);
    if (!one) return found;
    found.push(...one.each);
    const next = /^:([^=]*)=(.*)$/s.exec(one.rest);
    if (!next || !isList(next[1] ?? '')) return found;
    hosts = listOf(next[1] ?? '');
    rest = (next[2] ?? '').trim();
  }
}

/** One list of commands. Tags and run-as lists hold for the commands behind them, too. */
function commandsIn(text: string, hosts: readonly string[]): { readonly each: readonly Command[]; readonly rest: string } | undefined {
  const each: Command[] = [];
  let state: Pick<Command, 'runas' | 'asks' | 'setenv'> = {};
  for (let rest = text; ; rest = rest.slice(1).trim()) {
    const read = oneCommand(rest, state);
    if (!read) return undefined;
    ({ state, rest } = read);
    each.push({ ...state, hosts, command: read.command, denied: read.denied });
    if (rest === '' || rest.startsWith(':')) return { each, rest };
    if (!rest.startsWith(',')) return undefined;
  }
}

function oneCommand(text: string, before: Pick<Command, 'runas' | 'asks' | 'setenv'>) {
  let rest = text;
  const state = { ...before };
  const runas = /^\(([^):]*)(?::[^)]*)?\)[ \t]*/.exec(rest);
  if (runas) {
    state.runas = listOf(runas[1] ?? '');
    rest = rest.slice(runas[0].length);
  }
  for (let at = options.exec(rest); at; at = options.exec(rest)) rest = rest.slice(at[0].length);
  for (let at = tag.exec(rest); at; at = tag.exec(rest)) {
    if (at[2] === 'PASSWD') state.asks = at[1] === undefined;
    if (at[2] === 'SETENV') state.setenv = at[1] === undefined;
    rest = rest.slice(at[0].length);
  }
  for (let at = digest.exec(rest); at; at = digest.exec(rest)) rest = rest.slice(at[0].length);
  const not = /^(?:![ \t]*)*/.exec(rest)?.[0] ?? '';
  const word = (command.exec(rest.slice(not.length))?.[0] ?? '').trim();
  rest = rest.slice(not.length + (command.exec(rest.slice(not.length))?.[0].length ?? 0));
  // A name without a path is refused, but for these, aliases and regular expressions.
  if (!/^(?:[/^]|sudoedit\b|list\b|[A-Z][A-Z0-9_]*$)/.test(word)) return undefined;
  return { state, command: word, denied: (not.match(/!/g) ?? []).length % 2 === 1, rest };
}

/** The name of the host, and what an undecidable word of a host list counts for: an address, a netgroup, or any name where none is known. */
export interface Place {
  readonly host?: string;
  readonly otherwise: Said;
}

/** Whether a host list means this host. Names are compared without their domain unless they have one, and without regard to case. */
export function hostSaid(words: readonly string[], statements: readonly Statement[], { host, otherwise }: Place): Said {
  const long = host?.toLowerCase();
  const short = long?.split('.')[0];
  return saidBy(words, aliasesOf(statements, 'host'), (word) => {
    if (isAddress(word) || word.startsWith('+') || long === undefined || short === undefined) return otherwise;
    const wanted = word.toLowerCase();
    return globMatches(wanted, wanted.includes('.') ? long : short) ? true : undefined;
  });
}

const isAddress = (word: string): boolean => /^[0-9.]+(?:\/[0-9.]+)?$/.test(word) || word.includes(':');

/** Whether a list of run-as users means root; none stands for root. */
export const runsAsRoot = (runas: readonly string[] | undefined, statements: readonly Statement[]): boolean =>
  runas === undefined ||
  saidBy(runas, aliasesOf(statements, 'runas'), (word) => (word === 'root' || word === '#0' || word === '%root' || word === '%#0' ? true : undefined)) === true;

export interface Granted extends Pick<Command, 'asks' | 'setenv'> {
  /** The command is ALL itself. */
  readonly anything: boolean;
  readonly at: Where;
  readonly text: string;
}

/** What decides about a program that root would run for somebody; undefined: it is denied, or no rule speaks of it. */
export function granted(
  statements: readonly Statement[],
  isNamed: (words: readonly string[]) => boolean,
  place: Place,
  program: (command: string) => boolean,
): Granted | undefined {
  const aliases = aliasesOf(statements, 'command');
  for (const rule of statements.toReversed()) {
    if (rule.is !== 'rule' || !isNamed(rule.who)) continue;
    for (const c of commandsOf(rule).toReversed()) {
      if (hostSaid(c.hosts, statements, place) !== true || !runsAsRoot(c.runas, statements)) continue;
      const said = saidBy([c.command], aliases, (word) => (program(word) ? true : undefined));
      if (said === undefined) continue;
      if (said === c.denied) return undefined;
      const { asks, setenv } = c;
      return {
        ...(asks === undefined ? {} : { asks }),
        ...(setenv === undefined ? {} : { setenv }),
        anything: c.command === 'ALL',
        at: rule.at,
        text: rule.text,
      };
    }
  }
  return undefined;
}
