/** Lines of crontabs: crontab(5) of Debian's cron, of cronie and of BusyBox, and anacrontab(5). Pure. */

/** Whose tables they are: the system's name the account on each line, an account's do not, anacron's jobs are all root's. */
export type Table = 'system' | 'account' | 'anacron';

export interface Job {
  /** The account that a line of the system's tables names. */
  readonly user?: string;
  /** With single blanks. */
  readonly command: string;
  readonly line: number;
}

const moments = String.raw`(?:@[a-z]+|\S+[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+\S+)`;
const forms: { readonly [T in Table]: RegExp } = {
  system: new RegExp(String.raw`^-?${moments}[ \t]+(?<user>\S+)[ \t]+(?<command>\S.*)$`),
  account: new RegExp(String.raw`^-?${moments}[ \t]+(?<command>\S.*)$`),
  anacron: /^(?:@\w+|\d+)[ \t]+\d+[ \t]+\S+[ \t]+(?<command>\S.*)$/,
};

const assignment = /^["']?[A-Za-z_]\w*["']?[ \t]*=/;

/** The jobs of a table. Settings, comments, and what is no job are left out. */
export function jobsIn(text: string, table: Table): Job[] {
  return text.split('\n').flatMap((raw, at) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || assignment.test(line)) return [];
    const { user, command } = forms[table].exec(line)?.groups ?? {};
    if (command === undefined) return [];
    return [{ ...(user === undefined ? {} : { user }), command: command.replace(/[ \t]+/g, ' '), line: at + 1 }];
  });
}

/** A test for texts: `*` stands for part of one word, so that nothing can be put in beside it. */
export function oneOf(patterns: readonly string[]): (text: string) => boolean {
  const exact = new Set(patterns.filter((p) => !p.includes('*')));
  const open = patterns.filter((p) => p.includes('*')).map((p) => new RegExp(`^${p.split('*').map(escaped).join('[\\w.:-]*')}$`));
  return (text) => exact.has(text) || open.some((pattern) => pattern.test(text));
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Names that no program takes from a directory of tables or scripts: what editors and packages leave behind. */
const leftOver = /^[.#]|~$|[,#]$|,v$|\.(?:rpmsave|rpmorig|rpmnew|swp|cfsaved)$/;

/** Whether programs take a file of this name; Debian's take letters, digits, `_` and `-` alone (cron(8), run-parts(8)). */
export const isTaken = (name: string, debian: boolean): boolean => (debian ? /^[\w-]+$/.test(name) : !leftOver.test(name));
