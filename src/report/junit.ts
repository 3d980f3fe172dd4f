/**
 * JUnit XML. A suite is a topic of the target, a test case a verdict: fail is
 * a failure, unknown an error, not applicable and waived are skipped with
 * their reason. There is no clock here, so every `time` is 0.
 *
 * The `common` dialect satisfies windyroad's JUnit.xsd and Jenkins'
 * junit-10.xsd; `rich` adds totals, `file`, `line` and properties of test
 * cases, which GitHub and GitLab read and both schemas refuse.
 */
import type { Report, RuleCard, Verdict } from '../verdicts/report.ts';
import { reaches } from '../verdicts/summarize.ts';
import { bare, cards, decidingFirst, isWaived, ledger, places, placeText } from './findings.ts';
import { formatOfOne } from './format.ts';
import { missingText } from './missing.ts';
import { stepText } from './steps.ts';
import type { Style } from './style.ts';
import { clip, visible } from './text.ts';
import { token, xmlAttributes, xmlText } from './xml.ts';

/** GitLab refuses files over 30 MB; one value from a host must not fill it. */
const longestText = 4000;
const mostPlaces = 100;

type Fate = 'pass' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly verdict: Verdict;
  /** Unique in its suite: GitLab counts only the first of a name. */
  readonly name: string;
  readonly fate: Fate;
  readonly card: RuleCard | undefined;
}

export const junit = formatOfOne({
  for: 'programs',
  describe: 'JUnit XML for CI servers, valid for the windyroad and Jenkins schemas',
  extension: 'xml',
  options: {
    dialect: { values: ['common', 'rich'], describe: 'common: valid everywhere; rich: with file and line' },
    'below-threshold': { values: ['failure', 'skipped', 'pass'], describe: 'what JUnit makes of failures below --fail-on' },
  },
  render: (report, { failOn }, { dialect, 'below-threshold': below }) => document(report, { rich: dialect === 'rich', failOn, below }),
});

interface Manner {
  /** With what only some readers take. */
  readonly rich: boolean;
  readonly failOn: Style['failOn'];
  /** What a failure below `failOn` is. */
  readonly below: 'failure' | 'skipped' | 'pass';
}

function document(report: Report, manner: Manner): string {
  const { rich } = manner;
  const suites = byTopic(report, manner);
  const totals = rich ? xmlAttributes({ name: 'pretrip', ...counts(suites.flatMap(({ cases }) => cases)), time: '0' }) : '';
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${totals}>`,
    ...suites.flatMap((suite, id) => suiteLines(suite, id, report, rich)),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

function byTopic(report: Report, manner: Manner): Suite[] {
  const byId = cards(report);
  const suites = new Map<string, Case[]>();
  const taken = new Set<string>();
  for (const verdict of report.verdicts) {
    const suite = token(`${report.target.name}.${verdict.rule.split('.')[0]}`, 'pretrip');
    const card = byId.get(verdict.rule);
    const subject = verdict.subject === undefined ? '' : ` [${verdict.subject}]`;
    const name = unique(clip(token(`${verdict.rule}${subject} ${card?.title ?? ''}`, 'rule'), longestText), taken);
    const cases = suites.get(suite) ?? [];
    cases.push({ verdict, name, fate: fateOf(verdict, manner), card });
    suites.set(suite, cases);
  }
  return [...suites].map(([name, cases]) => ({ name, cases }));
}

/** Two subjects may differ only in what is not seen. */
function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name} (${count})`;
  taken.add(free);
  return free;
}

function fateOf(verdict: Verdict, { failOn, below }: Manner): Fate {
  if (verdict.outcome === 'not-applicable' || isWaived(verdict)) return 'skipped';
  if (verdict.outcome === 'unknown') return 'error';
  if (verdict.outcome === 'pass') return 'pass';
  return reaches(verdict.severity, failOn) ? 'failure' : below;
}

