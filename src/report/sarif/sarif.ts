/**
 * SARIF 2.1.0, in two profiles, since GitHub ignores `kind` and
 * `suppressions` and would open an alert for every pass and every waiver.
 *
 * - `github`: failures and unknowns that nobody waived or answered with yes. An unknown keeps the
 *   alert of an earlier failure open: left out, it would read as fixed
 *   although nobody could look. At most 5,000 results, most severe first.
 *   Results stand with the thing judged, so that an alert stays the same
 *   whatever file decides next time.
 * - `full`: every verdict, with waivers, controls and evidence, at the
 *   deciding place.
 *
 * Fixes are left out: a remedy writes whole files, which `replacements` can
 * only say of files whose present content is known.
 */
import type { Invocation, Log, Notification, Run } from 'sarif';
import { answerOf, identityOf, type Report, type RuleCard, type Severity, severities, type Verdict } from '../../verdicts/report.ts';
import { gateRecord } from '../../verdicts/summarize.ts';
import { canonical } from '../canonical.ts';
import { isAccepted, isUndecided, isWaived, mostSevereFirst, tally } from '../findings.ts';
import { formatOfOne } from '../format.ts';
import { home } from '../home.ts';
import { uuid } from '../ids.ts';
import type { Style } from '../style.ts';
import { jsonText, visible } from '../text.ts';
import { categoryOf, givenCategory } from './category.ts';
import { foldedResults, undecidedRule } from './folded.ts';
import { Artifacts } from './location.ts';
import { type Context, result, undecided } from './result.ts';
import { descriptor } from './rule.ts';
import { taxonomies } from './taxonomy.ts';

/** GitHub keeps the first 5,000 results of a run. */
const mostResults = 5000;

export const sarif = formatOfOne({
  for: 'programs',
  describe: 'SARIF 2.1.0 for code hosts, editors and auditors',
  extension: 'sarif',
  options: {
    profile: { values: ['github', 'full'], describe: 'github: what code scanning can show; full: everything, for auditors' },
    unknown: { values: ['each', 'folded', 'none'], describe: 'what is unknown: a result each, one for what the same step decides, or none' },
  },
  upload: { most: 20, to: 'GitHub takes 20 runs an upload' },
  render: (report, style, { profile, unknown }) => jsonText(log(run(report, style, { full: profile === 'full', unknown }))),
});

interface Manner {
  readonly full: boolean;
  readonly unknown: 'each' | 'folded' | 'none';
}

const log = (only: Run): Log => ({
  $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
  version: '2.1.0',
  runs: [only],
});

function run(report: Report, style: Style, { full, unknown }: Manner): Run {
  const artifacts = new Artifacts(identityOf(report.target));
  const ruleIndex = new Map(report.rules.map(({ id }, at) => [id, at]));
  const anchor = full ? 'evidence' : 'subject';
  const context: Context = { report, style, full, artifacts, ruleIndex, anchor, suppressions: full && report.verdicts.some(isAccepted) };
  const open = report.verdicts.filter(isUndecided);
  const { kept, left } = choose(unknown === 'each' ? report.verdicts : report.verdicts.filter((v) => !isUndecided(v)), full);
  const folded = unknown === 'folded' ? foldedResults(open, context) : [];
  const results = [...kept.map((verdict) => result(verdict, context)), ...folded];
  const notifications = [
    ...(report.target.truncated ? [truncated] : []),
    ...(left > 0 ? [leftOut(left)] : []),
    ...(report.undecidedProfiles ?? []).map(undecidedProfile),
    ...(unknown === 'each' ? kept.filter((v) => v.outcome === 'unknown' && answerOf(v) === undefined) : open.slice(0, mostResults)).map((verdict) =>
      undecided(verdict, context),
    ),
  ];
  return {
    tool: { driver: driver(report, style, full, folded.length > 0) },
    automationDetails: automation(report, style),
    invocations: [invocation(report, notifications)],
    columnKind: 'utf16CodeUnits',
    redactionTokens: ['[REDACTED]'],
    artifacts: artifacts.list(),
    results,
    ...(full ? { taxonomies: taxonomies(report.rules, style.hash).components } : {}),
    properties: {
      target: canonical(report.target),
      ...(report.caveats ? { caveats: canonical(report.caveats) } : {}),
      profiles: canonical(report.profiles),
      ...(report.undecidedProfiles ? { undecidedProfiles: canonical(report.undecidedProfiles) } : {}),
      rules: report.tool.rules,
      summary: { selected: report.summary.selected, ...tally(report.verdicts) },
      gate: canonical(gateRecord(report, style)),
    },
  };
}

