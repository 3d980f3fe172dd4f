/** What is read without the parser is what the parser reads, place by place. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/cli/paths.ts';
import { readSnapshot } from '../../../src/collect/snapshot/snapshot.ts';
import { parseFully } from '../../../src/facts/text/toml.ts';
import { flatToml } from '../../../src/facts/text/toml-flat.ts';
import { fc } from '../../property.ts';

const hosts = join(packageRoot, 'fixtures/hosts');

function texts(): string[] {
  const snapshots = readdirSync(hosts).filter((name) => name.endsWith('.jsonl'));
  const answers = snapshots.flatMap((name) => [...readSnapshot(readFileSync(join(hosts, name)), name).answers.values()]);
  return answers.flatMap(({ ask, answer }) =>
    ask.do === 'read' && /\.(?:conf|toml)$/.test(ask.path) && answer.is === 'got' && typeof answer.value === 'object' && 'text' in answer.value
      ? [answer.value.text ?? '']
      : [],
  );
}

const agrees = (text: string): boolean => {
  const flat = flatToml(text);
  if (flat) expect(parseFully(text), text).toEqual({ is: 'parsed', root: flat });
  return flat !== undefined;
};

test('on files of real hosts', () => {
  expect(texts().filter(agrees).length).toBeGreaterThan(2);
});

test('on lines of every form, in any order', () => {
  const name = fc.constantFrom('a', 'b-c', '"a"', '"x.y/z"', 'a.b', "'l'", '""', '1');
  const texts = ['"v"', '""', '"a#b"', '"\\n"', "'l'", '"x" # c', '"x" y', '"""m"""'];
  const value = fc.constantFrom(...texts, 'true', 'falsey', '0', '12', '012', '1_0', '1.5', '-1', '[]', '{}');
  const space = fc.constantFrom('', ' ', '\t');
  const line = fc.oneof(
    fc.tuple(space, name, space, space, value, space).map(([s, n, t, u, v, w]) => `${s}${n}${t}=${u}${v}${w}`),
    fc.tuple(space, name, space).map(([s, n, t]) => `${s}[${n}]${t}`),
    fc.constantFrom('', '# c', '  # [a]', '[[a]]', '[a', 'a =', '[a] # c', '[a] b'),
  );
  let flat = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
      if (agrees(lines.join(end))) flat++;
    }),
    { numRuns: 3000 },
  );
  expect(flat).toBeGreaterThan(100);
});
