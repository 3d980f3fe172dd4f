/** Path resolution inside a root that is not the kernel's: every component, links and `..` included. Pure. */

/** What a lookup may find at a path whose parents hold no links. */
export type Entry = { readonly type: 'link'; readonly target: string } | { readonly type: 'directory' | 'other' };
export type Lookup = (path: string) => Entry | 'absent' | 'denied' | 'failed';

/** Where a path leads: the link-free path, or why there is none. */
export type Resolved = { readonly path: string } | { readonly path?: never; readonly is: 'absent' | 'denied' | 'failed' | 'loop' };

/** The kernel's own limit (path_resolution(7)). */
const maxLinks = 40;

/**
 * Resolves `path` against a root: an absolute link restarts at the root, `..` never leaves it.
 * With `follow` false the last component is not followed (lstat).
 */
export function resolve(lookup: Lookup, path: string, follow: boolean): Resolved {
  let rest = path.split('/').filter((p) => p !== '' && p !== '.');
  let at: string[] = [];
  let links = 0;
  while (rest.length > 0) {
    const [next, ...more] = rest as [string, ...string[]];
    rest = more;
    if (next === '..') {
      at.pop();
      continue;
    }
    const here = `/${[...at, next].join('/')}`;
    const entry = lookup(here);
    if (typeof entry === 'string') return { is: entry };
    if (entry.type === 'link' && (rest.length > 0 || follow)) {
      if (++links > maxLinks) return { is: 'loop' };
      if (entry.target.startsWith('/')) at = [];
      rest = [...entry.target.split('/').filter((p) => p !== '' && p !== '.'), ...rest];
      continue;
    }
    if (entry.type === 'other' && rest.length > 0) return { is: 'absent' };
    at.push(next);
  }
  return { path: `/${at.join('/')}` };
}
