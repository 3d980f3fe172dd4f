/**
 * A file of nftables with what it includes in the place of each `include` (nft(8): Include files): a name that is relative is
 * looked for in /etc, and wildcards bring the files in the order of their names.
 */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { globMatches } from '../glob.ts';
import { source, type Touches } from '../source.ts';

/** A line, and where it stands. */
export interface NftLine {
  readonly text: string;
  readonly path: string;
  readonly line: number;
}

/** Where distributions keep the parts of a ruleset. */
const folders = ['/etc/nftables.d', '/etc/nftables', '/etc/nftables.conf.d', '/etc/sysconfig/nftables', '/usr/share/nftables'] as const;

const touches: Touches = folders.flatMap(
  (path): Touches => [
    { do: 'list', path },
    { do: 'read', path: `${path}/*` },
  ],
);

/** nft refuses more than 16 files in one another (nftables: MAX_INCLUDE_DEPTH). */
const deepest = 16;
const most = 20_000;

/**
 * The lines of a ruleset, those of included files in the place of the statement. A statement that is not followed stays as
 * it is; a file that may not be read is unknown.
 */
export const withIncludes = source(touches, follow);

function* follow(text: string, path: string): Asking<readonly NftLine[] | Unknown> {
  let lines: readonly NftLine[] = linesOf(text, path);
  for (let depth = 0; depth < deepest; depth++) {
    const named = [...new Set(lines.map(includedIn).filter((n) => n !== undefined))];
    const found = new Map<string, readonly NftLine[]>();
    for (const name of named) {
      const included = yield* filesOf(name);
      if (included && 'is' in included) return included;
      if (included) found.set(name, included);
    }
    if (found.size === 0) return lines;
    lines = lines.flatMap((line) => found.get(includedIn(line) ?? '') ?? [line]);
    if (lines.length > most) return { is: 'unknown', why: 'too-large', said: `${path} includes more than ${most} lines`, where: [{ path }] };
  }
  return lines;
}

const linesOf = (text: string, path: string): NftLine[] => text.split('\n').map((line, at) => ({ text: line, path, line: at + 1 }));

/** The path that an `include` names; undefined where the line is none. */
function includedIn({ text }: NftLine): string | undefined {
  const name = /^\s*include\s+(?:"([^"]+)"|'([^']+)')\s*;?\s*(?:#.*)?$/
    .exec(text)
    ?.slice(1)
    .find((n) => n !== undefined);
  return name === undefined || name.startsWith('.') ? undefined : name.startsWith('/') ? name : `/etc/${name}`;
}

/** The lines of the files that a name or a pattern stands for; undefined where it is not followed, or such a file is not there. */
function* filesOf(name: string): Asking<readonly NftLine[] | Unknown | undefined> {
  const folder = folders.find((f) => name.startsWith(`${f}/`) && !name.slice(f.length + 1).includes('/'));
  if (folder === undefined) return undefined;
  const wild = /[*?[]/.test(name);
  const names = wild ? yield* list(folder) : undefined;
  if (names?.is === 'blocked') return unknown(names, folder);
  const paths = wild ? (names?.is === 'got' ? [...names.value].sort() : []).map((n) => `${folder}/${n}`).filter((p) => globMatches(name, p)) : [name];
  const texts: readonly Answer<string>[] = yield* together(paths.map((p) => read(p)));
  const lines: NftLine[] = [];
  for (const [at, text] of texts.entries()) {
    const path = paths[at] ?? name;
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'absent' && !wild) return undefined;
    if (text.is === 'got') lines.push(...linesOf(text.value, path));
  }
  return lines;
}
