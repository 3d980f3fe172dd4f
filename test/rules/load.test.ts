import { describe, expect, test } from 'vitest';
import { loadRule } from '../../src/rules/text/load.ts';

const good = `id: podman.api.example
title: an example holds
severity: medium
why: because
check:
  - file: /etc/example
    expect: { mode: { noMoreThan: "0600" } }
`;

const messages = (text: string, idFromPath?: string): string[] =>
  (loadRule('r.yaml', text, idFromPath).problems ?? []).map((p) => `${p.line}:${p.column} ${p.message}${p.hint ? ` | ${p.hint}` : ''}`);

const wrong = (from: string, to: string): string[] => messages(good.replace(from, to));

test('a good rule has no problems', () => {
  expect(messages(good, 'podman.api.example')).toEqual([]);
});

describe('mistakes are found at load, with line, column and what to do', () => {
  const table: [string, string, string, RegExp][] = [
    ['a misspelt key', 'severity:', 'severty:', /^3:1 unknown key "severty" in a rule \| did you mean "severity"\?/],
    ['a misspelt kind', '- file:', '- fle:', /^6:5 unknown fact kind or key "fle" \| did you mean "file"\?/],
    ['a misspelt path', 'mode:', 'mod:', /^7:15 there is no "mod" here \| did you mean "mode"\?/],
    ['a misspelt operator', 'noMoreThan', 'noMoreThen', /^7:23 unknown operator "noMoreThen" \| did you mean "noMoreThan"\?/],
    ['an unquoted octal', '"0600"', '0600', /unquoted octal 0600 would be read as 600 \| write "0600"/],
    ['an empty expect', '{ mode: { noMoreThan: "0600" } }', '{}', /expect is empty: it would pass without looking/],
    ['a missing expect', '    expect: { mode: { noMoreThan: "0600" } }\n', '', /nothing is expected here/],
    ['an empty matcher', '{ noMoreThan: "0600" }', '{}', /this matcher tests nothing/],
    ['only ifUnset', '{ noMoreThan: "0600" }', '{ ifUnset: "0600" }', /ifUnset only stands in/],
    ['an operator for another type', '{ noMoreThan: "0600" }', '{ contains: "x" }', /"contains" cannot be used on a mode/],
    ['a value that can never be equal', 'mode: { noMoreThan: "0600" }', 'exists: "yes"', /"yes" can never equal a boolean/],
    ['a value outside the known words', 'mode: { noMoreThan: "0600" }', 'type: folder', /this is never "folder"/],
    ['a regular expression with look-ahead', 'mode: { noMoreThan: "0600" }', 'target: { matches: "(?=x)" }', /not an RE2 regular expression/],
    ['an id that is none', 'podman.api.example', 'Podman_API', /"Podman_API" is no rule id/],
    ['an unknown severity', 'severity: medium', 'severity: meduim', /severity must be one of.*did you mean "medium"\?/],
    ['an unknown parameter', '"0600" }', '{ param: mode } }', /there is no parameter "mode" \| declare it under "params:"/],
    ['each outside forEach', '/etc/example\n', '{ each: home }\n', /"each" has a meaning only under forEach/],
    ['ifNone without forEach', 'why: because', 'why: because\nifNone: unknown', /"ifNone" has a meaning only beside forEach/],
    ['ifNone that would pass', 'why: because', 'why: because\nforEach: engine\nifNone: pass', /ifNone must be one of: unknown/],
    ['ifNone without a word', 'why: because', 'why: because\nforEach: engine\nifNone: { severity: low }', /ifNone needs "unknown"/],
    [
      'a when that needs a subject, beside ifNone',
      'why: because',
      'why: because\nforEach: engine\nifNone: unknown\nwhen: [{ file: { each: home }, expect: { exists: true } }]',
      /"each" has a meaning only under forEach/,
    ],
    ['a duplicate key', 'why: because', 'why: because\nwhy: again', /^5:1 map keys must be unique/],
    ['two kinds in one item', '    expect', '    text: /etc/x\n    expect', /one item, one fact/],
    [
      'an empty check',
      'check:\n  - file: /etc/example\n    expect: { mode: { noMoreThan: "0600" } }',
      'check: []',
      /check is empty: it would pass without looking/,
    ],
    ['a null expectation', 'mode: { noMoreThan: "0600" }', 'mode:', /an expectation needs a value or operators/],
  ];
  test.each(table)('%s', (_, from, to, message) => {
    expect(wrong(from, to).join('\n')).toMatch(message);
  });

  test('all of them at once', () => {
    expect(
      messages(good.replace('severity: medium', 'severity: x').replace('mode:', 'mod:').replace('why: because', 'whyy: because')).length,
    ).toBeGreaterThanOrEqual(3);
  });

  test('an id that differs from the path', () => {
    expect(messages(good, 'podman.api.other')).toEqual([
      '1:5 the id says "podman.api.example", the path says "podman.api.other" | the path of a rule file is its id',
    ]);
  });

  test('an unused parameter', () => {
    expect(messages(`${good}params: { x: { default: 1 } }\n`).join()).toMatch(/parameter "x" is not used/);
  });

  test.each([
    ['name: unit, manager: { param: m }', 'm: { default: both }', 'unit.manager must be one of: system, user'],
    ['name: { param: m }', 'm: { default: [a] }', 'unit.name must be text, and so must the default of parameter "m"'],
    ['name: { param: m }', 'm: { default: a.service }', ''],
  ])('a default that the query %s cannot take', (query, param, message) => {
    const rule = `${good.replace(/- file.*/s, `- unit: { ${query} }\n    expect: { masked: false }`)}\nparams: { ${param} }\n`;
    expect(messages(rule).join()).toContain(message);
    if (message === '') expect(messages(rule)).toEqual([]);
  });

  test('a version written as a number', () => {
    expect(messages(good.replace('- file: /etc/example', '- tool: podman').replace('mode: { noMoreThan: "0600" }', 'version: { atLeast: 4 }')).join()).toMatch(
      /a version must be quoted \| write "4"/,
    );
  });

  test('no text at all', () => {
    expect(messages('').length).toBeGreaterThan(0);
    expect(messages('just words').length).toBeGreaterThan(0);
    expect(messages('- 1\n- 2').length).toBeGreaterThan(0);
  });

  test('a remedy step that does two things, or nothing known', () => {
    expect(messages(`${good}remedy:\n  - run: [a]\n    chmod: /x\n`).join()).toMatch(/exactly one thing/);
    expect(messages(`${good}remedy:\n  - chmod: /x\n`).join()).toMatch(/needs "mode"/);
    expect(messages(`${good}remedy:\n  - wirte: /x\n`).join()).toMatch(/exactly one thing/);
  });
});
