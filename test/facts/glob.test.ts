/** Patterns, against fnmatch(3) of this machine's C library and against regular expressions. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { globMatches, pathPattern, wildcardMatches } from '../../src/facts/glob.ts';
import { oracle } from '../oracles.ts';
import { fc } from '../property.ts';

describe('tables', () => {
  test.each([
    ['/etc/*.conf', '/etc/a.conf', true],
    ['/etc/*.conf', '/etc/.a.conf', false],
    ['/etc/.*.conf', '/etc/.a.conf', true],
    ['/etc/*.conf', '/etc/a/b.conf', false],
    ['/etc/{a,b}.d/*', '/etc/b.d/x', true],
    ['/etc/[a-c]x', '/etc/bx', true],
    ['/etc/[!a-c]x', '/etc/bx', false],
    ['/etc/[]a]x', '/etc/]x', true],
    ['/etc/\\*', '/etc/*', true],
    ['/etc/[\\]a]', '/etc/]', true],
    ['/etc/[\\]a', '/etc/[]a', true],
    ['/etc/[a-]', '/etc/-', true],
    ['/etc/?', '/etc/é', true],
    ['/etc/?', '/etc/\u{1f600}', true],
  ])('glob %s %s', (pattern, path, expected) => expect(globMatches(pattern, path)).toBe(expected));

  test.each([
    ['/proc/*/comm', '/proc/1/comm', true],
    ['/proc/*/comm', '/proc/1/task/comm', false],
    ['/etc/**', '/etc/a/b', true],
    ['/**/a.d', '/x/y/a.d', true],
    ['/**/a.d', '/a.d', false],
    ['/a/**/b*', '/a/x/b/c', false],
    ['/a/**/b*', '/a/x/b/c/b1', true],
    ['/a.b', '/axb', false],
    ['/a?[b]', '/a?[b]', true],
    ['', '', true],
  ])('path %s %s', (pattern, path, expected) => expect(pathPattern(pattern)(path)).toBe(expected));

  test('host patterns', () => {
    expect(wildcardMatches('*.example.??', 'a/b.example.de')).toBe(true);
    expect(wildcardMatches('[ab]', 'a')).toBe(false);
  });

  test('hostile patterns end', () => {
    const start = performance.now();
    expect(globMatches(`${'*a'.repeat(500)}b`, 'a'.repeat(5000))).toBe(false);
    expect(wildcardMatches(`${'*?'.repeat(500)}b`, 'a'.repeat(5000))).toBe(false);
    expect(pathPattern(`${'**a*a'.repeat(200)}b`)('a'.repeat(5000))).toBe(false);
    expect(globMatches('{a,b}'.repeat(1000), 'x')).toBe(false);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

const word = (alphabet: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength });

test('paths match as the regular expression of a pattern does', () => {
  fc.assert(
    fc.property(word('*/ab.', 8), word('/ab.', 8), (pattern, path) => {
      const source = pattern
        .split(/(\*\*|\*)/)
        .map((p) => (p === '**' ? '[^]*' : p === '*' ? '[^/]*' : p.replaceAll('.', '\\.')))
        .join('');
      expect(pathPattern(pattern)(path)).toBe(new RegExp(`^${source}$`).test(path));
    }),
    { numRuns: 2000 },
  );
});

/** FNM_NOESCAPE is 2, FNM_PATHNAME 1, FNM_PERIOD 4 in glibc and musl. */
const program = `
import ctypes, json, sys
libc = ctypes.CDLL(None)
print(json.dumps([libc.fnmatch(p.encode(), t.encode(), f) == 0 for p, t, f in json.load(sys.stdin)]))`;
const fnmatch = (cases: readonly (readonly [string, string, number])[]): boolean[] =>
  JSON.parse(spawnSync('python3', ['-c', program], { input: JSON.stringify(cases), encoding: 'utf8' }).stdout) as boolean[];

describe('as fnmatch(3) has it', oracle('fnmatch(3)'), () => {
  test.each<[string, string, string, number, (p: string, t: string) => boolean]>([
    ['glob', '*?[]!-\\.abc/', '.abc-/', 5, globMatches],
    ['wildcard', '*?.abc/', '.abc/', 2, wildcardMatches],
  ])('%s', (_, inPattern, inText, flags, ours) => {
    // What parts path and bracket comes first differs: glob(3) parts the path.
    const pattern = word(inPattern, 7).filter((p) => !/\[[^\]]*\/|\\\//.test(p));
    const cases = fc.sample(fc.tuple(pattern, word(inText, 5)), { numRuns: 5000 });
    const theirs = fnmatch(cases.map(([p, t]) => [p, t, flags] as const));
    const wrong = cases.flatMap(([p, t], at) => (ours(p, t) === theirs[at] ? [] : [`${p} ${t}: ${theirs[at]}`]));
    expect(wrong.slice(0, 20)).toEqual([]);
  });
});
