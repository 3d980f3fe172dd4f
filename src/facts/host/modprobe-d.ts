/**
 * What modprobe.d(5) says of modules. Tried with `modprobe -n -v` of kmod 30: `blacklist` stops loading by alias alone; of several
 * `install` lines the first counts. Lines are joined before anything else, so a comment that ends in a backslash goes on; blanks and
 * tabs alone part words, so a carriage return belongs to the name, and a line behind a byte order mark is none.
 */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { globMatches } from '../glob.ts';
import { source, type Touches } from '../source.ts';

/** Most important first: a file hides those of the same name further down. */
const directories = ['/etc/modprobe.d', '/run/modprobe.d', '/usr/local/lib/modprobe.d', '/usr/lib/modprobe.d', '/lib/modprobe.d'] as const;

/** How a module is kept away: from its aliases, or from modprobe by any name. */
export interface Kept {
  readonly how: 'blacklist' | 'install';
  readonly at: readonly Where[];
}

export interface ModprobeD {
  /** What is said of a module, by its name with underscores; undefined: nothing keeps it. */
  readonly kept: (name: string) => Kept | undefined;
  readonly unseen?: Unknown;
  readonly looked: readonly Where[];
}

export const modprobeD = source(
  directories.flatMap(
    (path): Touches => [
      { do: 'list', path },
      { do: 'read', path: `${path}/*.conf` },
    ],
  ),
  readModprobeD,
);

function* readModprobeD(): Asking<ModprobeD> {
  const lists = yield* together(directories.map((d) => list(d)));
  let unseen: Unknown | undefined;
  const chosen = new Map<string, string>();
  for (const [at, names] of lists.entries()) {
    if (names.is === 'blocked') unseen ??= unknown(names, directories[at] as string);
    for (const n of names.is === 'got' ? names.value : [])
      if (n.endsWith('.conf') && !n.startsWith('.') && !chosen.has(n)) chosen.set(n, `${directories[at]}/${n}`);
  }
  const paths = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const texts = yield* together(paths.map((p) => read(p)));
  for (const [at, text] of texts.entries()) if (text.is === 'blocked') unseen ??= unknown(text, paths[at] as string);
  const kept = keptBy(paths.map((path, at) => [path, texts[at] as Answer<string>]));
  return { kept, looked: [...directories.slice(0, 1), ...paths].map((path) => ({ path })), ...(unseen ? { unseen } : {}) };
}

/** One line that counts. The name behind `install` may be a pattern of fnmatch(3). */
interface Line {
  readonly word: 'blacklist' | 'install';
  readonly name: string;
  readonly command: readonly string[];
  readonly at: Where;
}

function keptBy(files: readonly [string, Answer<string>][]): ModprobeD['kept'] {
  const lines = files.flatMap(([path, text]) => (text.is === 'got' ? linesIn(text.value, path) : []));
  return (name) => {
    const install = lines.find((l) => l.word === 'install' && globMatches(l.name, name));
    if (install && loadsNothing(install.command)) return { how: 'install', at: [install.at] };
    const listed = lines.filter((l) => l.word === 'blacklist' && l.name === name);
    return listed.length > 0 ? { how: 'blacklist', at: listed.map((l) => l.at) } : undefined;
  };
}

function linesIn(text: string, path: string): Line[] {
  return [...joinedLines(text)].flatMap(({ line, said }) => {
    const [, word, module, rest] = /^(blacklist|install)[ \t]+([^ \t]+)(?:[ \t](.*))?$/s.exec(said) ?? [];
    if (module === undefined || (word === 'install' && !rest)) return [];
    const command = (rest ?? '').split(/[ \t]+/).filter((w) => w !== '');
    // In brackets of a pattern a hyphen stays one.
    const name = module.replace(/\[[^\]]*\]|-/g, (part) => (part === '-' ? '_' : part));
    return [{ word: word as Line['word'], name, command, at: { path, line, said: said.trim() } }];
  });
}

/** Whether a shell that is given these words does nothing: `/bin/true`, `:`, `exec false`, and no other command behind it. */
function loadsNothing(command: readonly string[]): boolean {
  const words = command[0] === 'exec' ? command.slice(1) : command;
  const end = words.findIndex((w) => w.startsWith('#'));
  const own = end < 0 ? words : words.slice(0, end);
  return (own.length === 0 || /^(?:(?:.*\/)?(?:true|false)|:)$/.test(own[0] ?? '')) && !/[;&|`$()<>]/.test(own.join(' '));
}

/** Lines with those that a backslash goes on with; a backslash before anything else is dropped. */
function* joinedLines(text: string): Generator<{ readonly line: number; readonly said: string }> {
  let parts: string[] = [];
  let first = 1;
  for (const [index, raw] of text.split('\n').entries()) {
    if (parts.length === 0) first = index + 1;
    const goesOn = (/\\*$/.exec(raw)?.[0].length ?? 0) % 2 === 1;
    parts.push((goesOn ? raw.slice(0, -1) : raw).replace(/\\(.)/g, '$1'));
    if (goesOn) continue;
    const said = parts.join('').replace(/^[ \t]+/, '');
    parts = [];
    if (said !== '' && !said.startsWith('#')) yield { line: first, said };
  }
}
