import { describe, expect, test } from 'vitest';
import { answerer } from '../../src/collect/composed/composed.ts';
import { type Answer, type Asking, read } from '../../src/facts/ask.ts';
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
