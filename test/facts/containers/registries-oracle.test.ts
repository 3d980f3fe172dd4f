/** registries.conf is refused exactly where Skopeo, built with the engines' library, refuses it. */

import { expect, test } from 'vitest';
import { readRegistriesFile } from '../../../src/facts/containers/registries-file.ts';
import { oracle } from '../../oracles.ts';
import { fc } from '../../property.ts';
import { registriesRefused, skopeoLibrary } from './skopeo.ts';

const text = JSON.stringify;
const host = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a.example', 'b.example:5000', 'localhost') },
  { weight: 1, arbitrary: fc.constantFrom('a.example/team', 'a.example/', '*.c.example', '*.c.example/x', 'http://d.example', '', '/', 'a b', '-x') },
);
const often = <T>(good: T, bad: T): fc.Arbitrary<T> => fc.oneof({ weight: 12, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constant(bad) });
const maybe = (line: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.option(line, { nil: '', freq: 2 });
const pulls = fc.constantFrom('all', 'digest-only', 'tag-only', '', 'always');
const flag = (key: string): fc.Arbitrary<string> => maybe(fc.constantFrom('true', 'true', 'true', 'false', '"true"').map((v) => `${key} = ${v}`));
const lines = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((all) => all.filter((l) => l !== '').join('\n'));

const mirror = lines(
  often('[[registry.mirror]]', '[registry.mirror]'),
  fc.option(
    host.map((h) => `location = ${text(h)}`),
    { nil: '', freq: 9 },
  ),
  flag('insecure'),
  maybe(pulls.map((p) => `pull-from-mirror = ${text(p)}`)),
  maybe(fc.constant('prefix = 1')),
);
const registry = lines(
  often('[[registry]]', '[registry]'),
  maybe(host.map((h) => `prefix = ${text(h)}`)),
  fc.option(
    host.map((h) => `location = ${text(h)}`),
    { nil: '', freq: 9 },
  ),
  flag('insecure'),
  flag('blocked'),
  flag('mirror-by-digest-only'),
  fc.option(
    pulls.map((p) => `pull-from-mirror = ${text(p)}`),
    { nil: '', freq: 9 },
  ),
  maybe(mirror),
);
const name = fc.constantFrom('tool', 'team/tool', 'tool:1', 'a.example/tool', 'Tool', '', 'localhost/tool', `tool@sha256:${'0'.repeat(64)}`);
const full = fc.constantFrom(
  'a.example/tool',
  'docker.io/tool',
  'tool',
  'team/tool',
  'a.example/tool:1',
  'localhost/x',
  '',
  'a.example/Tool',
  `a.example/t@sha256:${'0'.repeat(64)}`,
);
const aliases = fc.tuple(name, full).map(([n, f]) => `[aliases]\n${text(n)} = ${text(f)}`);
const old = fc
  .tuple(fc.constantFrom('search', 'insecure', 'block'), fc.array(host, { maxLength: 2 }))
  .map(([table, hosts]) => `[registries.${table}]\nregistries = ${text(hosts)}`);
const file = lines(
  maybe(fc.array(host, { maxLength: 2 }).map((hosts) => `unqualified-search-registries = ${text(hosts)}`)),
  maybe(fc.constantFrom('enforcing', 'Enforcing', '', 'disabled').map((m) => `short-name-mode = ${text(m)}`)),
  maybe(fc.constantFrom('["x"]', '"x"', '[1]', '[]').map((v) => `credential-helpers = ${v}`)),
  maybe(fc.constantFrom('"x"', '1').map((v) => `additional-layer-store-auth-helper = ${v}`)),
  maybe(aliases),
  maybe(registry),
  maybe(registry),
  fc.option(old, { nil: '', freq: 4 }),
);

test('Skopeo takes and refuses the same files', { ...oracle('skopeo'), timeout: 600_000 }, () => {
  const library = skopeoLibrary();
  const count = { refused: 0, taken: 0 };
  const runs = Number(process.env.PRETRIP_RUNS ?? 150);
  fc.assert(
    fc.property(fc.oneof(file, lines(maybe(registry), maybe(registry)), aliases, lines(registry, mirror)), (content) => {
      const read = readRegistriesFile('/r', content, false, library);
      const theirs = registriesRefused(content);
      count[theirs === undefined ? 'taken' : 'refused']++;
      expect({ content, ours: 'is' in read ? read.said : undefined }, theirs ?? 'Skopeo takes it').toEqual({
        content,
        ours: theirs === undefined ? undefined : expect.any(String),
      });
    }),
    { numRuns: runs },
  );
  expect(Math.min(count.refused, count.taken)).toBeGreaterThan(runs / 10);
});
