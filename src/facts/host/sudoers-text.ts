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
  | {
      readonly is: 'alias';
      readonly of: 'user' | 'runas' | 'host' | 'command';
      readonly name: string;
      readonly members: readonly string[];
      readonly at: Where;
    }
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

const sorts = { User: 'user', Runas: 'runas', Host: 'host', Cmnd: 'command', Cmd: 'command' } as const;

const word = String.raw`(?:%:?)?(?:#-?\d+|(?:\\.|"[^"]*"|[^\s,=:()"\\!#])(?:\\.|"[^"]*"|[^\s,=()"\\#])*)`;
const itemsOf = (item: string): string => String.raw`(?:${item})(?:[ \t]*,[ \t]*(?:${item}))*`;
/** Words of a list, with what negates them: blanks may stand behind `!`. */
const items = itemsOf(String.raw`(?:![ \t]*)*${word}`);
const ruleLine = new RegExp(String.raw`^(${items})[ \t]+(${items})[ \t]*=(.*)$`, 's');
/** No blank may stand behind `!` here. */
const defaultsLine = new RegExp(String.raw`^Defaults(?:([:@!>])[ \t]*(${itemsOf(`!*${word}`)}))?(?:[ \t]+(.*))?$`, 's');
const listBegin = new RegExp(`^[ \\t]*(${items})[ \\t]*`);
const wholeList = new RegExp(`${listBegin.source}$`);
const setting = String.raw`(?:![ \t]*)*[a-z_]+(?:[ \t]*(?:\+=|-=|=)[ \t]*(?:"[^"]*"|(?:\\.|[^\s,"\\])+))?`;
const wholeSettings = new RegExp(String.raw`^${setting}(?:[ \t]*,[ \t]*${setting})*$`);

/** Whether a text is a list of words, which sudo takes. */
export const isList = (text: string): boolean => wholeList.test(text);

/** Statements in the order of the file. A line that sudo refuses is none. */
export function statementsIn(text: string, path: string): Statement[] {
  const statements: Statement[] = [];
  for (const { line, content, indented } of logicalLines(text)) {
    const at = { path, line };
    const include = /^([@#])(include|includedir)[ \t]+(?:"([^"]+)"|([^\s"]\S*))/.exec(content);
    const alias = /^(User|Runas|Host|Cmnd|Cmd)_Alias\b[ \t]*(.*)$/s.exec(content);
    if (include && !(indented && include[1] === '#'))
      statements.push({ is: 'include', path: include[3] ?? include[4] ?? '', directory: include[2] === 'includedir', at });
    else if (/^#(?!-?\d)/.test(content) || content === '') continue;
    else if (alias) statements.push(...aliasesIn(alias[2] ?? '', sorts[alias[1] as keyof typeof sorts], at));
    else if (content.startsWith('Defaults')) {
      const m = defaultsLine.exec(content);
      if (m && wholeSettings.test(m[3] ?? ''))
        statements.push({ is: 'defaults', scope: m[1] ?? '', for: listOf(m[2] ?? ''), settings: settingsIn(m[3] ?? ''), at });
    } else {
      const m = ruleLine.exec(content);
      if (m) statements.push({ is: 'rule', who: listOf(m[1] ?? ''), hosts: listOf(m[2] ?? ''), spec: (m[3] ?? '').trim(), text: content, at });
    }
  }
  return statements;
}

/** `NAME = LIST : NAME = LIST`. */
function aliasesIn(text: string, of: (typeof sorts)[keyof typeof sorts], at: Where): Statement[] {
  const found: Statement[] = [];
  for (const definition of text.split(/:(?=[ \t]*[A-Z][A-Z0-9_]*[ \t]*=)/)) {
    const [, name, members = ''] = /^[ \t]*([A-Z][A-Z0-9_]*)[ \t]*=(.*)$/s.exec(definition) ?? [];
    // Of a list with a mistake in it what stands before that counts.
    const list = of === 'command' ? members : listBegin.exec(members)?.[1];
    if (name === undefined || name === 'ALL' || list === undefined) break;
    found.push({ is: 'alias', of, name, members: listOf(list), at });
    if (of !== 'command' && !isList(members)) break;
  }
  return found;
}

/** Words of a comma-separated list, with quotes taken off. */
export const listOf = (text: string): string[] =>
  (text.match(/(?:\\.?|[^\\,])+/g) ?? []).map((w) => w.trim().replace(/^"(.*)"$/, '$1')).filter((w) => w !== '');

function settingsIn(text: string): Setting[] {
  return [...text.matchAll(/((?:![ \t]*)*)(\w+)[ \t]*(?:(\+=|-=|=)[ \t]*("[^"]*"|[^\s,]+))?/g)].map(([, not = '', name = '', sign, value = '']) => ({
    name,
    off: (not.match(/!/g) ?? []).length % 2 === 1,
    value: value.replace(/^"|"$/g, ''),
    ...(sign === '=' || sign === '+=' || sign === '-=' ? { sign } : {}),
  }));
}

/** Lines that end in a backslash go on, unless that stands in a comment. */
function* logicalLines(text: string): Generator<{ line: number; content: string; indented: boolean }> {
  let parts: string[] = [];
  let first = 1;
  let comments = new Comments('');
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    if (parts.length === 0) {
      first = index + 1;
      comments = new Comments(line);
    }
    const end = comments.beginIn(line);
    const goesOn = end === undefined && /\\[ \t]*$/.test(line) && (/\\+(?=[ \t]*$)/.exec(line)?.[0].length ?? 0) % 2 === 1;
    parts.push(goesOn ? `${line.replace(/\\[ \t]*$/, '')} ` : line.slice(0, end));
    if (goesOn) continue;
    const content = parts.join('');
    parts = [];
    yield { line: first, content: content.trim(), indented: /^[ \t]/.test(content) };
  }
}

/** Where a comment begins in a statement: at a `#` that no number follows, outside of quotes. In commands quotes are letters. */
class Comments {
  readonly #none: boolean;
  readonly #quotesThroughout: boolean;
  #equals = false;
  #quoted = false;

  constructor(firstLine: string) {
    this.#none = /^(?:#|[ \t]*@)include(?:dir)?[ \t]/.test(firstLine);
    this.#quotesThroughout = /^[ \t]*(?:Defaults|(?:User|Runas|Host)_Alias)/.test(firstLine);
  }

  /** Takes the lines of the statement one after the other. */
  beginIn(line: string): number | undefined {
    if (this.#none) return undefined;
    for (let at = 0; at < line.length; at++) {
      const c = line[at];
      if (c === '\\') at++;
      else if (c === '=') this.#equals = true;
      else if (c === '"' && (this.#quotesThroughout || !this.#equals)) this.#quoted = !this.#quoted;
      else if (c === '#' && !this.#quoted && !/^#-?\d/.test(line.slice(at, at + 3))) return at;
    }
    return undefined;
  }
}
