/** Kind `audit-denials`: what SELinux or AppArmor refused containers since the host was started. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { addTo } from '../../facts/grouped.ts';
import { type Denial, denials } from '../../facts/host/denials.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, string } from '../../facts/shape.ts';

export const auditDenials = defineKind({
  name: 'audit-denials',
  noun: 'what containers were refused',
  describe:
    'Accesses of containers, and of the programs that run them, that SELinux or AppArmor refused since the host was started, by the log of auditd and the journal. What dontaudit rules hide is in neither.',
  fields: {},
  shape: record({
    count: number('how many'),
    refused: list(
      record({
        program: string('the program'),
        as: string('its domain or profile'),
        by: string('who refused it', ['SELinux', 'AppArmor']),
        times: number('how often'),
      }),
      'each program once for each domain',
    ),
  }),
  touches: () => [denials],
  *learn(): Asking<Fact> {
    const found = yield* denials();
    if (found.is === 'unknown') return found;
    const kept = new Map<string, Denial[]>();
    for (const one of found.each) {
      const key = `${one.by} ${one.as} ${one.program}`;
      addTo(kept, key, one);
    }
    const all = [...kept.values()].map((those) => ({ first: those[0] as Denial, times: timesOf(those) }));
    const places = all.length > 0 ? all.map(({ first }) => first.where) : found.consulted;
    const fact = new FactBuilder().consulted(...found.consulted).set(
      'count',
      all.reduce((sum, { times }) => sum + times, 0),
      ...places,
    );
    fact.set(
      'refused',
      all.map(({ first: { program, as, by }, times }) => ({ program, as, by, times })),
      ...found.consulted,
    );
    for (const [at, { first }] of all.entries()) fact.at(['refused', String(at)], first.where);
    return fact.build();
  },
});

/** The journal may have the same records as the log of auditd. */
const timesOf = (those: readonly Denial[]): number => Math.max(...[...Map.groupBy(those, ({ where }) => where.path).values()].map((one) => one.length));
