/** sudoers(5), as far as it tells whether an account may become root. */
import type { Where } from '../fact.ts';

interface SudoRule {
  /** Who: a name, `%group`, `#uid`, `%#gid`, an alias, `ALL`; with `!` in front it is an exception. */
  readonly who: readonly string[];
  readonly noPassword: boolean;
  readonly at: Where;
}

export interface Sudoers {
  readonly rules: readonly SudoRule[];
  /** User_Alias names and their members. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** `Defaults !authenticate`: nobody is asked for a password. */
  readonly unauthenticated?: Where;
  /** `Defaults targetpw`, as SUSE ships it: the password asked for is root's, so a rule alone makes nobody root. */
  readonly targetPassword: boolean;
  readonly includes: readonly { readonly path: string; readonly directory: boolean }[];
}

/** Parses one sudoers file. Command lists are not looked into: any rule counts as a way to become root. */
export function parseSudoers(text: string, path: string): Sudoers {
  const rules: SudoRule[] = [];
  const aliases = new Map<string, readonly string[]>();
  const includes: { path: string; directory: boolean }[] = [];
  let unauthenticated: Where | undefined;
  let targetPassword = false;
  for (const { line, content } of logicalLines(text)) {
    const at = { path, line };
    const include = /^[@#](include|includedir)[ \t]+"?([^"]+?)"?$/.exec(content);
    if (include) includes.push({ path: include[2] as string, directory: include[1] === 'includedir' });
    else if (/^#(?!\d)/.test(content) || content === '') continue;
    else if (/^User_Alias[ \t]/.test(content)) {
      for (const definition of content.slice('User_Alias'.length).split(':')) {
        const [name, members] = definition.split('=');
        if (name && members) aliases.set(name.trim(), words(members));
      }
    } else if (/^Defaults/.test(content)) {
      if (/^Defaults[ \t]+(.*,[ \t]*)?!authenticate\b/.test(content)) unauthenticated = at;
      if (/^Defaults[ \t]+(.*,[ \t]*)?(targetpw|rootpw)\b/.test(content)) targetPassword = true;
    } else if (content.includes('=') && !/^(Runas|Host|Cmnd|Cmd)_Alias[ \t]/.test(content)) {
      const m = /^((?:[^\s,=]+[ \t]*,[ \t]*)*[^\s,=]+)[ \t]+[^=]*=(.*)$/.exec(content);
      if (m) rules.push({ who: words(m[1] as string), noPassword: /\bNOPASSWD[ \t]*:/.test(m[2] as string), at });
    }
  }
  return { rules, aliases, includes, targetPassword, ...(unauthenticated ? { unauthenticated } : {}) };
}

const words = (text: string): string[] =>
  text
    .split(',')
    .map((w) => w.trim())
    .filter((w) => w !== '');

function* logicalLines(text: string): Generator<{ line: number; content: string }> {
  let pending = '';
  let first = 1;
  for (const [index, raw] of text.split('\n').entries()) {
    if (pending === '') first = index + 1;
    const line = raw.replace(/\r$/, '');
    if (line.endsWith('\\')) {
      pending += `${line.slice(0, -1)} `;
      continue;
    }
    const content = (pending + line).trim();
    pending = '';
    yield { line: first, content: /^#(include|includedir)\b|^#\d/.test(content) ? content : content.replace(/(^|[ \t])#(?!\d).*$/, '').trim() };
  }
}

/** What sudo lets an account do: any rule that names it counts, with root's password asked for only one without a password. */
export function sudoOf(
  files: readonly Sudoers[],
  who: { readonly name: string; readonly uid: number; readonly groups: ReadonlyMap<number, string> },
): { allowed: boolean; noPassword: boolean; where: Where[] } {
  const aliases = new Map(files.flatMap((f) => [...f.aliases]));
  const target = files.some((f) => f.targetPassword);
  const free = files.find((f) => f.unauthenticated)?.unauthenticated;
  const rules = files.flatMap((f) => f.rules).filter((r) => matches(r.who, who, aliases, 0) && (!target || r.noPassword || free !== undefined));
  const noPassword = rules.filter((r) => r.noPassword);
  const where = [...noPassword, ...rules.filter((r) => !r.noPassword)].map((r) => ({ ...r.at, said: r.noPassword ? 'without a password' : 'with a password' }));
  return {
    allowed: rules.length > 0,
    noPassword: noPassword.length > 0 || (rules.length > 0 && free !== undefined),
    where: [...where, ...(free && rules.length > 0 ? [{ ...free, said: 'nobody is asked for a password' }] : [])],
  };
}

function matches(list: readonly string[], who: Parameters<typeof sudoOf>[1], aliases: ReadonlyMap<string, readonly string[]>, depth: number): boolean {
  let result = false;
  for (const word of list) {
    const negated = word.startsWith('!');
    const name = (negated ? word.slice(1) : word).replace(/\\(.)/g, '$1').replace(/"/g, '');
    const alias = aliases.get(name);
    const hit =
      name === 'ALL' ||
      name === who.name ||
      name === `#${who.uid}` ||
      [...who.groups].some(([gid, group]) => name === `%${group}` || name === `%#${gid}`) ||
      (alias !== undefined && depth < 8 && matches(alias, who, aliases, depth + 1));
    if (hit) result = !negated;
  }
  return result;
}
