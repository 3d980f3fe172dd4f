/**
 * One key of a file, in the file's own format: how the line reads, and the shell commands that bring it about.
 * Those of lines without sections are POSIX's, for a Mac; the others need GNU sed.
 * src/remedy/edit.ts does the same to a text.
 */
import type { Json } from '../facts/fact.ts';
import { splitPath } from '../facts/fact.ts';
import { fstabCommand, mountOptions } from './fstab-edits.ts';
import { shellLine } from './shell-line.ts';
import { tomlDeletion, tomlInsertion } from './toml-edits.ts';

/** How a file is written. `ini`: systemd, Quadlet and its like; `plain`: sysctl.d and others, KEY = VALUE; `env`: KEY=VALUE; `sh`: export KEY=VALUE; `words`: KEY VALUE, as loader.conf has it; `fstab`: the key is a mount point, the value options of it. */
export const formats = ['toml', 'ini', 'plain', 'env', 'sh', 'yaml', 'json', 'words', 'fstab'] as const;
export type Format = (typeof formats)[number];

export const isFormat = (text: string): text is Format => (formats as readonly string[]).includes(text);

/** A key with the section that it stands in. */
export interface Key {
  readonly section: string;
  readonly name: string;
  /** Every segment, for documents that nest. */
  readonly path: readonly string[];
}

/** `engine.service_timeout` in its parts, as the format has sections. */
export function keyIn(format: Format, key: string): Key {
  if (isFlat(format)) return { section: '', name: key, path: [key] };
  const path = splitPath(key) ?? [key];
  if (format === 'ini') return { section: path[0] ?? '', name: path.slice(1).join('.'), path };
  return { section: path.slice(0, -1).map(bareOrQuoted).join('.'), name: path.at(-1) ?? key, path };
}

const bareOrQuoted = (segment: string): string => (/^[\w-]+$/.test(segment) ? segment : JSON.stringify(segment));

/** Formats of a line for each key, without sections. */
const isFlat = (format: Format): boolean => ['plain', 'env', 'sh', 'words', 'fstab'].includes(format);

/** A value as the format spells it. JSON's spelling of scalars and lists is TOML's and YAML's as well. */
export function spelt(format: Format, value: Json): string {
  if (format === 'toml' || format === 'json' || format === 'yaml') {
    return Array.isArray(value) ? `[${value.map((v: Json) => spelt(format, v)).join(', ')}]` : JSON.stringify(value);
  }
  return Array.isArray(value) ? value.map(String).join(' ') : String(value);
}

/** The lines that set a key: one, or in an ini file one for each element of a list. */
export function linesFor(format: Format, name: string, value: Json): readonly string[] {
  if (format === 'ini' && Array.isArray(value)) return value.map((v: Json) => `${name}=${String(v)}`);
  if (format === 'fstab') return [`${mountOptions(value).join(',')} in the line of ${name}`];
  if (format === 'words') return [`${name} ${spelt(format, value)}`];
  if (format === 'sh') return [`export ${name}=${shellLine([spelt(format, value)])}`];
  if (format === 'ini' || format === 'env') return [`${name}=${spelt(format, value)}`];
  if (format === 'yaml' || format === 'json') return [`${name}: ${spelt(format, value)}`];
  return [`${format === 'toml' ? bareOrQuoted(name) : name} = ${spelt(format, value)}`];
}

/** What a file holds that has nothing but these keys: by name, since a saved report has no other order of them. */
export function fileOf(format: Format, keys: Readonly<Record<string, Readonly<Record<string, Json>>>>): string {
  return byName(keys)
    .map(([section, values]) => {
      const head = section === '' ? [] : [`[${section}]`];
      return `${[...head, ...byName(values).flatMap(([name, value]) => linesFor(format, name, value))].join('\n')}\n`;
    })
    .join('\n');
}

const byName = <T>(entries: Readonly<Record<string, T>>): [string, T][] => Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));

/** Where a key stands, for people: `below [engine]`. */
export const sectionWords = (format: Format, { section, path }: Key): string =>
  section === '' || path.length < 2 ? '' : format === 'yaml' || format === 'json' ? '' : ` below [${section}]`;

/** A text as a basic regular expression of sed between slashes, that matches nothing else. */
export const inPattern = (text: string): string => text.replace(/[.*[\]^$/\\]/g, String.raw`\$&`);
const lineOf = (text: string): string => text.replace(/\\/g, '\\\\');

/** Files of lines without sections are those that a Mac has, too: its sed wants a suffix after -i. */
const isOfLines = (format: Format): boolean => isFlat(format) && format !== 'fstab';

/** The command that changes a file by a script of sed. */
function changed(format: Format, script: string, file: string): string {
  const at = shellLine([file]);
  return isOfLines(format) ? `sed ${shellLine([script])} ${at} >${replacing(file)}` : `sed -i ${shellLine([script])} ${at}`;
}

/** Where the new content of a file goes, and how it gets from there into the file, which keeps its owner and its mode. */
export function replacing(file: string): string {
  const [at, beside] = [shellLine([file]), shellLine([`${file}.new`])];
  return `${beside} && cat ${beside} >${at} && rm ${beside}`;
}