/** The verdicts that become results, in the report's order, and how many had no place. */
function choose(verdicts: readonly Verdict[], full: boolean): { kept: readonly Verdict[]; left: number } {
  if (full) return { kept: verdicts, left: 0 };
  const wanted = verdicts.filter((v) => (v.outcome === 'fail' || v.outcome === 'unknown') && !isAccepted(v));
  const first = new Set(mostSevereFirst(wanted).slice(0, mostResults));
  return { kept: wanted.filter((v) => first.has(v)), left: wanted.length - first.size };
}

/** The gravest of what was found against a rule in this run; the rule's own severity when nothing was. */
function foundOf({ id, severity }: RuleCard, verdicts: readonly Verdict[]): Severity {
  const found = verdicts.filter((v) => v.rule === id && (v.outcome === 'fail' || answerOf(v) === 'no') && !isWaived(v)).map((v) => v.severity);
  return severities.find((s) => found.includes(s)) ?? severity;
}

function driver({ tool, rules, verdicts }: Report, style: Style, full: boolean, folded: boolean): Run['tool']['driver'] {
  const { components, relationships } = taxonomies(full ? rules : [], style.hash);
  return {
    name: 'pretrip',
    fullName: visible(`pretrip ${tool.version}`),
    version: visible(tool.version),
    ...(/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(tool.version) ? { semanticVersion: tool.version } : {}),
    informationUri: home,
    rules: [
      ...rules.map((card) => ({
        ...descriptor(card, foundOf(card, verdicts), tool.version),
        ...(full && card.controls.length > 0 ? { relationships: relationships(card) } : {}),
      })),
      ...(folded ? [undecidedRule] : []),
    ],
    notifications: [...notices],
    ...(full ? { supportedTaxonomies: components.map(({ name, guid }, index) => ({ name, index, ...(guid === undefined ? {} : { guid }) })) } : {}),
  };
}

const notice = (id: string, name: string, text: string) => ({
  id,
  name,
  shortDescription: { text },
  fullDescription: { text },
  help: { text, markdown: text },
});

const notices = [
  notice('undecided', 'RuleCouldNotBeDecided', 'A selected rule could not be decided: something could not be looked at. It is not a pass.'),
  notice('truncated-snapshot', 'SnapshotLacksItsEnd', 'The snapshot lacks its end record: what it does not hold is unknown.'),
  notice('results-left-out', 'LessSevereResultsLeftOut', 'Code hosts keep 5,000 results: less severe findings are only in the other formats.'),
  notice('undecided-profile', 'ProfileCouldNotBeDecided', 'Nobody could tell whether the subject of a profile is present: its rules were not judged.'),
] as const;

const truncated: Notification = {
  descriptor: { id: 'truncated-snapshot', index: 1 },
  level: 'error',
  message: { text: 'The snapshot is truncated: what it lacks is unknown.' },
};

const undecidedProfile = ({ id, because }: { id: string; because: string }): Notification => ({
  descriptor: { id: 'undecided-profile', index: 3 },
  level: 'warning',
  message: { text: visible(`Profile ${id} may apply: ${because}`) },
});

const leftOut = (count: number): Notification => ({
  descriptor: { id: 'results-left-out', index: 2 },
  level: 'warning',
  message: { text: `${count} less severe findings are left out; the full profile and the JSON report have them.` },
});

/** What a run replaces when it is uploaded: an earlier one of the same category. */
function automation(report: Report, { hash, category }: Style): Run['automationDetails'] {
  const { target, tool } = report;
  const id = category === undefined ? categoryOf(report, hash) : givenCategory(category, identityOf(target));
  return {
    id,
    guid: uuid(JSON.stringify(['run', id, target.snapshot, tool.rules]), hash),
    correlationGuid: uuid(JSON.stringify(['category', id]), hash),
    description: { text: visible(`${target.kind} ${target.name} as seen at ${target.takenAt}`) },
  };
}

/** Not successful when anything could not be looked at: a run with gaps must not look complete. */
function invocation({ target, verdicts, undecidedProfiles = [] }: Report, notifications: Notification[]): Invocation {
  return {
    executionSuccessful:
      target.truncated !== true && undecidedProfiles.length === 0 && verdicts.every((v) => v.outcome !== 'unknown' || answerOf(v) !== undefined),
    ...(isInstant(target.takenAt) ? { startTimeUtc: target.takenAt, endTimeUtc: target.takenAt } : {}),
    toolExecutionNotifications: notifications,
  };
}

const isInstant = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
