/** Cases of k3s-io/k3s:pkg/util/args_test.go, in our words, and the order of merging as a property. */
import { describe, expect, test } from 'vitest';
import { argValue, type ComponentFlag, componentFlags, type Default } from '../../../src/facts/k3s/component-args.ts';
import type { Chosen } from '../../../src/facts/k3s/given.ts';

const place = { path: 'K3s 1.33.1' };
const defaults = (values: Record<string, string>): Map<string, Default> =>
  new Map(Object.entries(values).map(([flag, value]) => [flag, { value, where: place, beaten: [] }]));
const extra = (...texts: string[]): Chosen[] => texts.map((value, at) => ({ value, where: { path: 'config.yaml', line: at + 1 }, beaten: [] }));
const written = (flags: Map<string, ComponentFlag>): string[] =>
  [...flags].flatMap(([flag, one]) => ('is' in one ? [`${flag}?`] : one.values.map((v) => `${flag}=${v.value}`)));

test.each<[string, Record<string, string>, string[], string[]]>([
  ['a value replaces the default, a new flag is added', { a: 'A', b: 'B', c: 'C' }, ['b=BB', 'd=D'], ['a=A', 'b=BB', 'c=C', 'd=D']],
  ['dashes in front mean nothing', { a: 'A', b: 'B' }, ['--b=BB', '--d=D'], ['a=A', 'b=BB', 'd=D']],
  ['given twice, both values count', { a: 'A', b: 'B' }, ['c=C', 'b=D', 'b=A'], ['a=A', 'b=D', 'b=A', 'c=C']],
  ['- puts the value in front of the default', { a: 'A', b: 'B' }, ['c=C', 'b-=D'], ['a=A', 'b=D', 'b=B', 'c=C']],
  ['+ puts it behind the default', { a: 'A', b: 'B' }, ['c=C', 'b+=D'], ['a=A', 'b=B', 'b=D', 'c=C']],
  ['+ twice', { b: 'B' }, ['b+=C', 'b+=D'], ['b=B', 'b=C', 'b=D']],
  ['- twice', { b: 'B' }, ['b-=C', 'b-=D'], ['b=D', 'b=C', 'b=B']],
  ['once replaced, the default does not come back', { b: 'B' }, ['b=C', 'b+=D'], ['b=C', 'b=D']],
  ['+ without a default', {}, ['b+=C'], ['b=C']],
  ['a key alone means true', {}, ['b'], ['b=true']],
  ['a value may hold =', {}, ['feature-gates=A=true'], ['feature-gates=A=true']],
  ['an empty value is one', { b: 'B' }, ['b='], ['b=']],
])('%s', (_, initial, given, wanted) => expect(written(componentFlags(defaults(initial), extra(...given)))).toEqual(wanted));

test('what was replaced is told, what was kept is not', () => {
  const flags = componentFlags(defaults({ a: 'A', b: 'B' }), extra('a=C', 'b+=D'));
  expect(flags.get('a')).toMatchObject({ beaten: [{ value: 'A', where: place }] });
  expect(flags.get('b')).toMatchObject({ beaten: [] });
});

describe('a default that cannot be told', () => {
  const unknown: Default = { is: 'unknown', why: 'ambiguous', said: 'nobody knows', where: [] };
  test.each([
    ['stays unknown', [], ['a?']],
    ['is replaced by what is given', ['a=B'], ['a=B']],
    ['leaves what is appended unknown', ['a+=B'], ['a?']],
    ['leaves what is put in front unknown', ['a-=B'], ['a?']],
    ['stays so for further values', ['a+=B', 'a=C'], ['a?']],
  ])('%s', (_, given, wanted) => expect(written(componentFlags(new Map([['a', unknown]]), extra(...given)))).toEqual(wanted));
});

test.each<[string, string[], string | undefined]>([
  ['the first one counts', ['a=1', 'a=2'], '1'],
  ['dashes in front mean nothing', ['--a=1'], '1'],
  ['an appended key is another', ['a+=1'], undefined],
  ['none', ['b=1'], undefined],
])('what K3s itself looks at: %s', (_, given, wanted) => expect(argValue('a', extra(...given))?.value).toBe(wanted));

/** The rule in other words: a plain key drops the default, + keeps it in front of all, - in front of which the value goes. */
function ruled(initial: string | undefined, given: readonly string[]): string[] {
  let values: string[] = [];
  let own = initial;
  for (const one of given) {
    const [key = '', value = ''] = one.split('=');
    const kept = key === 'a' || own === undefined ? [] : [own];
    values = key === 'a-' ? [value, ...kept, ...values] : [...kept, ...values, value];
    own = undefined;
  }
  return own === undefined ? values : [own, ...values];
}

test('every short run of arguments, with and without a default', () => {
  const steps = ['a=', 'a+=', 'a-='];
  const runs = [[] as string[]];
  for (let length = 0; length < 4; length++) runs.push(...runs.filter((r) => r.length === length).flatMap((r) => steps.map((s) => [...r, `${s}${r.length}`])));
  expect(runs).toHaveLength(1 + 3 + 9 + 27 + 81);
  for (const run of runs)
    for (const initial of [undefined, 'D']) {
      const flags = componentFlags(defaults(initial === undefined ? {} : { a: initial }), extra(...run));
      expect(
        written(flags).map((w) => w.slice(2)),
        run.join(' '),
      ).toEqual(ruled(initial, run));
    }
});

test.each<[string, Record<string, string>, string[], string[]]>([
  ['an underscore replaces no default and wins', { 'a-b': 'D' }, ['a_b=1'], ['a-b=D', 'a-b=1']],
  ['nor the same name with a hyphen, whichever is given first', {}, ['a_b=1', 'a-b=2'], ['a-b=2', 'a-b=1']],
  ['it is the same flag without a default', {}, ['a_b=1'], ['a-b=1']],
  ['a default of K3s that has one keeps its name', { log_file: 'D' }, ['log_file=1'], ['log_file=1']],
])('%s', (_, own, given, wanted) => expect(written(componentFlags(defaults(own), extra(...given)))).toEqual(wanted));
