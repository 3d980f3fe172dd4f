/**
 * JUnit XML. A suite is a topic of the target, a test case a verdict: fail is
 * a failure, unknown an error, not applicable, waived and answered with yes are
 * skipped with their reason; answered with no is a failure. The document is red where the gate is, and green where it is
 * not. There is no clock here, so every `time` is 0.
 *
 * Servers know a case by `classname` and `name`: target and rule, and the
 * subject. What people word anew, such as titles, stands in the body.
 *
 * The `common` dialect satisfies windyroad's JUnit.xsd and Jenkins'
 * junit-10.xsd; `rich` adds totals, `file`, `line` and properties of test
 * cases, which GitHub and GitLab read and both schemas refuse.
 */
import { answerOf, identityOf, type Report, type RuleCard, type Verdict } from '../verdicts/report.ts';
import { gate, reaches } from '../verdicts/summarize.ts';
import { answerText, bare, cards, decidingFirst, isAccepted, isWaived, ledger, numberOf, places, placeText } from './findings.ts';
import { formatOfOne, type Unjudged } from './format.ts';
import { missingText } from './missing.ts';
import { stepText } from './steps.ts';
import type { Style } from './style.ts';
import { clip, visible } from './text.ts';
import { uriOf } from './uri.ts';
import { token, xmlAttributes, xmlText } from './xml.ts';

/** GitLab refuses files over 30 MB; one value from a host must not fill it. */
const longestText = 4000;
const mostPlaces = 100;

type Fate = 'pass' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly verdict: Verdict;
  /** The target and the rule's id, which also ends it: some readers look for a file of that name. */
  readonly classname: string;
  /** The subject, or the target; unique in its class: GitLab counts only the first of a name. */
  readonly name: string;
  readonly fate: Fate;
  readonly card: RuleCard | undefined;
  /** Its control in the chosen benchmark. */
  readonly control: string | undefined;
}

export const junit = formatOfOne({
  for: 'programs',
  describe: 'JUnit XML for CI servers, valid for the windyroad and Jenkins schemas',
  extension: 'xml',
  options: {
    dialect: { values: ['common', 'rich'], describe: 'common: valid everywhere; rich: with file and line' },
    'below-threshold': { values: ['skipped', 'failure', 'pass'], describe: 'what JUnit makes of failures below --fail-on; unknowns there never pass' },
    unknown: { values: ['error', 'skipped'], describe: 'what JUnit makes of unknowns at or above --fail-on; skipped with --allow-incomplete' },
  },
  render: (report, { failOn, allowIncomplete = false }, { dialect, 'below-threshold': below, unknown }) =>
    document(report, { rich: dialect === 'rich', failOn, below, accepted: allowIncomplete || unknown === 'skipped' }),
  instead: unjudgedDocument,
});

interface Manner {
  /** With what only some readers take. */
  readonly rich: boolean;
  readonly failOn: Style['failOn'];
  /** What a failure below `failOn` is. */
  readonly below: 'failure' | 'skipped' | 'pass';
  /** What is unknown is accepted. */
  readonly accepted: boolean;
}

