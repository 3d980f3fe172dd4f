/** Everything a rule is, as Markdown: what `rules show` prints and the reference pages hold. Pure. */

import { operators } from '../expect/operators.ts';
import { inWords } from '../expect/words.ts';
import { type Json, pathKey } from '../facts/fact.ts';
import type { Expectation, Item, Rule, StepTemplate, Test, Value } from '../rules/rule.ts';
import { isGroup } from '../rules/rule.ts';
import type { Step } from '../verdicts/report.ts';

/** How all that a rule may touch is printed. `patterns`: how many lines that are. */
export interface PlanOf {
  readonly command: string;
  readonly patterns?: number;
}

/** The page of a rule. `cases`: sentences of the cases beside it. */
export function describeRule(rule: Rule, cases: readonly { it: string; gives: string }[], reads: PlanOf): string {
  const lines = [
    `# ${rule.id}`,
    '',
    `${rule.title}.`,
    '',
    `Severity ${rule.severity}${rule.profiles.length > 0 ? ` · profiles ${rule.profiles.join(', ')}` : ''}`,
    '',
    '## Why',
    '',
    rule.why,
    '',
  ];
  if (rule.forEach)
    lines.push(
      '## Judged for each',
      '',
      `${rule.forEach.kind}${rule.forEach.filter.length > 0 ? `, where ${rule.forEach.filter.map(expectationWords).join(' and ')}` : ''}`,
      '',
    );
  if (rule.when.length > 0) lines.push('## Applies when', '', ...itemLines(rule.when, ''), '');
  lines.push('## Expects', '', ...itemLines(rule.check, ''), '');
  const params = Object.entries(rule.params);
  if (params.length > 0) lines.push('## Parameters', '', ...params.map(([name, p]) => `- \`${name}\` (default ${inWords(p.default)}): ${p.describe}`), '');
  const what =
    reads.patterns === undefined ? 'every path, program, socket and variable' : `the ${reads.patterns} patterns of paths, programs, sockets and variables`;
  lines.push('## Reads', '', `\`${reads.command}\` prints ${what} that it may touch.`, '');
  if (rule.remedy.length > 0) lines.push('## Fix', '', ...rule.remedy.flatMap(stepLines), '');
  if (rule.controls.length > 0) lines.push('## Controls', '', `${rule.controls.join(', ')}`, '');
  if (rule.references.length > 0) lines.push('## References', '', ...rule.references.map((r) => `- ${r.url ? `[${r.title}](${r.url})` : r.title}`), '');
  if (rule.formerly.length > 0) lines.push('## Formerly', '', rule.formerly.join(', '), '');
  if (cases.length > 0) lines.push('## Shown by its cases', '', ...cases.map((c) => `- ${c.gives}: ${c.it}`), '');
  return lines.join('\n');
}

function itemLines(items: readonly Item[], indent: string): string[] {
  return items.flatMap((item) => {
    const mark = `${item.severity ? ` (${item.severity})` : ''}${item.say ? `: ${item.say}` : ''}`;
    if (isGroup(item))
      return [
        `${indent}- ${{ any: 'one of these holds', all: 'all of these hold', none: 'none of these holds' }[item.group]}${mark}`,
        ...itemLines(item.items, `${indent}  `),
      ];
    const query = Object.entries(item.query)
      .map(([name, value]) => (Object.keys(item.query).length === 1 ? valueWords(value) : `${name} ${valueWords(value)}`))
      .join(', ');
    const missing = item.ifMissing === 'fail' || item.expect.some((e) => e.path[0] === 'exists') ? '' : `, if it is there (otherwise ${item.ifMissing})`;
    return [`${indent}- ${item.kind} ${query}${missing}${mark}`, ...item.expect.map((e) => `${indent}  - ${expectationWords(e)}`)];
  });
}

function expectationWords(e: Expectation): string {
  const unset = e.ifUnset ? ` (unset counts as ${valueWords(e.ifUnset)})` : '';
  return `\`${pathKey(e.path)}\`: ${e.tests.map(testWords).join(' and ')}${unset}`;
}

function testWords(test: Test): string {
  if ('inner' in test) return `anything but ${test.inner.map(testWords).join(' and ')}`;
  return operators[test.operator]?.words(valueWords(test.value)) ?? test.operator;
}

const valueWords = (value: Value): string =>
  'literal' in value ? inWords(value.literal) : 'param' in value ? `parameter ${value.param}` : `the subject's ${value.each}`;

/** One remedy step in Markdown. */
function stepLines(step: Step | StepTemplate): string[] {
  const s = step as Record<string, Json>;
  const text = (value: Json | undefined): string =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? `<${Object.values(value as Record<string, Json>)[0]}>`
      : Array.isArray(value)
        ? value.map((v: Json) => text(v)).join(' ')
        : String(value ?? '');
  const who = s.needs === 'root' ? ' (as root)' : s.needs === 'user' ? ' (as the user)' : '';
  const note = s.note ? [`  ${text(s.note)}`] : [];
  if ('write' in s)
    return [
      `- Write \`${text(s.write)}\`${who}:`,
      '',
      '  ```',
      ...text(s.content)
        .trimEnd()
        .split('\n')
        .map((l) => `  ${l}`),
      '  ```',
      '',
      ...note,
    ];
  if ('chmod' in s) return [`- \`chmod ${text(s.mode)} ${text(s.chmod)}\`${who}`, ...note];
  if ('chown' in s) return [`- \`chown ${text(s.owner)} ${text(s.chown)}\`${who}`, ...note];
  if ('link' in s) return [`- \`ln -s ${text(s.to)} ${text(s.link)}\`${who}`, ...note];
  if ('remove' in s) return [`- \`rm ${text(s.remove)}\`${who}`, ...note];
  if ('run' in s) return [`- \`${text(s.run)}\`${who}`, ...note];
  if ('verify' in s) return [`- To see that it worked: \`${text(s.verify)}\`${who}`, ...note];
  return [`- ${text(s.manual)}${who}`, ...note];
}