/** Commands that set the key; undefined where no line tool can (nested documents). */
export function setCommands(file: string, format: Format, key: string, value: Json, instead?: string): readonly string[] | undefined {
  if (format === 'yaml' || format === 'json') return undefined;
  if (format === 'fstab') return [fstabCommand(file, key, mountOptions(value), 'put')];
  if (instead !== undefined) return [`sed -i ${shellLine([inSection(keyIn(format, key), replacement(instead, spelt(format, value)))])} ${shellLine([file])}`];
  const { section, name, path } = keyIn(format, key);
  const at = shellLine([file]);
  const directory = file.slice(0, file.lastIndexOf('/')) || '/';
  const lines = linesFor(format, name, value);
  const away = format === 'toml' && section !== '' ? tomlDeletion(path) : deletion(format, section, name);
  const made = `${shellLine(['mkdir', '-p', directory])} && touch ${at}`;
  const first = `${made} && ${changed(format, away, file)}`;
  const print = `printf '%s\\n' ${shellLine(lines)}`;
  // Below a table, a key of TOML would be the table's: it goes first.
  if (section === '' && format === 'toml') return [first, `{ ${print}; cat ${at}; } >${replacing(file)}`];
  if (section === '') return [first, `${print} >>${at}`];
  if (format === 'toml') return [first, tomlInsertion(file, path, lines.join(''), section, replacing(file))];
  const header = headerOf(format, section);
  const insert = `/${header}/a ${lineOf(lines.join('\n')).replaceAll('\n', '\\\n')}`;
  return [
    first,
    `grep -q ${shellLine([header])} ${at} && sed -i ${shellLine([insert])} ${at} || printf '%s\\n' ${shellLine([`[${section}]`, ...lines])} >>${at}`,
  ];
}

/** Commands that take the key away, or one value of it. */
export function unsetCommands(file: string, format: Format, key: string, value?: Json): readonly string[] | undefined {
  if (format === 'yaml' || format === 'json') return undefined;
  if (format === 'fstab') return [fstabCommand(file, key, mountOptions(value ?? []), 'take')];
  const { section, name, path } = keyIn(format, key);
  if (format === 'toml' && section !== '' && value === undefined) return [changed(format, tomlDeletion(path), file)];
  const script =
    format === 'ini' && value !== undefined && value !== ''
      ? inSection({ section, name, path: [] }, removal(spelt(format, value)))
      : deletion(format, section, name, value === undefined ? undefined : spelt(format, value));
  return [changed(format, script, file)];
}

/** The line that begins a section. Tables of TOML may be indented, with blanks within the brackets: a second one of a name is an error. */
const headerOf = (format: Format, section: string): string =>
  format === 'toml' ? `^[[:blank:]]*\\[[[:blank:]]*${inPattern(section)}[[:blank:]]*\\]` : `^\\[${inPattern(section)}\\]`;

/** Takes the lines together over which a value goes on: after a backslash, and in TOML until the list is closed. */
const goingOn = (format: Format): string => (format === 'toml' ? ':l;/\\[[^]]*$/{N;bl};' : format === 'ini' ? ':l;/\\\\$/{N;bl};' : '');

/** A script for the lines of one key, each with those over which it goes on; as it was where the script changes nothing. */
const inSection = ({ section, name }: Key, script: string): string => {
  const whole = `${goingOn('ini')}h;s/\\\\\\n[[:blank:]]*/ /g;tk;:k;`;
  const lines = `/^[[:blank:]]*${inPattern(name)}[[:blank:]]*=/{${whole}${script};ty;g;b;:y;s/[[:blank:]]*$//}`;
  return section === '' ? lines : `/^\\[${inPattern(section)}\\]/,/^\\[/{${lines}}`;
};

/** Words of a line that stand side by side. */
const run = (words: string): string => words.trim().split(/\s+/).map(inPattern).join('[[:blank:]]\\+');
const removal = (words: string): string => `/=[[:blank:]]*${run(words)}[[:blank:]]*$/d;s/\\([=[:blank:]]\\)${run(words)}\\([[:blank:]]\\|$\\)/\\1/g`;
const replacement = (words: string, by: string): string =>
  `s/\\([=[:blank:]]\\)${run(words)}\\([[:blank:]]\\|$\\)/\\1${by.replace(/[\\&/]/g, String.raw`\$&`)}\\2/g`;

function deletion(format: Format, section: string, name: string, value?: string): string {
  const blank = '[[:blank:]]*';
  const more = value === undefined ? goingOn(format) : '';
  const away = more === '' ? 'd' : `{${more}d}`;
  const after = format === 'words' ? '[[:blank:]]' : `${blank}=`;
  const line = `/^${blank}\\(export[[:blank:]]\\{1,\\}\\)\\{0,1\\}${inPattern(name)}${after}${value === undefined ? '' : `${blank}${inPattern(value)}${blank}$`}/${away}`;
  // What stands below a table of TOML is another key.
  if (section === '') return format === 'toml' ? `0,/^${blank}\\[/{${line}}` : line;
  return `/${headerOf(format, section)}/,/^${format === 'toml' ? blank : ''}\\[/{${line}}`;
}
