import { expect, test } from 'vitest';
import { loadCases } from '../../src/rules/text/cases.ts';
import { loadRule } from '../../src/rules/text/load.ts';
import { fc } from '../property.ts';

const good = 'id: a.b\ntitle: t\nseverity: low\nwhy: w\ncheck:\n  - file: /x\n    expect: { exists: true }\n';

test('any text gives a rule or located problems, and never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.tuple(fc.nat(good.length), fc.string()).map(([at, s]) => good.slice(0, at) + s + good.slice(at)),
      ),
      (text) => {
        for (const { problems } of [loadRule('f', text), loadCases('f', text)]) for (const p of problems ?? []) expect(p.line).toBeGreaterThan(0);
      },
    ),
    { numRuns: 500 },
  );
});
