import { expect, test } from 'vitest';
import { changed, withLater } from '../../src/facts/later.ts';

function counted() {
  let made = 0;
  const object = withLater(
    { now: 1 },
    {
      later: () => {
        made += 1;
        return ['made'];
      },
    },
  );
  return { object, made: () => made };
}

test('a later field is made when it is first read, and kept', () => {
  const { object, made } = counted();
  expect(made()).toBe(0);
  expect(object.later).toBe(object.later);
  expect(made()).toBe(1);
});

test('JSON, spreading and comparing see it like any other', () => {
  expect(JSON.stringify(counted().object)).toBe('{"now":1,"later":["made"]}');
  expect({ ...counted().object }).toEqual({ now: 1, later: ['made'] });
  expect(counted().object).toEqual({ now: 1, later: ['made'] });
  expect(Object.keys(counted().object)).toEqual(['now', 'later']);
});

test('objects with fields of one name keep each its own', () => {
  const [one, two] = [withLater({}, { later: () => 1 }), withLater({}, { later: () => 2 })];
  expect([one.later, two.later, one.later]).toEqual([1, 2, 1]);
});

test('more fields may be added, and a copy changes no original', () => {
  const { object, made } = counted();
  const more = withLater(object, { further: () => 'too' });
  const copy = changed(more, { now: 2 });
  expect(made()).toBe(0);
  expect([copy.now, copy.later, copy.further]).toEqual([2, ['made'], 'too']);
  expect([more.now, more.later]).toEqual([1, ['made']]);
  expect(made()).toBe(1);
  expect(changed(more, { further: 'other' }).further).toBe('other');
  expect(more.further).toBe('too');
});
