/**
 * The forms in which TOML has one key, as scripts of GNU sed: below the header of its table, dotted (`engine.runtime = …`)
 * above or in a table, and in an inline table on one line (`engine = { runtime = … }`). src/remedy/toml-edit.ts does the
 * same to a text.
 */
import { shellLine } from './shell-line.ts';

/** One way to write the key: the table that it stands in, what is written there, and the key within an inline table. */
export interface TomlForm {
  readonly table: readonly string[];
  readonly key: readonly string[];
  readonly inline?: string;
}

/** Every form of a key: as many as its path has segments, and inline but for the last. */
export function tomlForms(path: readonly string[]): readonly TomlForm[] {
  const name = path.at(-1) ?? '';
  const dotted = path.map((_, at): TomlForm => ({ table: path.slice(0, at), key: path.slice(at) })).reverse();
  const inline = path.slice(0, -1).map((_, at): TomlForm => ({ table: path.slice(0, at), key: path.slice(at, -1), inline: name }));
  return [...dotted, ...inline.reverse()];
}

const blank = '[[:blank:]]*';
const inPattern = (text: string): string => text.replace(/[.*[\]^$/\\]/g, String.raw`\$&`);
const segment = (text: string): string => `"\\{0,1\\}${inPattern(text)}"\\{0,1\\}`;
const dotted = (path: readonly string[]): string => path.map(segment).join(`${blank}\\.${blank}`);
const value = `\\("[^"]*"\\|'[^']*'\\|\\[[^]]*\\]\\|[^],}]*\\)`;

/** The line that begins a table; it may be indented, with blanks within the brackets: a second one of a name is an error. */
const tomlHeader = (path: readonly string[]): string => `^${blank}\\[${blank}${dotted(path)}${blank}\\]`;

/** A script that takes the key away in every form. */
export const tomlDeletion = (path: readonly string[]): string => tomlForms(path).map(deletionOf).join(';');

function deletionOf({ table, key, inline }: TomlForm, at: number): string {
  const range = table.length === 0 ? `0,/^${blank}\\[/` : `/${tomlHeader(table)}/,/^${blank}\\[/`;
  const assigned = `/^${blank}${dotted(key)}${blank}=`;
  // A list may go on over lines: they go together. Each jump has a label of its own.
  if (inline === undefined) return `${range}{${assigned}/{:l${at};/\\[[^]]*$/{N;bl${at}};d}}`;
  const member = `\\([{,]\\)${blank}${segment(inline)}${blank}=${blank}${value}${blank},\\{0,1\\}`;
  return `${range}{${assigned}${blank}{/{s/${member}/\\1/;${withoutLastComma}}}`;
}

const withoutLastComma = `s/,${blank}}/ }/`;

/** A command that puts the line of a key where its table is: below its header, into an inline one, dotted beside dotted ones, or with a header of its own. */
export function tomlInsertion(file: string, path: readonly string[], line: string, header: string, replacing: string): string {
  const at = shellLine([file]);
  const table = path.slice(0, -1);
  const escaped = line.replace(/[\\&/]/g, String.raw`\$&`);
  const has = (pattern: string): string => `grep -q ${shellLine([pattern])} ${at}`;
  const below = `sed -i ${shellLine([`/${tomlHeader(table)}/a ${line.replace(/\\/g, '\\\\')}`])} ${at}`;
  const within = `sed -i ${shellLine([`0,/^${blank}\\[/s/^\\(${blank}${dotted(table)}${blank}=${blank}{\\)${blank}/\\1 ${escaped}, /;${withoutLastComma}`])} ${at}`;
  const beside = `{ printf '%s\\n' ${shellLine([`${header}.${line}`])}; cat ${at}; } >${replacing}`;
  const anew = `printf '%s\\n' ${shellLine([`[${header}]`, line])} >>${at}`;
  return [
    `if ${has(tomlHeader(table))}; then ${below}`,
    `elif ${has(`^${blank}${dotted(table)}${blank}=${blank}{`)}; then ${within}`,
    `elif ${has(`^${blank}${dotted(table)}${blank}\\.`)}; then ${beside}`,
    `else ${anew}; fi`,
  ].join('; ');
}
