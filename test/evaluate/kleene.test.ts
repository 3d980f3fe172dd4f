/** How items combine: absences, severities, groups. */
import { describe, expect, test } from 'vitest';
import type { HostSpec } from '../../src/collect/composed/composed.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { loadRule } from '../../src/rules/text/load.ts';
import { judgeOn } from '../../src/try.ts';

function rule(body: string): Rule {
  const loaded = loadRule('t.yaml', `id: a.b\ntitle: t\nseverity: high\nwhy: w\n${body}`);
  if (!loaded.rule) throw new Error(JSON.stringify(loaded.problems));
  return loaded.rule;
}

const verdict = (body: string, files: HostSpec['files']): string => {
  const [v] = judgeOn(rule(body), { files: files ?? {} }).verdicts;
  return `${v?.outcome} ${v?.severity}`;
};

const yes = '/yes';
const files = { '/yes': 'x', '/denied/x': 'x', '/denied': { type: 'directory', blocked: 'denied' } } as const;
const item = (path: string, extra = ''): string => `  - file: ${path}\n    expect: { type: file }\n${extra}`;

describe('items of check', () => {
  const table: [string, string, string][] = [
    ['all hold', item(yes), 'pass high'],
    ['one fails', item(yes) + item('/no'), 'fail high'],
    ['one is unknown', item(yes) + item('/denied/x'), 'unknown high'],
    ['a failure decides beside an unknown of the same weight', item('/no') + item('/denied/x'), 'fail high'],
    ['a small failure does not hide a large unknown', item('/no', '    severity: low\n') + item('/denied/x'), 'unknown high'],
    ['a large failure decides beside a small unknown', item('/no') + item('/denied/x', '    severity: low\n'), 'fail high'],
    ['only the small one fails', item(yes) + item('/no', '    severity: low\n'), 'fail low'],
    ['only the small one is unknown', item(yes) + item('/denied/x', '    severity: low\n'), 'unknown low'],
    ['not applicable counts for nothing', item(yes) + item('/no', '    ifMissing: not-applicable\n'), 'pass high'],
    ['nothing applies', item('/no', '    ifMissing: not-applicable\n'), 'not-applicable high'],
    [
      'nothing applies and something is unknown',
      item('/no', '    ifMissing: not-applicable\n') + item('/denied/x', '    ifMissing: not-applicable\n'),
      'unknown high',
    ],
    ['missing may be right', item('/no', '    ifMissing: pass\n'), 'pass high'],
  ];
  test.each(table)('%s', (_, items, wanted) => {
    expect(verdict(`check:\n${items}`, files)).toBe(wanted);
  });
});

describe('groups', () => {
  const group = (word: string, ...paths: string[]): string =>
    `check:\n  - ${word}:\n${paths.map((p) => `      - file: ${p}\n        expect: { type: file }\n`).join('')}`;
  const table: [string, string, string][] = [
    ['any: one holds', group('any', '/no', yes, '/denied/x'), 'pass high'],
    ['any: none holds, one unknown', group('any', '/no', '/denied/x'), 'unknown high'],
    ['any: none holds', group('any', '/no', '/nope'), 'fail high'],
    ['all: an unknown', group('all', yes, '/denied/x'), 'unknown high'],
    ['none: one holds', group('none', '/no', yes), 'fail high'],
    ['none: an unknown', group('none', '/no', '/denied/x'), 'unknown high'],
    ['none: none holds', group('none', '/no', '/nope'), 'pass high'],
  ];
  test.each(table)('%s', (_, body, wanted) => {
    expect(verdict(body, files)).toBe(wanted);
  });
});

describe('when', () => {
  const when = (path: string, check: string): string => `when:\n  - file: ${path}\n    expect: { exists: true }\ncheck:\n${item(check)}`;
  const table: [string, string, string][] = [
    ['holds', when(yes, yes), 'pass high'],
    ['does not hold', when('/no', yes), 'not-applicable high'],
    ['is unknown: never a pass, since evidence taken away must not lead there', when('/denied/x', yes), 'unknown high'],
  ];
  test.each(table)('%s', (_, body, wanted) => {
    expect(verdict(body, files)).toBe(wanted);
  });
});

describe('what a failing any tells', () => {
  const told = (first: string, second: string, say = ''): string[] => {
    const body = `check:\n  - any:\n      - file: ${first}\n        expect: { type: socket }\n      - file: ${second}\n        expect: { type: socket }\n${say}`;
    const [v] = judgeOn(rule(body), { files }).verdicts;
    return [v?.message ?? '', ...(v?.evidence ?? []).map((e) => e.said)];
  };
  const say = '    say: A socket is missing\n';

  test('its sentence; the evidence is what was found on each way, without the ways whose subject is not there', () => {
    expect(told('/yes', '/no', say)).toEqual(['A socket is missing.', '/yes type is file']);
    expect(told('/no', '/yes', say)).toEqual(['A socket is missing.', '/yes type is file']);
  });
  test('every way, when none has a subject', () => {
    expect(told('/no', '/nope', say)).toEqual(['A socket is missing.', '/no does not exist', '/nope does not exist']);
  });
  test('what each way wanted, when nothing says it for all', () => {
    expect(told('/yes', '/no')[0]).toBe('/yes type is file, wanted socket. /no is not there.');
  });
});

describe('values', () => {
  const check = (expectation: string, content = '{"a":{"b":1,"list":["x","y"]}}'): string => {
    const [v] = judgeOn(rule(`check:\n  - text: /f\n    expect: { ${expectation} }\n`), { files: { '/f': content } }).verdicts;
    return `${v?.outcome}`;
  };
  test('a value of another type never matches, negated or not', () => {
    expect(check('content: { atLeast: "4" }')).toBe('fail');
    expect(check('lines: { excludes: ["zzz"] }')).toBe('pass');
    expect(check('lines: { atLeast: 1 }')).toBe('pass');
    expect(check('lines: { below: 1 }')).toBe('fail');
  });
  test('an unset value fails every operator but present: false', () => {
    expect(check('lines.7: { not: { equals: x } }')).toBe('fail');
    expect(check('lines.7: { excludes: x }')).toBe('fail');
    expect(check('lines.7: { present: false }')).toBe('pass');
    expect(check('lines.7: { present: true }')).toBe('fail');
    expect(check('lines.7: { equals: x, ifUnset: x }')).toBe('pass');
  });
  test('a star means every element', () => {
    expect(check('lines.*: { matches: "^.*$" }', 'a\nb')).toBe('pass');
    expect(check('lines.*: { matches: "^a$" }', 'a\nb')).toBe('fail');
  });
});
