/** Who gets in through sshd with a password, and how root does: outside of Match blocks and in each of them. Pure. */
import type { Where } from '../fact.ts';
import { matchesList } from './host-patterns.ts';
import type { MatchBlock, ServerConfig, ServerSetting } from './server-config.ts';

/** For whom something holds: `everybody`, or the criteria of a Match line. */
export interface Way {
  readonly for: string;
  /** The setting that opens it: "PasswordAuthentication yes". */
  readonly by: string;
  readonly at: Where;
}

/** What holds where nothing is written (sshd_config(5)). */
const defaults: Readonly<Record<string, string>> = {
  passwordauthentication: 'yes',
  kbdinteractiveauthentication: 'yes',
  permitrootlogin: 'prohibit-password',
  usepam: 'no',
};
const spelt: Readonly<Record<string, string>> = {
  passwordauthentication: 'PasswordAuthentication',
  kbdinteractiveauthentication: 'KbdInteractiveAuthentication',
  permitrootlogin: 'PermitRootLogin',
};

/** One context: what holds for everybody, or where one block applies. */
interface Context {
  readonly config: ServerConfig;
  readonly block?: number;
}

/** The contexts that differ from each other: outside of blocks, and each block that is not for everybody. */
function contextsOf(config: ServerConfig): Context[] {
  const own = config.blocks.flatMap((b, at) => (isForAll(b) || isForNobody(b) ? [] : [{ config, block: at }]));
  return [{ config }, ...own];
}

const isForAll = (block: MatchBlock): boolean => block.criteria.length === 1 && block.criteria[0]?.toLowerCase() === 'all';
const isForNobody = (block: MatchBlock): boolean => block.criteria.some((c) => c.toLowerCase() === 'invalid-user');

/** The setting of a context: the first in a block that applies, else the first outside of blocks. */
function settingIn({ config, block }: Context, keyword: string): ServerSetting | undefined {
  const active = new Set<number>();
  for (let at = block; at !== undefined; at = config.blocks[at]?.within) active.add(at);
  const applies = (at: number): boolean => {
    const own = config.blocks[at];
    return active.has(at) || (own !== undefined && isForAll(own) && (own.within === undefined || applies(own.within)));
  };
  const each = config.settings.filter((s) => s.keyword === keyword && s.args.length > 0);
  return each.find((s) => s.block !== undefined && applies(s.block)) ?? each.find((s) => s.block === undefined);
}

const valueIn = (context: Context, keyword: string): string => (settingIn(context, keyword)?.args[0] ?? defaults[keyword] ?? '').toLowerCase();

function wayIn(context: Context, keyword: string): Way {
  const { config, block } = context;
  const setting = settingIn(context, keyword);
  const by = `${spelt[keyword] ?? keyword} ${valueIn(context, keyword)}`;
  const match = block === undefined ? undefined : config.blocks[block];
  return {
    for: match ? `those of Match ${match.criteria.join(' ')}` : setting?.block === undefined ? 'everybody' : 'everybody (Match all)',
    by: setting ? by : `${by}, which holds where nothing is written`,
    at: setting?.at ?? config.consulted[0] ?? { path: '' },
  };
}

/** Whether one list of AuthenticationMethods is met by passwords alone. */
function methodsAdmit(context: Context, methods: readonly string[]): boolean {
  const lists = settingIn(context, 'authenticationmethods')?.args ?? ['any'];
  return lists.some((one) => {
    const needed = one.split(',').map((m) => m.split(':')[0] ?? '');
    return needed.length === 1 && needed[0] === 'any' ? true : needed.every((m) => methods.includes(m));
  });
}

/** For whom a password alone opens. A block counts where what it says makes the difference. */
export function passwordWays(config: ServerConfig): Way[] {
  const open = contextsOf(config).flatMap((context) => {
    const passwords = valueIn(context, 'passwordauthentication') === 'yes';
    // Without PAM nothing answers by the keyboard.
    const keyboard = valueIn(context, 'kbdinteractiveauthentication') === 'yes' && valueIn({ config }, 'usepam') === 'yes';
    const methods = [...(passwords ? ['password'] : []), ...(keyboard ? ['keyboard-interactive'] : [])];
    if (methods.length === 0 || !methodsAdmit(context, methods)) return [];
    return [wayIn(context, passwords ? 'passwordauthentication' : 'kbdinteractiveauthentication')];
  });
  return withoutRepeats(open);
}

/** By which contexts root logs in at all, with a key or a password. */
export function rootWays(config: ServerConfig): Way[] {
  const open = contextsOf(config).flatMap((context) => {
    const match = context.block === undefined ? undefined : config.blocks[context.block];
    if (match && !mayMeanRoot(match)) return [];
    return valueIn(context, 'permitrootlogin') === 'no' ? [] : [wayIn(context, 'permitrootlogin')];
  });
  return withoutRepeats(open);
}

/** What a block leaves as it is for everybody is told once. */
export const withoutRepeats = (ways: readonly Way[]): Way[] =>
  ways.filter((w, at) => ways.findIndex((other) => other.at.path === w.at.path && other.at.line === w.at.line && other.by === w.by) === at);

function mayMeanRoot({ criteria }: MatchBlock): boolean {
  for (let at = 0; at < criteria.length; at += 1) {
    const [word = '', glued] = (criteria[at] ?? '').split('=', 2);
    const patterns = (glued ?? criteria[at + 1] ?? '').split(',');
    if (/^(?:user|group)$/i.test(word) && !matchesList(patterns, 'root')) return false;
    if (glued === undefined && word.toLowerCase() !== 'all') at += 1;
  }
  return true;
}