function counts(cases: readonly Case[]): Record<'tests' | 'failures' | 'errors' | 'skipped', number> {
  const count = (fate: Fate): number => cases.filter((c) => c.fate === fate).length;
  return { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
}

function suiteLines({ name, cases }: Suite, id: number, report: Report, rich: boolean): string[] {
  const { target, tool } = report;
  const attributes = {
    id,
    package: 'pretrip',
    name,
    hostname: token(target.name, 'localhost'),
    timestamp: timestamp(target.takenAt),
    ...counts(cases),
    time: '0',
  };
  const properties = {
    version: tool.version,
    rules: tool.rules,
    'target.kind': target.kind,
    snapshot: target.snapshot,
    ...(target.truncated ? { truncated: 'the snapshot lacks its end record: what it lacks is unknown' } : {}),
  };
  return [
    `  <testsuite${xmlAttributes(attributes)}>`,
    ...propertyLines([...Object.entries(properties), ...profileProperties(report)], '    '),
    ...cases.flatMap((one) => caseLines(one, name, rich)),
    `    <system-out>${xmlText(`whole run: ${ledger(report)}`)}</system-out>`,
    '    <system-err/>',
    '  </testsuite>',
  ];
}

function profileProperties({ caveats = [], profiles, undecidedProfiles = [] }: Report): [string, string][] {
  return [
    ...caveats.map(({ said }): [string, string] => ['note', said]),
    ...profiles.map(({ id, because }): [string, string] => ['profile', `${id}: ${because}`]),
    ...undecidedProfiles.map(({ id, because }): [string, string] => ['undecided-profile', `${id} may apply: ${because}`]),
  ];
}

function propertyLines(properties: readonly (readonly [string, string])[], indent: string): string[] {
  const lines = properties.map(([name, value]) => `${indent}  <property${xmlAttributes({ name, value })}/>`);
  return [`${indent}<properties>`, ...lines, `${indent}</properties>`];
}

function caseLines({ verdict, name, fate, card }: Case, suite: string, rich: boolean): string[] {
  const [place] = places(verdict);
  const isFile = place !== undefined && !/^(?:command|env|socket):/.test(place.path);
  const attributes = {
    classname: suite,
    name,
    time: '0',
    ...(rich && isFile ? { file: place.path, line: place.line } : {}),
  };
  const properties: [string, string][] = [
    ['outcome', verdict.outcome],
    ['severity', verdict.severity],
    ...(verdict.subject === undefined ? [] : [['subject', verdict.subject] as [string, string]]),
  ];
  const inner = [...(rich ? propertyLines(properties, '      ') : []), ...fateLines(verdict, fate, card)];
  const start = `    <testcase${xmlAttributes(attributes)}`;
  return inner.length === 0 ? [`${start}/>`] : [`${start}>`, ...inner, '    </testcase>'];
}

function fateLines(verdict: Verdict, fate: Fate, card: RuleCard | undefined): string[] {
  const message = clip(bare(verdict), longestText);
  switch (fate) {
    case 'pass':
      return [];
    case 'skipped':
      return [`      <skipped${xmlAttributes({ message: reason(verdict, message) })}/>`];
    case 'error':
      return [`      <error${xmlAttributes({ type: 'unknown', message })}>${xmlText(body(verdict, card))}</error>`];
    case 'failure':
      return [`      <failure${xmlAttributes({ type: verdict.severity, message })}>${xmlText(body(verdict, card))}</failure>`];
  }
}

function reason(verdict: Verdict, message: string): string {
  if (verdict.outcome === 'not-applicable') return `not applicable: ${message}`;
  if (!isWaived(verdict) || !verdict.waived) return `below the threshold (${verdict.severity}): ${message}`;
  return `waived until ${verdict.waived.until} by ${verdict.waived.by}: ${verdict.waived.because} (${verdict.outcome}: ${message})`;
}

/** What was found, each place on its own line, why it matters, what to do. */
function body(verdict: Verdict, card: RuleCard | undefined): string {
  const steps = (verdict.remedy ?? []).flatMap((step, at) => {
    const { line, content, note } = stepText(step);
    return [`${at === 0 ? 'mend: ' : '      '}${line}`, ...content.map((text) => `        ${text}`), ...(note === '' ? [] : [`      ${note}`])];
  });
  const reasons = decidingFirst(verdict).flatMap((e) => (e.truth === 'yes' ? [] : [e.said]));
  const url = card?.references.find((reference) => reference.url !== undefined)?.url;
  return [
    '',
    bare(verdict),
    ...(reasons.length > 1 ? reasons : []),
    ...places(verdict)
      .slice(0, mostPlaces)
      .map((place) => `${placeText(place)}${place.said === undefined ? '' : `  ${place.said}`}`),
    ...(card ? [`why: ${card.why}`] : []),
    ...steps,
    ...(verdict.next === undefined ? [] : [`do: ${verdict.next}`]),
    ...(verdict.missing ?? []).slice(0, mostPlaces).map((m) => `lacks: ${missingText(m)}`),
    ...(url === undefined ? [] : [`see: ${url}`]),
    '',
  ]
    .map((line) => clip(visible(line), longestText))
    .join('\n');
}

/** UTC without its zone, as windyroad's schema wants it. */
function timestamp(takenAt: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(takenAt) && !Number.isNaN(Date.parse(takenAt)) ? takenAt.slice(0, 19) : '1970-01-01T00:00:00';
}
