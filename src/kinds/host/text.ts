/** Kind `text`: the lines of a file. */
import { type Asking, read } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown } from '../../facts/fact.ts';
import { expandHome } from '../../facts/host/home.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

export const text = defineKind({
  name: 'text',
  describe: 'The text of one file, for formats that no other kind knows.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path; ~ is the home of the account in question' } },
  shape: record({ content: string('the whole text'), lines: list(string('one line'), 'the lines, without their ends') }),
  touches: (q) => [{ do: 'read', path: q.path }],
  *learn(q, as): Asking<Fact> {
    const path = expandHome(q.path, as.home);
    const answer = yield* read(path);
    if (answer.is === 'absent') return missing({ path });
    if (answer.is === 'blocked') return unknown(answer, path);
    const fact = new FactBuilder().consulted({ path }).set('content', answer.value, { path }).set('lines', answer.value.split(/\r?\n/), { path });
    for (const at of answer.value.split('\n').keys()) fact.at(['lines', String(at)], { path, line: at + 1 });
    return fact.build();
  },
});
