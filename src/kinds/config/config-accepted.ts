/** Kind `config-accepted`: whether the program accepts a layered configuration at all. */
import type { Asking } from '../../facts/ask.ts';
import { layeredFiles } from '../../facts/config/layered.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

export const configAccepted = defineKind({
  name: 'config-accepted',
  noun: 'the configuration',
  describe: 'Whether the program accepts its configuration for an account: every file in scope parses, has the right types and may be read by that account.',
  main: 'file',
  fields: { file: { type: 'string', required: true, values: Object.keys(layeredFiles), describe: 'which configuration' } },
  shape: record({
    accepted: boolean('false: the program refuses to work'),
    problem: string('why it does not, or why no container is made with it'),
    layers: list(string('a path'), 'the files that are in scope, when they are accepted'),
  }),
  touches: (q) => layeredFiles[q.file]?.touches ?? [],
  *learn(q, as): Asking<Fact> {
    const layered = layeredFiles[q.file];
    if (!layered) return { is: 'unknown', why: 'unsupported', said: `${q.file} is no configuration that pretrip knows`, where: [] };
    const seen = yield* layered.learn(as);
    if (seen.is === 'unknown')
      return seen.why === 'unparsable'
        ? new FactBuilder()
            .set('accepted', false, ...seen.where)
            .set('problem', seen.said, ...seen.where)
            .build()
        : seen;
    const files = Array.isArray(seen.value.layers) ? seen.value.layers.map((path) => ({ path: String(path) })) : [];
    const fact = new FactBuilder()
      .consulted(...seen.consulted)
      .set('accepted', true, ...(files.length > 0 ? files : seen.consulted))
      .at('problem', ...(files.length > 0 ? files : seen.consulted));
    // Commands work, and yet there will be no container.
    const [broken] = Array.isArray(seen.value.unstartable) ? seen.value.unstartable : [];
    const unseen = seen.gaps.get('unstartable');
    if (unseen) fact.gap('problem', unseen);
    else if (broken !== undefined) fact.set('problem', String(broken), ...(seen.where.get('unstartable.0') ?? []));
    const gap = seen.gaps.get('layers');
    return gap ? fact.gap('layers', gap).build() : fact.set('layers', seen.value.layers, ...files).build();
  },
});
