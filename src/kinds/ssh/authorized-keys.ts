/** Kind `authorized-keys`: the files by which keys open accounts through SSH. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, string } from '../../facts/shape.ts';
import { authorizedKeys as seek } from '../../facts/ssh/authorized-keys.ts';

export const authorizedKeys = defineKind({
  name: 'authorized-keys',
  noun: 'the keys that open accounts',
  describe: 'Files authorized_keys and authorized_keys2 of the whole host that hold a key; comments and blank lines are none (sshd(8)).',
  fields: {},
  shape: record({
    files: list(
      record({ path: string('the file'), keys: number('how many lines hold a key'), plain: number('of these, lines that are no authority for certificates') }),
      'the files',
    ),
  }),
  touches: () => [seek],
  *learn(): Asking<Fact> {
    const found = yield* seek();
    if (found.is === 'unknown') return found;
    const fact = new FactBuilder().consulted(...found.consulted);
    const values = found.each.map(({ path, keys, authorities }): Json => ({ path, keys: keys.length, plain: keys.length - authorities }));
    fact.set('files', [...values, ...(found.incomplete ? [{}] : [])], ...(found.each.length > 0 ? found.each.flatMap((f) => f.keys) : found.consulted));
    for (const [at, { keys }] of found.each.entries()) fact.at(['files', String(at)], ...keys);
    if (found.incomplete) fact.gap(['files', String(found.each.length)], found.incomplete);
    return fact.build();
  },
});
