/** Kind `image-stores`: read-only stores whose images an account's engine takes as its own. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { words } from '../../facts/containers/lookup.ts';
import { storageConf } from '../../facts/containers/storage-conf.ts';
import { type Fact, FactBuilder, type Json, missing, unknown } from '../../facts/fact.ts';
import { replaceableIn } from '../../facts/host/directories-above.ts';
import { endOf } from '../../facts/host/disk.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, mode, number, record, string } from '../../facts/shape.ts';

export const imageStores = defineKind({
  name: 'image-stores',
  noun: 'the additional image stores',
  absent: '{who} has no additional image stores',
  describe: 'Every path of storage.options.additionalimagestores: whether it is there, whose it is, who may write to it.',
  fields: {},
  shape: record({
    stores: list(
      record({
        path: string('the store'),
        absolute: boolean('it is an absolute path; otherwise every command fails'),
        exists: boolean('it is there and a directory; otherwise every command fails'),
        uid: number('owner'),
        mode: mode('permission bits'),
        exposed: boolean('somebody else than root and the account may write to it'),
      }),
      'the stores, in order',
    ),
    misplaced: list(string('a key'), 'additionalimagestores in a table where it is dropped'),
  }),
  touches: () => [storageConf, { do: 'stat', named: 'the additionalimagestores of storage.conf, and what lies above them' }],
  *learn(_, as): Asking<Fact> {
    const storage = yield* storageConf(as);
    if (storage.is === 'unknown') return storage;
    const { values, where, gap } = words(storage, 'storage', 'options', 'additionalimagestores');
    const stray = words(storage, 'unknownKeys');
    const shut = gap ?? stray.gap;
    if (shut) return shut;
    const misplaced = stray.values.flatMap((name, at) => (name.toLowerCase().endsWith('.additionalimagestores') ? [{ name, at }] : []));
    if (values.length === 0 && misplaced.length === 0) return missing(...storage.consulted);
    const paths = values.map((v) => v.replaceAll('$HOME', as.home).replaceAll('$USER', as.name).replaceAll('$UID', String(as.uid)));
    const absolute = paths.filter((p) => p.startsWith('/'));
    const stats = new Map((yield* together(absolute.map((p) => stat(p)))).map((answer, at) => [absolute[at], answer]));
    const open = new Map((yield* together(absolute.map((p) => replaceableIn(p, [as.uid])))).map((found, at) => [absolute[at], found]));
    const fact = new FactBuilder().consulted(...where);
    const stores: Record<string, Json>[] = [];
    for (const [at, path] of paths.entries()) {
      const answer = stats.get(path) ?? { is: 'absent' as const };
      const refused = answer.is === 'blocked' ? answer : answer.is === 'got' && answer.value.real?.is === 'blocked' ? answer.value.real : undefined;
      const end = endOf(answer);
      if (refused) return unknown(refused, path);
      const above = open.get(path);
      if (above && 'is' in above) return above;
      stores.push({
        path,
        absolute: path.startsWith('/'),
        exists: end?.type === 'directory',
        exposed: end !== undefined && (above !== undefined || (end.uid !== 0 && end.uid !== as.uid) || (end.mode & 0o022) !== 0),
        ...(end ? { uid: end.uid, mode: end.mode } : {}),
      });
      fact.at(
        ['stores', String(at)],
        {
          path,
          said: end ? `mode ${end.mode.toString(8).padStart(4, '0')}, owner ${end.uid}${end.type === 'directory' ? '' : `, a ${end.type}`}` : 'not there',
        },
        ...(above ? [above] : []),
        ...where.slice(0, 1),
      );
    }
    fact.set('stores', stores, ...where);
    fact.set(
      'misplaced',
      misplaced.map((m) => m.name),
      ...misplaced.flatMap((m) => storage.where.get(`unknownKeys.${m.at}`) ?? []),
    );
    return fact.build();
  },
});
