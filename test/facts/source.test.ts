import { describe, expect, test } from 'vitest';
import { answerer } from '../../src/collect/composed/composed.ts';
import { type Answer, type Asking, read, together } from '../../src/facts/ask.ts';
import { settle } from '../../src/facts/settle.ts';
import { anyone, forAccount, groundOf, hold, inQuestion, source, type Touches } from '../../src/facts/source.ts';

const host = { files: { '/etc/a.conf': 'file=/srv/named\n', '/srv/named': 'x', '/srv/other': 'y' } };

const named = source([{ do: 'read', named: 'what a.conf names' }], function* namedFile(path: string): Asking<Answer<string>> {
  return yield* read(path);
});
const conf = source([{ do: 'read', path: '/etc/a.conf' }], function* readConf(): Asking<Answer<string>> {
  return yield* read('/etc/a.conf');
});
const between = source([named], function* handsOn(path: string): Asking<Answer<string>> {
  return yield* named(path);
});

describe('asks that are held', () => {
  const held = (touches: Touches, probe: () => Asking<unknown>) => (): unknown =>
    settle(
      hold(() => groundOf({}, 'the kind', () => touches), inQuestion, probe(), true),
      answerer(host),
      true,
    );
  test('a path that an argument names is let through where an answer further up names it', () => {
    const probe = function* (): Asking<unknown> {
      yield* conf();
      return yield* between('/srv/named');
    };
    expect(held([conf, between], probe)()).toMatchObject({ is: 'got' });
  });
  test('one that no answer names is not, and the message tells by whom it was asked', () => {
    const probe = function* (): Asking<unknown> {
      yield* conf();
      return yield* between('/srv/other');
    };
    expect(held([conf, between], probe)).toThrow('the kind asks outside its plan: read /srv/other (through handsOn)');
  });
  test('a source that is not named is not let through', () => {
    expect(held([conf], () => between('/srv/named'))).toThrow('(through handsOn)');
  });
});

test('a ground about another account keeps the name of its source', () => {
  expect(forAccount(named, anyone)).toMatchObject({ name: 'namedFile', own: [{ do: 'read', named: 'what a.conf names' }] });
  expect(named.of()).toMatchObject({ name: 'namedFile' });
  expect(forAccount(between, anyone).on.map((g) => g.name)).toEqual(['namedFile']);
});

describe('what a source learns from a target', () => {
  const asked: string[] = [];
  const slow = source([{ do: 'read', path: '/etc/a.conf' }], function* slowly(word: string): Asking<string> {
    asked.push(word);
    const conf = yield* read('/etc/a.conf');
    yield* read('/etc/a.conf');
    if (word === 'crash') throw new Error('crashed');
    return `${word} ${conf.is}`;
  });
  const wanting = (touches: Touches, probe: () => Asking<unknown>): Asking<unknown> =>
    hold(() => groundOf({}, 'the kind', () => touches), inQuestion, probe(), true);
  /** What comes of it, where a crash is taken up as an inspection does. */
  function* tried(probe: Asking<unknown>): Asking<unknown> {
    try {
      return yield* probe;
    } catch (error) {
      return (error as Error).message;
    }
  }
  const run = (...probes: Asking<unknown>[]): unknown => {
    asked.length = 0;
    return settle(together(probes.map(tried)), answerer(host), true);
  };

  test('is learnt once for all that want it at the same time, or later', () => {
    const later = function* (): Asking<unknown> {
      yield* conf();
      yield* conf();
      return yield* slow('a');
    };
    expect(
      run(
        wanting([slow], () => slow('a')),
        wanting([slow], () => slow('a')),
        wanting([slow, conf], later),
      ),
    ).toEqual(['a got', 'a got', 'a got']);
    expect(asked).toEqual(['a']);
  });
  test('is held against the promises of each of them', () => {
    const [first, second] = run(
      wanting([slow], () => slow('a')),
      wanting([named], () => slow('a')),
    ) as unknown[];
    expect(first).toBe('a got');
    expect(second).toBe('the kind asks outside its plan: read /etc/a.conf (through slowly)');
  });
  test('is learnt anew where it crashed, or where its crashed surroundings ended it', () => {
    expect(
      run(
        wanting([slow], () => slow('crash')),
        wanting([slow], () => slow('crash')),
      ),
    ).toEqual(['crashed', 'crashed']);
    const crashing = function* (): Asking<unknown> {
      yield* read('/etc/a.conf');
      throw new Error('around it');
    };
    const around = wanting([slow, { do: 'read', path: '/etc/a.conf' }], () => together([slow('b'), crashing()]));
    expect(
      run(
        around,
        wanting([slow], () => slow('b')),
      ),
    ).toEqual(['around it', 'b got']);
    expect(asked).toEqual(['b', 'b']);
  });
});
