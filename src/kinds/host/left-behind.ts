/** Kind `left-behind`: which of some paths are there, and not empty. */
import { type Answer, type Asking, list, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown } from '../../facts/fact.ts';
import { wildcardMatches } from '../../facts/glob.ts';
import { endOf } from '../../facts/host/disk.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, record, string } from '../../facts/shape.ts';

export const leftBehind = defineKind({
  name: 'left-behind',
  describe: 'Which of some paths are there and hold something: a file that is not empty, a directory with something in it. Nothing is read.',
  main: 'paths',
  fields: { paths: { type: 'strings', required: true, describe: 'absolute paths; the last part may hold `*`' } },
  shape: record({
    found: listOf(
      record({ path: string('the path'), type: string('what it is', ['file', 'directory']) }),
      'what is there, in the order of the query; links for what they lead to',
    ),
  }),
  touches: ({ paths }) =>
    paths.flatMap((path) =>
      path.includes('*')
        ? [
            { do: 'list', path: directoryOf(path) },
            { do: 'stat', path },
          ]
        : [
            { do: 'stat', path },
            { do: 'list', path },
          ],
    ),
  *learn({ paths }): Asking<Fact> {
    const each = yield* together(paths.map((path) => (path.includes('*') ? matching(path) : one(path))));
    const found = each.flat();
    const fact = new FactBuilder().consulted(...paths.map((path) => ({ path })));
    const there = found.filter((f): f is There => !('is' in f));
    const open = found.find((f): f is Unknown => 'is' in f);
    fact.set(
      'found',
      [...there.map((f): Json => ({ ...f })), ...(open ? [{}] : [])],
      ...(there.length > 0 ? there.map(({ path }) => path) : paths).map((path) => ({ path })),
    );
    for (const [at, { path }] of there.entries()) fact.at(['found', String(at)], { path });
    if (open) fact.gap(['found', String(there.length)], open);
    return fact.build();
  },
});

interface There {
  readonly path: string;
  readonly type: string;
}

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

function* matching(pattern: string): Asking<(There | Unknown)[]> {
  const directory = directoryOf(pattern);
  const names = yield* list(directory);
  if (names.is === 'blocked') return [unknown(names, directory)];
  const wanted = (names.is === 'got' ? names.value : []).filter((name) => wildcardMatches(pattern.slice(directory.length + 1), name));
  const each = yield* together(wanted.map((name) => one(`${directory}/${name}`, false)));
  return each.flat();
}

/** `into`: of a directory, whether something is in it. */
function* one(path: string, into = true): Asking<(There | Unknown)[]> {
  const answer: Answer<Stat> = yield* stat(path);
  if (answer.is === 'blocked') return [unknown(answer, path)];
  if (answer.is === 'got' && answer.value.real?.is === 'blocked') return [unknown(answer.value.real, path)];
  const end = endOf(answer);
  if (end?.type === 'file') return end.size > 0 ? [{ path, type: 'file' }] : [];
  if (end?.type !== 'directory' || !into) return [];
  const names = yield* list(path);
  if (names.is === 'blocked') return [unknown(names, path)];
  return names.is === 'got' && names.value.length > 0 ? [{ path, type: 'directory' }] : [];
}
