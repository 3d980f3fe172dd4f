/** Paths in the home of an account. */

/** `~` and `~/…` in the home of an account. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;
}