function document(report: Report, manner: Manner): string {
  const { rich, failOn, accepted } = manner;
  const suites = byTopic(report, manner);
  const all = counts(suites.flatMap(({ cases }) => cases));
  const { status, said } = gate([report], failOn, accepted);
  // Nothing judged, a snapshot cut short: no single case is red, and the run is.
  const closed = status !== 0 && all.failures + all.errors === 0;
  const totals = closed ? { ...all, tests: all.tests + 1, errors: 1 } : all;
  const host = hostOf(report);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${rich ? xmlAttributes({ name: 'pretrip', ...totals, time: '0' }) : ''}>`,
    ...suites.flatMap((suite, id) => suiteLines(suite, id, report, rich)),
    ...(closed ? errorSuite({ id: suites.length, host, at: timestamp(report.target.takenAt), type: 'gate', said }) : []),
    '</testsuites>',
    '',
  ].join('\n');
}

const hostOf = ({ target }: Report): string => token(identityOf(target), 'localhost');

/** A suite with one case that is an error: what no verdict tells. */
function errorSuite({ id, host, at, type, said }: { id: number; host: string; at: string; type: string; said: string }): string[] {
  const suite = { id, package: 'pretrip', name: `${host}.pretrip`, hostname: host, timestamp: at, tests: 1, failures: 0, errors: 1, skipped: 0, time: '0' };
  const message = clip(said, longestText);
  return [
    `  <testsuite${xmlAttributes(suite)}>`,
    '    <properties></properties>',
    `    <testcase${xmlAttributes({ classname: `${host}.pretrip.${type}`, name: host, time: '0' })}>`,
    `      <error${xmlAttributes({ type, message })}>${xmlText(message)}</error>`,
    '    </testcase>',
    '    <system-out/>',
    '    <system-err/>',
    '  </testsuite>',
  ];
}

/** The document for a target that was not judged. When that was, nobody says: there is no clock here. */
function unjudgedDocument({ name, said }: Unjudged): string {
  const suite = errorSuite({ id: 0, host: token(name, 'localhost'), at: timestamp(''), type: 'not-judged', said });
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suite, '</testsuites>', ''].join('\n');
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

function byTopic(report: Report, manner: Manner): Suite[] {
  const byId = cards(report);
  const number = numberOf(report);
  const suites = new Map<string, Case[]>();
  const taken = new Map<string, Set<string>>();
  const host = hostOf(report);
  for (const verdict of report.verdicts) {
    const suite = token(`${host}.${verdict.rule.split('.')[0]}`, 'pretrip');
    const classname = token(`${host}.${verdict.rule}`, 'pretrip');
    const names = taken.get(classname) ?? new Set();
    taken.set(classname, names);
    const name = unique(clip(token(verdict.subject ?? host, 'subject'), longestText), names);
    const cases = suites.get(suite) ?? [];
    cases.push({
      verdict,
      classname,
      name,
      fate: fateOf(verdict, manner),
      card: byId.get(verdict.rule),
      control: number(verdict.rule) && `${report.numbering} ${number(verdict.rule)}`,
    });
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

function fateOf(verdict: Verdict, { failOn, below, accepted }: Manner): Fate {
  if (verdict.outcome === 'not-applicable' || isAccepted(verdict)) return 'skipped';
  if (verdict.outcome === 'pass') return 'pass';
  const counted = reaches(verdict.severity, failOn);
  if (answerOf(verdict) === 'no') return counted ? 'failure' : below;
  if (verdict.outcome === 'unknown') return !accepted && (counted || below === 'failure') ? 'error' : 'skipped';
  return counted ? 'failure' : below;
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
    hostname: hostOf(report),
    timestamp: timestamp(target.takenAt),
    ...counts(cases),
    time: '0',
  };
  const properties = {
    version: tool.version,
    rules: tool.rules,
    'target.kind': target.kind,
    'target.name': target.name,
    snapshot: target.snapshot,
    ...(target.truncated ? { truncated: 'the snapshot lacks its end record: what it lacks is unknown' } : {}),
  };
  return [
    `  <testsuite${xmlAttributes(attributes)}>`,
    ...propertyLines([...Object.entries(properties), ...profileProperties(report)], '    '),
    ...cases.flatMap((one) => caseLines(one, identityOf(target), rich)),
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

function caseLines({ verdict, classname, name, fate, card, control }: Case, target: string, rich: boolean): string[] {
  const [place] = places(verdict);
  const attributes = {
    classname,
    name,
    time: '0',
    // Relative and below a folder that no repository has: readers would look for the host's files among the repository's.
    ...(rich ? { file: uriOf(target, place?.path ?? ''), line: place?.line ?? 1 } : {}),
  };
  const properties: [string, string][] = [
    ['outcome', verdict.outcome],
    ['severity', verdict.severity],
    ['rule', verdict.rule],
    ...(card === undefined ? [] : [['title', card.title] as [string, string]]),
    ...(verdict.subject === undefined ? [] : [['subject', verdict.subject] as [string, string]]),
  ];
  const inner = [...(rich ? propertyLines(properties, '      ') : []), ...fateLines(verdict, fate, card, control)];
  const start = `    <testcase${xmlAttributes(attributes)}`;
  return inner.length === 0 ? [`${start}/>`] : [`${start}>`, ...inner, '    </testcase>'];
}

function fateLines(verdict: Verdict, fate: Fate, card: RuleCard | undefined, control: string | undefined): string[] {
  const { attested } = verdict;
  const message = clip(attested && answerOf(verdict) !== undefined ? `${answerText(attested)} (${bare(verdict)})` : bare(verdict), longestText);
  switch (fate) {
    case 'pass':
      return [];
    case 'skipped':
      return [`      <skipped${xmlAttributes({ message: reason(verdict, message) })}>${xmlText(body(verdict, card, control))}</skipped>`];
    case 'error':
      return [`      <error${xmlAttributes({ type: 'unknown', message })}>${xmlText(body(verdict, card, control))}</error>`];
    case 'failure':
      return [`      <failure${xmlAttributes({ type: verdict.severity, message })}>${xmlText(body(verdict, card, control))}</failure>`];
  }
}

function reason(verdict: Verdict, message: string): string {
  if (!isWaived(verdict) && answerOf(verdict) === 'yes') return message;
  if (verdict.outcome === 'not-applicable') return `Does not apply: ${message}`;
  if (!isWaived(verdict) || !verdict.waived)
    return verdict.outcome === 'unknown' ? `Not decided (${verdict.severity}): ${message}` : `below the threshold (${verdict.severity}): ${message}`;
  return `waived until ${verdict.waived.until} by ${verdict.waived.by}: ${verdict.waived.because} (${verdict.outcome}: ${message})`;
}

/** What was found, each place on its own line, why it matters, what to do. */
function body(verdict: Verdict, card: RuleCard | undefined, control: string | undefined): string {
  const steps = (verdict.remedy ?? []).flatMap((step, at) => {
    const { line, content, note } = stepText(step);
    return [`${at === 0 ? 'fix: ' : '     '}${line}`, ...content.map((text) => `       ${text}`), ...(note === '' ? [] : [`     ${note}`])];
  });
  const reasons = decidingFirst(verdict).flatMap((e) => (e.truth === 'yes' ? [] : [e.said]));
  const url = card?.references.find((reference) => reference.url !== undefined)?.url;
  return [
    '',
    bare(verdict),
    ...(verdict.attested ? [answerText(verdict.attested)] : []),
    ...(control === undefined ? [] : [`control: ${control}`]),
    ...(card ? [`needed: ${card.title}`] : []),
    ...(reasons.length > 1 ? reasons : []),
    ...places(verdict)
      .slice(0, mostPlaces)
      .map((place) => `${placeText(place)}${[place.said, place.text?.trim()].map((part) => (part === undefined ? '' : `  ${part}`)).join('')}`),
    ...(card && verdict.outcome !== 'not-applicable' ? [`why: ${card.why}`] : []),
    ...steps,
    ...(verdict.next === undefined ? [] : [`next: ${verdict.next}`]),
    ...(verdict.missing ?? []).slice(0, mostPlaces).map((m) => `missing: ${missingText(m)}`),
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
