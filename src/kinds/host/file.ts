/** Kind `file`: one path as the target has it. */
import { fileTypes } from '../../facts/answer.ts';
import { type Asking, stat } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown } from '../../facts/fact.ts';
import { expandHome } from '../../facts/host/home.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, mode, number, record, string } from '../../facts/shape.ts';

/** Reads only the inode; `text` is the kind that reads content, so that a mode costs no secret. */
export const file = defineKind({
  name: 'file',
  describe: 'A path: whether it exists, its type, permissions, owner, and where a link leads. Its content is not read.',
  absent: '{label} is not there',
  present: '{label} is there',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path; ~ is the home of the account in question' } },
  shape: record({
    type: string('the type of the path itself', fileTypes),
    mode: mode('permission bits of what the path leads to'),
    uid: number('owner of what the path leads to'),
    gid: number('group of what the path leads to'),
    owned: boolean('whether the owner is the account in question'),
    size: number('bytes'),
    target: string('text of the link, if it is one'),
    real: record(
      { path: string('where a link ends'), type: string('the type there', fileTypes), exists: boolean('false for a dangling link') },
      'where the path leads',
    ),
  }),
  touches: (q) => [{ do: 'stat', path: q.path }],
  *learn(q, as): Asking<Fact> {
    const path = expandHome(q.path, as.home);
    const answer = yield* stat(path);
    if (answer.is === 'absent') return missing({ path });
    if (answer.is === 'blocked') return unknown(answer, path);
    const { type, target, real, ...own } = answer.value;
    const here = { path };
    const fact = new FactBuilder().consulted(here).set('type', type, here).set('target', target, here);
    if (real === undefined || real.is === 'got') {
      const end = real?.value ?? { ...own, type, path };
      fact
        .set('mode', end.mode, here)
        .set('uid', end.uid, here)
        .set('gid', end.gid, here)
        .set('owned', end.uid === as.uid, here)
        .set('size', end.size, here);
      fact.set(['real', 'path'], end.path, here).set(['real', 'type'], end.type, here).set(['real', 'exists'], true, here);
    } else if (real.is === 'absent') {
      fact.set(['real', 'exists'], false, { path, said: `dangling link to ${target}` });
    } else {
      for (const part of ['mode', 'uid', 'gid', 'owned', 'size', 'real']) fact.gap(part, unknown(real, path));
    }
    return fact.build();
  },
});
