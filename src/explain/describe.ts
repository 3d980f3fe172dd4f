/** Everything a rule is, as Markdown: what `rules show` prints and the reference pages hold. Pure. */

import { operators } from '../expect/operators.ts';
import { inFull } from '../expect/words.ts';
import { type Json, pathKey } from '../facts/fact.ts';
import { generalStep } from '../rules/fill.ts';
import type { Expectation, IfNone, Item, RemedyStep, Rule, Test, Value } from '../rules/rule.ts';
import { isGroup } from '../rules/rule.ts';
import { tellStep } from '../verdicts/steps.ts';

/** How all that a rule may touch is printed. `patterns`: how many lines that are. */
export interface PlanOf {
  readonly command: string;
  readonly patterns?: number;
}

/** The page of a rule. `cases`: sentences of the cases beside it. */
export function describeRule(rule: Rule, cases: readonly { it: string; gives: string }[], reads: PlanOf): string {
  const sections = sectionsOf(rule, cases, reads);
  const index = sections.map(([name]) => name).join(' · ');
  const head = `Severity ${rule.severity}${rule.profiles.length > 0 ? ` · profiles ${rule.profiles.join(', ')}` : ''}`;
  return [
    `# ${rule.id}`,
    '',
    `${rule.title}.`,
    '',
    ...(rule.failing === undefined ? [] : [`When it fails: ${rule.failing}.`, '']),
    head,
    '',
    `Below: ${index}.`,
    '',
    ...sections.flatMap(([name, lines]) => [`## ${name}`, '', ...lines, '']),
  ].join('\n');
}

/** What somebody who was sent here by a finding wants comes first. */
function sectionsOf(rule: Rule, cases: readonly { it: string; gives: string }[], reads: PlanOf): (readonly [name: string, lines: readonly string[]])[] {
  const what =
    reads.patterns === undefined ? 'every path, program, socket and variable' : `the ${reads.patterns} patterns of paths, programs, sockets and variables`;
  const params = Object.entries(rule.params);
  const all: (readonly [name: string, lines: readonly string[]])[] = [
    ['Fix', rule.remedy.flatMap(stepLines)],
    ['Why', [rule.why]],
    [
      'Judged for each',
      rule.forEach ? [`${rule.forEach.kind}${rule.forEach.filter.length > 0 ? `, where ${rule.forEach.filter.map(expectationWords).join(' and ')}` : ''}`] : [],
    ],
    [
      'Where there is none',
      rule.ifNone ? [noneWords(rule.ifNone), ...(rule.ifNone.when.length > 0 ? ['', 'Only where', '', ...itemLines(rule.ifNone.when, '')] : [])] : [],
    ],
    ['Applies when', appliesLines(rule)],
    ['Expects', itemLines(rule.check, '')],
    ['Parameters', params.map(([name, p]) => `- \`${name}\` (default ${defaultWords(p.default)}): ${p.describe}`)],
    ['Reads', [`\`${reads.command}\` prints ${what} that it may touch.`]],
    ['Controls', rule.controls.length > 0 ? [rule.controls.join(', ')] : []],
    ['References', rule.references.map((r) => `- ${r.url ? `[${r.title}](${r.url})` : r.title}`)],
    ['Formerly', rule.formerly.length > 0 ? [rule.formerly.join(', ')] : []],
    ['Shown by its cases', cases.map((c) => `- ${c.gives}: ${c.it}`)],
  ];
  return all.filter(([, lines]) => lines.length > 0);
}

const appliesLines = ({ running, when }: Rule): string[] => {
  const items = itemLines(when, '');
  const alone = running ? 'Judged on running hosts alone: to an image it does not apply.' : 'Judged on images alone: to a running host it does not apply.';
  const images = running === undefined ? [] : [alone];
  return [...images, ...(images.length > 0 && items.length > 0 ? [''] : []), ...items];
};

const noneWords = ({ outcome, severity, say }: IfNone): string => `${outcome}${severity ? ` (${severity})` : ''}${say ? `: ${say}` : ''}`;

/** In full, since a site may want to keep a part of it. */
const defaultWords = (value: Json): string =>
  Array.isArray(value) && value.length > 0 ? value.map((v: Json) => `\`${inFull(v)}\``).join(', ') : inFull(value);

function itemLines(items: readonly Item[], indent: string): string[] {
  return items.flatMap((item) => {
    const where = item.running === undefined ? '' : item.running ? ' (on a running host)' : ' (on an image)';
    const mark = `${where}${item.severity ? ` (${item.severity})` : ''}${item.say ? `: ${item.say.map(code).join(', or ')}` : ''}${item.question ? `; if not, it is unknown: ${item.question}` : ''}`;
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
  // A pattern is not Markdown: `[.](conf)` would be a link.
  const value = test.operator === 'matches' && 'literal' in test.value ? code(valueWords(test.value)) : valueWords(test.value);
  return operators[test.operator]?.words(value) ?? test.operator;
}

const valueWords = (value: Value): string =>
  'literal' in value ? inFull(value.literal) : 'param' in value ? `parameter ${value.param}` : `the subject's ${value.each}`;

/** One remedy step in Markdown. What comes from the subject or a parameter stands as `<name>`. */
function stepLines({ template, if: ways, unless, every }: RemedyStep): string[] {
  const { who, as, line, isCommand, content, note } = tellStep(generalStep(template, (name) => `<${name}>`));
  const conditions = (of: RemedyStep['if']): string => of.map((way) => way.map(expectationWords).join(' and ')).join(', or ');
  const when = [...(ways.length > 0 ? [`if ${conditions(ways)}`] : []), ...(unless.length > 0 ? [`unless ${conditions(unless)}`] : [])].join(', ');
  const each = every === undefined ? '' : `for each of \`${pathKey(every)}\`: `;
  const what = `${when === '' ? '' : `${when}: `}${each}${as === undefined ? '' : `${as}: `}${isCommand ? code(line) : line}${who === undefined ? '' : ` (${who})`}`;
  const watch = note === undefined ? [] : [`  ${note}`];
  if (content === undefined) return [`- ${what}`, ...watch];
  const lines = content.trimEnd().split('\n');
  return [`- ${what}:`, '', '  ```', ...lines.map((l) => `  ${l}`), '  ```', '', ...watch];
}

/** Text that Markdown shows as it is typed. */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}
