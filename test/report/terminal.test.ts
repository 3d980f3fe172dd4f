/** What reaches a terminal, a pipe or a CI log. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textOf } from '../../src/report/format.ts';
import * as formats from '../../src/report/formats.ts';
import { columns } from '../../src/report/width.ts';
import type { Report } from '../../src/verdicts/report.ts';
import { everyChoice, everyFormat, rendering } from './every-format.ts';
import { report } from './random.ts';
import { sample, style } from './sample.ts';

const concise = rendering(formats.concise);
const table = rendering(formats.table);

const all = ['fail', 'unknown', 'pass', 'not-applicable'] as const;
const colour = /\u001b\[\d+m/g;
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const command =
  /^\s*::(?:add-(?:mask|matcher|path)|debug|echo|(?:end)?group|error|notice|remove-matcher|save-state|set-(?:env|output)|stop-commands|warning)|##(?:\[|vso\[|teamcity\[)/im;

describe('random hostile reports', () => {
  test.each(everyFormat.flatMap(([name, format]) => [false, true].map((coloured) => [name, coloured, format] as const)))(
    '%s, colour %s: no control character, no command',
    (_, coloured, format) => {
      fc.assert(
        fc.property(report, fc.integer({ min: 40, max: 210 }), fc.constantFrom(...everyChoice(format)), (any, width, choices) => {
          const text = textOf(format, any, { ...style, show: all, width, colour: coloured }, choices);
          const bare = coloured && format.for === 'people' ? text.replace(colour, '') : text;
          expect(bare.replace(/[\n\t]/g, '')).not.toMatch(unsafe);
          expect(bare).not.toMatch(command);
        }),
        { numRuns: 60 },
      );
    },
  );

  test('no tab in the table', () => {
    fc.assert(fc.property(report, (any) => void expect(table(any, { ...style, show: all })).not.toContain('\t')));
  });

  test('no line of the table is wider than the terminal', () => {
    fc.assert(
      fc.property(report, fc.integer({ min: 40, max: 210 }), (any, width) => {
        for (const line of table(any, { ...style, show: all, width }).split('\n')) expect(columns(line)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 60 },
    );
  });

  test('concise: one line a finding, six fields, none empty', () => {
    fc.assert(
      fc.property(report, (any) => {
        const lines = concise(any, { ...style, show: all })
          .split('\n')
          .slice(0, -1);
        expect(lines).toHaveLength(any.verdicts.length);
        for (const line of lines) {
          expect(line.split('\t')).toHaveLength(6);
          expect(line.split('\t')).not.toContain('');
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the table', () => {
  const rules = (text: string): string[] => text.split('\n').filter((line) => /^(?:FAIL(?:, WAIVED)?|UNKNOWN|PASS|NOT APPLICABLE) /.test(line));

  test('most severe first, failures before unknowns, waived ones apart', () => {
    expect(rules(table(sample, style)).map((line) => line.split(/ {2,}/).slice(0, 2).join(' '))).toEqual([
      ...['FAIL critical', 'FAIL high', 'FAIL high', 'FAIL medium', 'FAIL low', 'FAIL info'],
      ...['UNKNOWN high', 'UNKNOWN low', 'FAIL, WAIVED high'],
    ]);
  });

  test('each finding shows what, where, why and what to do', () => {
    const text = table(sample, style);
    for (const part of [
      'FAIL  medium  podman.api.service-timeout  user:driver',
      "Podman's API service never times out",
      'engine.service_timeout: expected 0, found 5.',
      '/home/driver/.config/containers/containers.conf:1:1  outside any',
      'why     The service leaves after five idle seconds',
      '[engine]',
      '2. as the user: systemctl --user restart podman.socket',
      'pretrip rules show podman.api.service-timeout',
      'do      inspect as root or as carol',
      'waived  until 2027-03-31 by platform@example.org',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('a rule that fails for several users is explained once', () => {
    const text = table({ ...sample, verdicts: sample.verdicts.filter((v) => !v.waived) }, style);
    expect(text.match(/Images with more than one user/g)).toHaveLength(1);
    expect(text).toContain('usermod --add-subuids 165536-231071 bob');
  });

  test('several users with one remedy read it once', () => {
    const twice = sample.verdicts.filter((v) => v.rule === 'podman.api.service-timeout').flatMap((v) => [v, { ...v, subject: 'user:second' }]);
    const text = table({ ...sample, verdicts: twice }, style);
    expect(text.match(/systemctl --user restart/g)).toHaveLength(1);
    expect(text).toContain('  user:second\n');
  });

  test('long remedies, contents and evidence are cut, and say so', () => {
    const [first] = sample.verdicts;
    const long: Report = {
      ...sample,
      verdicts: [
        {
          ...(first as Report['verdicts'][number]),
          evidence: [{ truth: 'no', said: 'x', where: Array.from({ length: 30 }, (_, at) => ({ path: `/etc/${at}` })) }],
          remedy: [{ write: '/etc/x', content: 'line\n'.repeat(40) }, ...Array.from({ length: 9 }, (_, at) => ({ manual: `step ${at}` }))],
        },
      ],
    };
    const text = table(long, style);
    expect(text).toContain('… 22 more lines');
    expect(text).toContain('… 32 more lines');
    expect(text).toContain('… 7 more steps');
  });

  test('the grid stays a glance', () => {
    const [first] = sample.verdicts;
    const many = Array.from({ length: 130 }, (_, at) => ({ ...(first as Report['verdicts'][number]), subject: `user:${at}` }));
    const text = table({ ...sample, verdicts: many }, style);
    expect(text).toContain('\n… and 30 more, listed above\n');
    expect(text.match(/^│ fail /gm)).toHaveLength(100);
  });

  test('the ledger balances', () => {
    expect(table(sample, { ...style, width: 200 })).toContain(
      '9 rules, 12 verdicts: 1 pass, 8 fail (1 critical, 3 high, 1 medium, 1 low, 1 info, 1 waived), 2\nunknown (1 high, 1 low), 1 not applicable\n',
    );
  });

  test('says that nothing failed only when something was judged and nothing is unknown', () => {
    const { undecidedProfiles: _, ...decided } = sample;
    const only = (outcome: string): string => table({ ...decided, verdicts: sample.verdicts.filter((v) => v.outcome === outcome) }, style);
    const good = 'Nothing failed, and nothing is unknown.';
    expect(only('pass')).toContain(good);
    expect(only('not-applicable')).toContain('Nothing was judged.');
    expect(only('nothing')).toContain('Nothing was judged.');
    for (const outcome of ['not-applicable', 'nothing', 'fail', 'unknown']) expect(only(outcome)).not.toContain(good);
    expect(table(sample, { ...style, show: [] })).not.toContain(good);
    const cut: Report = { ...decided, target: { ...sample.target, truncated: true }, verdicts: sample.verdicts.filter((v) => v.outcome === 'pass') };
    const unsure = table({ ...sample, verdicts: cut.verdicts }, style);
    expect(unsure).toContain('unsure  crio-backend may apply: permission denied: /etc/crio');
    expect(unsure).not.toContain(good);
    expect(table(cut, style)).toContain('warning the snapshot is truncated');
    expect(table(cut, style)).not.toContain(good);
  });

  test('without colour there is none, whatever the environment says; with it, only colour is added', () => {
    const coloured = table(sample, { ...style, colour: true });
    expect(coloured).toMatch(colour);
    expect(coloured.replace(colour, '')).toBe(table(sample, style));
  });
});
