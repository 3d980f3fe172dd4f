/** Declared asks of an account, for others than the one in question. */
import type { Pattern } from '../pattern.ts';

const moved = (patterns: readonly Pattern[], home: string, uid: string): Pattern[] =>
  patterns.map((p) => ('path' in p && p.do !== 'get' ? { ...p, path: p.path.replace(/^~/, home).replaceAll('{uid}', uid) } : p));

/** The same asks about root, whoever the account in question is. */
export const ofRoot = (patterns: readonly Pattern[]): Pattern[] => moved(patterns, '/root', '0');

/** The same asks about every account that a host has. */
export const ofAnyone = (patterns: readonly Pattern[]): Pattern[] => moved(patterns, '/**', '*');
