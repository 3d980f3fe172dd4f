/** What reaches a terminal, a pipe or a CI log. */

import { describe, expect, test } from 'vitest';
import { textOf } from '../../src/report/format.ts';
import * as formats from '../../src/report/formats.ts';
import { columns } from '../../src/report/width.ts';
import type { Report } from '../../src/verdicts/report.ts';
import { fc } from '../property.ts';
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
        fc.property(report, fc.integer({ min: 40, max: 210 }), fc.boolean(), fc.constantFrom(...everyChoice(format)), (any, width, verbose, choices) => {
          const text = textOf(format, any, { ...style, show: all, width, verbose, colour: coloured }, choices);
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
      fc.property(report, fc.integer({ min: 40, max: 210 }), fc.boolean(), (any, width, verbose) => {
        for (const line of table(any, { ...style, show: all, width, verbose }).split('\n')) expect(columns(line)).toBeLessThanOrEqual(width);
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

/** The blocks between empty lines. */
const blocks = (text: string): string[] => text.split(/\n{2,}/).map((block) => block.trimEnd());
const waivedOnly = sample.verdicts.filter((v) => v.waived);

describe('the table', () => {
  const text = table(sample, style);

  test('the first lines say who was inspected, whether it passes and for what, and count all failures', () => {
    expect(text.split('\n').slice(0, 4)).toEqual([
      'edge-01 (ssh)   inspected as driver, 2026-11-22 09:00 UTC',
      'NOT READY for k3d-rootless',
      '8 checks fail: 1 critical, 3 high, 1 medium, 1 low, 1 info, 1 waived',
      '2 could not be decided, 1 of them at or above high',
    ]);
  });

  test('then what to do, one step a cause', () => {
    const [, plan = ''] = blocks(text);
    expect(plan).toMatch(/^What makes the gate pass, in this order \(first steps; pretrip fix prints all\)$/m);
    expect(plan).toMatch(/^ {2}1 {2}root {2}rm .* closes 1$/m);
    expect(plan).toMatch(/^ 10 +root +sudo pretrip capture --for RUN\.json +decides 1$/m);
  });

  test('an entry has the sentence, the place with what stands there, the first step and the rule', () => {
    expect(text).toContain(
      [
        'subuid.count: expected at least 65536, found 1000.',
        '     /etc/subuid:2                             podman.rootless.subuid (user:bob)',
        '   fix 4  as root: usermod --add-subuids 165536-231071 bob',
      ].join('\n'),
    );
  });

  test('the line of a file stands there as it is', () => {
    const [first] = sample.verdicts.filter((v) => v.rule === 'podman.api.service-timeout');
    const place = { path: '/etc/containers/containers.conf', line: 3, column: 1, text: '  service_timeout = 5', said: 'wins' };
    const one: Report = {
      ...sample,
      verdicts: [{ ...(first as Report['verdicts'][number]), severity: 'high', evidence: [{ truth: 'no', said: 'x', where: [place] }] }],
    };
    expect(table(one, style)).toContain('\n     /etc/containers/containers.conf:3    service_timeout = 5\n');
  });

  test('failures that one fix closes are told as one', () => {
    const fails = sample.verdicts.filter((v) => v.rule === 'cgroup.delegate.configured').flatMap((v) => [v, { ...v, rule: 'k3d.rootless.cpuset' }]);
    const both = table({ ...sample, verdicts: fails }, style);
    expect(both.match(/expected to contain/g)).toHaveLength(1);
    expect(both).toContain('   cgroup.delegate.configured, k3d.rootless.cpuset\n');
    expect(both).toMatch(/write .* closes 2$/m);
  });

  test('a path is cut in its middle, a command never', () => {
    const path = `/etc/${'deep/'.repeat(20)}containers.conf`;
    const argv = ['usermod', '--add-subuids', ...Array.from({ length: 12 }, (_, at) => `${at}00000-${at}65535`), 'driver'];
    const verdicts: Report['verdicts'] = [
      {
        ...(sample.verdicts[0] as Report['verdicts'][number]),
        evidence: [{ truth: 'no', said: 'x', where: [{ path, line: 7 }] }],
        remedy: [{ run: argv, needs: 'root' }],
      },
    ];
    const lines = table({ ...sample, verdicts }, style).split('\n');
    const at = lines.find((line) => line.includes('deep/')) ?? '';
    expect(at).toMatch(/^ +\/etc\/deep\/.*….*containers\.conf:7$/);
    expect(lines.join(' ').replace(/ +/g, ' ')).toContain(argv.join(' '));
  });

  test('what is waived stands apart, and is not asked for', () => {
    expect(blocks(text).find((block) => block.startsWith('── waived (1)'))).toContain('until 2027-03-31 by platform@example.org');
    expect(table({ ...sample, verdicts: waivedOnly }, style)).not.toContain('usermod');
  });

  test('what was not decided is told by what decides it', () => {
    const denied = Array.from({ length: 9 }, (_, at) => ({
      ...(sample.verdicts.find((v) => v.outcome === 'unknown') as Report['verdicts'][number]),
      rule: `rule.n${at}`,
      missing: [{ do: 'read' as const, path: '/root/x', privilege: 'root' as const, because: 'denied' }],
    }));
    const open = (kind: string, here: boolean): string => table({ ...sample, target: { ...sample.target, kind }, verdicts: denied }, { ...style, here });
    expect(open('local', true)).toContain('  9  need root: sudo pretrip scan\n');
    expect(open('local', false)).toContain('  9  need root: sudo pretrip capture --for RUN.json');
    expect(open('ssh', true)).toContain('  9  need root: scan it again with --sudo\n');
    expect(open('local', true)).toMatch(/^ {2}1 {2}root {2}sudo pretrip scan +decides 9$/m);
  });

  test('looking again keeps what was selected', () => {
    const [unknown] = sample.verdicts.filter((v) => v.outcome === 'unknown');
    const verdict = { ...(unknown as Report['verdicts'][number]), missing: [{ do: 'read' as const, path: '/x', privilege: 'root' as const, because: 'b' }] };
    const target = { ...sample.target, kind: 'local', accounts: ['driver'] };
    const again = table({ ...sample, target, selection: { profiles: ['k3d-rootless'], params: ['a=b c'] }, verdicts: [verdict] }, { ...style, here: true });
    expect(again).toContain("sudo pretrip scan -p k3d-rootless -D 'a=b c' --account driver");
  });

  test('-v tells each finding whole', () => {
    const whole = table(sample, { ...style, verbose: true });
    for (const part of [
      'pretrip 0.1.0, 9 rules',
      'profile base: every host',
      '   about    user:driver',
      '   at       /home/driver/.config/containers/containers.conf:1:1  (outside',
      "   needed   Podman's API service never times out",
      '   why      The service leaves after five idle seconds',
      '[engine]',
      '2. as the user: systemctl --user restart podman.socket',
      'pretrip rules show podman.api.service-timeout',
      'Not decided: permission denied: /home/carol/.kube/config',
      '   next     scan as root or as carol',
      '   waived   until 2027-03-31 by platform@example.org',
    ])
      expect(whole).toContain(part);
  });

  test('with -v several users with one remedy read it once', () => {
    const twice = sample.verdicts.filter((v) => v.rule === 'podman.api.service-timeout').flatMap((v) => [v, { ...v, subject: 'user:second' }]);
    const whole = table({ ...sample, verdicts: twice }, { ...style, verbose: true });
    expect(whole.match(/systemctl --user restart/g)).toHaveLength(1);
    expect(whole).toContain('   about    user:second\n');
  });

  test('the last line balances, and names the gate', () => {
    expect(text.trimEnd().split('\n').slice(-2).join(' ')).toBe('12 checks: 1 pass, 8 fail (1 waived), 2 not decided, 1 does not apply. Gate: FAILED (1)');
  });

  test('is ready only when something was judged and nothing that counts is open', () => {
    const { undecidedProfiles: _, ...decided } = sample;
    const only = (outcome: string): string => table({ ...decided, verdicts: sample.verdicts.filter((v) => v.outcome === outcome) }, style);
    expect(only('pass')).toMatch(/^READY for k3d-rootless\nNo check fails\.$/m);
    for (const outcome of ['not-applicable', 'nothing']) expect(only(outcome)).toContain('NOT DECIDED for k3d-rootless, base: nothing was judged');
    for (const outcome of ['not-applicable', 'nothing', 'fail', 'unknown']) expect(only(outcome)).not.toMatch(/^READY|Gate: passed/m);
    const cut: Report = { ...decided, target: { ...sample.target, truncated: true }, verdicts: sample.verdicts.filter((v) => v.outcome === 'pass') };
    expect(table(cut, style)).toMatch(/^NOT DECIDED for .*: the snapshot is cut off/m);
    expect(table({ ...sample, verdicts: cut.verdicts }, style)).toContain('Note: crio-backend may apply as well: permission denied: /etc/crio');
    expect(table(sample, { ...style, failOn: 'never', allowIncomplete: true })).toMatch(/^NO GATE/m);
  });

  test('several targets end with a line for each, and the gate of all', () => {
    const other: Report = { ...sample, target: { ...sample.target, name: 'edge-02' }, verdicts: sample.verdicts.filter((v) => v.outcome === 'pass') };
    const page = formats.table.render([sample, other], style);
    expect(page.trimEnd().split('\n').slice(-3)).toEqual([
      'edge-01  NOT READY  1 critical, 3 high, 3 lower, 2 not decided',
      'edge-02  READY      nothing fails',
      '2 targets: 1 ready, 1 not ready.  Gate: FAILED (1)',
    ]);
  });

  test('plain draws nothing and lines nothing up', () => {
    const said = table(sample, style, { style: 'plain' });
    expect(said).not.toMatch(/[─│┌]|\S {3,}\S/);
    expect(said).toMatch(/^1\. root: rm .*\(closes 1\)$/m);
  });

  test('without colour there is none, whatever the environment says; with it, only colour is added', () => {
    for (const verbose of [false, true]) {
      const coloured = table(sample, { ...style, verbose, colour: true });
      expect(coloured).toMatch(colour);
      expect(coloured.replace(colour, '')).toBe(table(sample, { ...style, verbose }));
    }
  });
});
