/** The statements of a sudoers file (sudoers(5)), with their lines. Pure. */
import type { Where } from '../fact.ts';

/** `NAME`, `!NAME`, `NAME=VALUE`, `NAME+=VALUE`, `NAME-=VALUE` of a Defaults line. */
export interface Setting {
  readonly name: string;
  readonly off: boolean;
  readonly sign?: '=' | '+=' | '-=';
  readonly value: string;
}

export type Statement =
  | { readonly is: 'include'; readonly path: string; readonly directory: boolean; readonly at: Where }
  | { readonly is: 'alias'; readonly name: string; readonly members: readonly string[]; readonly at: Where }
  /** `for` is empty for Defaults that hold for everybody; `scope` is `:` for users, `@` hosts, `!` commands, `>` run-as users. */
  | { readonly is: 'defaults'; readonly scope: string; readonly for: readonly string[]; readonly settings: readonly Setting[]; readonly at: Where }
  /** Who: a name, `%group`, `#uid`, `%#gid`, an alias, `ALL`; with `!` in front it is an exception. */
  | {
      readonly is: 'rule';
      readonly who: readonly string[];
      readonly hosts: readonly string[];
      readonly spec: string;
      readonly text: string;
      readonly at: Where;
    };

/** Statements in the order of the file. Aliases other than User_Alias are passed over. */
export function statementsIn(text: string, path: string): Statement[] {
  const statements: Statement[] = [];
  for (const { line, content } of logicalLines(text)) {
    const at = { path, line };
    const include = /^[@#](include|includedir)[ \t]+(?:"([^"]+)"|(\S+))$/.exec(content);
    const defaults = /^Defaults(?:([:@!>])(\S+))?[ \t]+(.*)$/.exec(content);
    if (include) statements.push({ is: 'include', path: include[2] ?? include[3] ?? '', directory: include[1] === 'includedir', at });
    else if (/^#(?!\d)/.test(content) || content === '') continue;
    else if (/^User_Alias[ \t]/.test(content)) {
      for (const definition of content.slice('User_Alias'.length).split(/:(?=[ \t]*[A-Z][A-Z0-9_]*[ \t]*=)/)) {
        const [name, members] = definition.split('=');
        if (name && members) statements.push({ is: 'alias', name: name.trim(), members: listOf(members), at });
      }
    } else if (defaults)
      statements.push({ is: 'defaults', scope: defaults[1] ?? '', for: listOf(defaults[2] ?? ''), settings: settingsIn(defaults[3] ?? ''), at });
    else if (content.includes('=') && !/^(?:Runas|Host|Cmnd|Cmd)_Alias[ \t]|^Defaults/.test(content)) {
      const m = /^((?:(?:\\.|"[^"]*"|[^\s,="\\])+[ \t]*,[ \t]*)*(?:\\.|"[^"]*"|[^\s,="\\])+)[ \t]+([^=]*)=(.*)$/.exec(content);
      if (m) statements.push({ is: 'rule', who: listOf(m[1] ?? ''), hosts: listOf(m[2] ?? ''), spec: (m[3] ?? '').trim(), text: content, at });
    }
  }
  return statements;
}

/** Words of a comma-separated list, with quotes taken off. */
export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((w) => w.trim().replace(/^"(.*)"$/, '$1'))
    .filter((w) => w !== '');

function settingsIn(text: string): Setting[] {
  return [...text.matchAll(/(!?)(\w+)[ \t]*(?:(\+=|-=|=)[ \t]*("[^"]*"|[^\s,]+))?/g)].map(([, not, name = '', sign, value = '']) => ({
    name,
    off: not !== '',
    value: value.replace(/^"|"$/g, ''),
    ...(sign === '=' || sign === '+=' || sign === '-=' ? { sign } : {}),
  }));
}

/** Lines that end in a backslash go on; a comment begins at a `#` that no number follows. */
function* logicalLines(text: string): Generator<{ line: number; content: string }> {
  let pending = '';
  let first = 1;
  for (const [index, raw] of text.split('\n').entries()) {
    if (pending === '') first = index + 1;
    const line = raw.replace(/\r$/, '');
    if (line.endsWith('\\')) {
      pending += line.slice(0, -1) || ' ';
      continue;
    }
    const content = (pending + line).trim();
    pending = '';
    yield { line: first, content: /^#(include|includedir)\b|^#\d/.test(content) ? content : content.replace(/(^|[ \t])#(?!\d).*$/, '').trim() };
  }
}
