/** AppArmor profiles as text (apparmor.d(5)): what they attach to, and whether they grant user namespaces. Pure. */
import type { Where } from '../fact.ts';
import { globMatches } from '../glob.ts';

export interface Profile {
  readonly name: string;
  /** The attachment with variables filled in; undefined for a profile that no path selects. */
  readonly attaches?: string;
  /** A rule `userns`, or a mode in which nothing is refused. */
  readonly grantsUserns: boolean;
  /** What is not granted is refused: the profile is neither in complain mode nor unconfined. */
  readonly enforces: boolean;
  /** The lines inside it, child profiles left out. */
  readonly rules: readonly { readonly text: string; readonly at: Where }[];
  readonly at: Where;
}

/** What tunables/global defines of the variables that attachments commonly hold. */
const usual: Readonly<Record<string, string>> = {
  bin: '/{,usr/}{,s}bin',
  sbin: '/{,usr/}sbin',
  lib: '/{,usr/}lib{,exec,32,64}',
};

/** The profiles of one file, outermost ones only: a child profile is entered from within. */
export function parseProfiles(text: string, path: string): Profile[] {
  const profiles: Profile[] = [];
  const variables = new Map(Object.entries(usual));
  let depth = 0;
  let open: Header | undefined;
  let rules: { text: string; at: Where }[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    // `#include` is no comment.
    const line = raw.replace(/(^|\s)#(?!include\s+[<"]).*$/, '').trim();
    const defined = depth === 0 ? /^@\{(\w+)\}\s*\+?=\s*(\S+)/.exec(line) : null;
    if (defined?.[1] && defined[2]) variables.set(defined[1], filled(defined[2], variables));
    if (depth === 0 && line.endsWith('{')) {
      open = headerOf(line, index + 1, variables);
      rules = [];
    } else if (open && depth === 1) rules.push({ text: line, at: { path, line: index + 1 } });
    if (open && depth === 1 && /^(?:audit\s+|allow\s+)*userns\b[^,]*,/.test(line)) open.grants = true;
    depth += braces(line);
    if (depth <= 0 && open) {
      const { line: number, grants, ...named } = open;
      profiles.push({ ...named, grantsUserns: grants, rules, at: { path, line: number } });
      open = undefined;
    }
    depth = Math.max(depth, 0);
  }
  return profiles;
}

/** A brace at the end of a line opens a block, one alone closes it; others are part of a pattern. */
const braces = (line: string): number => (line.endsWith('{') ? 1 : 0) - (/^\}/.test(line) ? 1 : 0);

interface Header {
  readonly name: string;
  readonly attaches?: string;
  readonly enforces: boolean;
  readonly line: number;
  grants: boolean;
}

function headerOf(line: string, number: number, variables: ReadonlyMap<string, string>): Header | undefined {
  const words = line.slice(0, -1).trim().split(/\s+/);
  const flags = /\bflags=\(([^)]*)\)/.exec(line)?.[1] ?? /^\(([^)]*)\)$/.exec(words.at(-1) ?? '')?.[1] ?? '';
  const plain = words.filter((w) => w !== 'profile' && !/^(?:flags|xattrs)=|^\(|\)$/.test(w)).map((w) => w.replace(/^"|"$/g, ''));
  const [name, second] = plain;
  if (name === undefined || /^(?:hat|if)$/.test(name) || name.startsWith('^')) return undefined;
  const attaches = [second, name].find((w) => w !== undefined && /^[/@]/.test(w));
  const grants = /\b(?:complain|default_allow)\b/.test(flags);
  const enforces = !grants && !/\bunconfined\b/.test(flags);
  return { name, line: number, grants, enforces, ...(attaches === undefined ? {} : { attaches: filled(attaches, variables) }) };
}

const filled = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replace(/@\{(\w+)\}/g, (whole, name: string) => variables.get(name) ?? whole);

/** Whether a profile attaches to a path. `**` reaches below directories; a variable that is not known matches nothing. */
export function attachesTo({ attaches }: Profile, path: string): boolean {
  if (attaches === undefined || attaches.includes('@{')) return false;
  if (!attaches.includes('**')) return globMatches(attaches, path);
  const [before = '', ...after] = attaches.split('**');
  const folders = path.split('/');
  if (after.some((a) => a !== '')) return false;
  // The pattern's own folders must match; the rest is below them.
  const own = before.replace(/\/$/, '');
  return own === '' || folders.some((_, at) => at > 0 && at < folders.length && globMatches(own, folders.slice(0, at).join('/')));
}
