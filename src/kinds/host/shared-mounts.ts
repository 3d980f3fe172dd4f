/** Kind `shared-mounts`: how the places are mounted to which everybody may write, and the homes. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Where } from '../../facts/fact.ts';
import { type BootMount, bootMounts } from '../../facts/host/boot-mounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, type Shape, string } from '../../facts/shape.ts';

const wanted = ['nosuid', 'nodev'];

const places = (describe: string): Shape =>
  list(
    record({ point: string('the place'), lacks: list(string('an option'), 'what is missing'), better: string('all options, with those that are missing') , file: string('what mounts it') }),
    describe,
  );

export const sharedMounts = defineKind({
  name: 'shared-mounts',
  noun: 'the mounts of shared places',
  describe:
    'How /tmp, /var/tmp, /dev/shm and /home are mounted: by the running kernel, on an image by fstab(5), mount units, or the manager itself. Options looked for: nosuid and nodev.',
  fields: {},
  shape: record({
    lax: places('file systems of their own without nosuid or nodev'),
    within: places('places on the file system of what lies above them'),
  }),
  touches: () => [bootMounts],
  *learn(): Asking<Fact> {
    const each = yield* bootMounts();
    if ('is' in each) return each;
    const fact = new FactBuilder().consulted(...each.map((m) => m.at));
    const lacks = (m: BootMount): string[] => wanted.filter((o) => m.options !== undefined && !m.options.includes(o));
    setAll(
      fact,
      'lax',
      each.filter((m) => lacks(m).length > 0).map((m) => ({ m, lacks: lacks(m) })),
      each.map((m) => m.at),
    );
    setAll(
      fact,
      'within',
      each.filter((m) => m.options === undefined).map((m) => ({ m, lacks: wanted })),
      each.map((m) => m.at),
    );
    return fact.build();
  },
});

function setAll(fact: FactBuilder, field: string, each: readonly { readonly m: BootMount; readonly lacks: readonly string[] }[], consulted: readonly Where[]): void {
  const values = each.map(({ m, lacks }): Json => ({ point: m.point, lacks, better: [...(m.options ?? []), ...lacks].filter((o) => o !== '').join(), file: m.at.path }));
  fact.set(field, values, ...(each.length > 0 ? each.map(({ m }) => m.at) : consulted));
  for (const [at, { m }] of each.entries()) fact.at([field, String(at)], m.at);
}
