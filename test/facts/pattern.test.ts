/** The promise of a plan: what is allowed by the words of a pattern, whatever shortcut finds it. */

import { expect, test } from 'vitest';
import { type Ask, wordsOf } from '../../src/facts/asks.ts';
import { allowing, describePattern, matcher, type Pattern, type Told, withFiles } from '../../src/facts/pattern.ts';
import { fc } from '../property.ts';

const as = { name: 'ann', uid: 7, gid: 7, home: '/h' };

const word = (...parts: readonly string[]): fc.Arbitrary<string> => fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 }).map((p) => p.join(''));
const said = word('/', 'a', 'b', '7', '/h', 'ann', '\n');
const wanted = fc.oneof(
  word('/', 'a', 'b', '*', '**', '{uid}', '{user}'),
  said.map((text) => `~/${text}`),
  fc.constant('~'),
);

/** Asks of words of one sort, or patterns. */
const of = (text: fc.Arbitrary<string>): fc.Arbitrary<Ask> =>
  fc.oneof(
    fc.record({ do: fc.constantFrom('stat' as const, 'read' as const, 'list' as const), path: text }),
    fc.record({ do: fc.constant('run' as const), argv: fc.array(text, { minLength: 1, maxLength: 3 }) }),
    fc.record({ do: fc.constant('get' as const), socket: text, path: text }),
    fc.record({ do: fc.constant('env' as const), name: text }),
  );

/** Word by word, letter by letter: the plainest reading of a pattern. */
function fits(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('**')) return fits(pattern.slice(2), text) || (text !== '' && fits(pattern, text.slice(1)));
  if (pattern.startsWith('*')) return fits(pattern.slice(1), text) || (text !== '' && text[0] !== '/' && fits(pattern, text.slice(1)));
  return text !== '' && pattern[0] === text[0] && fits(pattern.slice(1), text.slice(1));
}
const filled = (text: string): string =>
  text
    .replace(/^~(?=\/|$)/, as.home)
    .replaceAll('{uid}', '7')
    .replaceAll('{user}', 'ann');
function allowed(pattern: Told, ask: Ask): boolean {
  const [own, asked] = [wordsOf(pattern), wordsOf(ask)];
  return pattern.do === ask.do && own.length === asked.length && own.every((w, at) => fits(filled(w), asked[at] as string));
}

/** The ask that a pattern allows if its stars stand for these. */
function madeFrom(pattern: Told, one: string, many: string): Ask {
  const text = (word: string): string => filled(word).replaceAll('**', many).replaceAll('*', one);
  switch (pattern.do) {
    case 'run':
      return { do: 'run', argv: pattern.argv.map(text) };
    case 'get':
      return { do: 'get', socket: text(pattern.socket), path: text(pattern.path) };
    case 'walk':
      return { do: 'walk', top: text(pattern.top), names: pattern.names.map(text) };
    case 'packages':
      return { do: 'packages', of: text(pattern.of) };
    case 'env':
      return { do: 'env', name: text(pattern.name) };
    default:
      return { do: pattern.do, path: text(pattern.path) };
  }
}

test('an ask is allowed by the pattern whose words its own fit', () => {
  const pattern = of(wanted) as fc.Arbitrary<Told>;
  // Chance alone seldom meets a pattern: half of the asks are made from one.
  const near = fc.tuple(pattern, said, said).map(([own, one, many]): [Told[], Ask] => [[own], madeFrom(own, one, many)]);
  const any = fc.tuple(fc.array(pattern, { minLength: 1, maxLength: 3 }), of(said));
  let yes = 0;
  fc.assert(
    fc.property(fc.oneof(near, any), ([patterns, ask]) => {
      const each = patterns.map((p) => allowed(p, ask));
      expect(patterns.map((p) => matcher(p, as)(ask))).toEqual(each);
      expect(allowing(patterns, as)(ask)).toBe(each.includes(true));
      if (each.includes(true)) yes++;
    }),
    { numRuns: 1000 },
  );
  expect(yes).toBeGreaterThan(200);
});

test('the files that the user named are read, and no other', () => {
  const open: Pattern = { do: 'read', path: '{files}' };
  const told = withFiles(open, ['/srv/k3d.yaml', '~/up.sh', '/srv/*.yaml']);
  const allows = (pattern: Pattern, path: string): boolean[] => [matcher(pattern, as)({ do: 'read', path }), allowing([pattern], as)({ do: 'read', path })];
  for (const path of ['/srv/k3d.yaml', '/h/up.sh', '/srv/*.yaml']) {
    expect(allows(told, path), path).toEqual([true, true]);
    expect(allows(open, path), path).toEqual([false, false]);
  }
  for (const path of ['/etc/shadow', '/srv/other.yaml', '/srv/k3d.yaml/x', '{files}']) expect(allows(told, path), path).toEqual([false, false]);
  expect(matcher(told, as)({ do: 'stat', path: '/srv/k3d.yaml' })).toBe(false);
  expect(describePattern(told)).toBe('read {files}');
});

test('a pattern in one line', () => {
  const lines: [Pattern, string][] = [
    [{ do: 'read', path: '/etc/*' }, 'read /etc/*'],
    [{ do: 'read', path: '/proc/*/cmdline', process: 'podman' }, 'read /proc/*/cmdline (process podman)'],
    [{ do: 'run', argv: ['podman', 'ps', '--format', '{{.ID}} {{.Names}}'], asUser: true }, 'run  {user}@ podman ps --format "{{.ID}} {{.Names}}"'],
    [{ do: 'run', argv: ['getcap', '~/x*'] }, 'run  getcap ~/x*'],
    [{ do: 'get', socket: '/run/x.sock', path: '/_ping' }, 'get  /run/x.sock /_ping'],
    [{ do: 'env', name: 'HOME' }, 'env  HOME'],
  ];
  for (const [pattern, line] of lines) expect(describePattern(pattern)).toBe(line);
});
