/**
 * SARIF 2.1.0, in two profiles, since GitHub ignores `kind` and
 * `suppressions` and would open an alert for every pass and every waiver.
 *
 * - `github`: failures and unknowns that nobody waived. An unknown keeps the
 *   alert of an earlier failure open: left out, it would read as fixed
 *   although nobody could look. At most 5,000 results, most severe first.
 * - `full`: every verdict, with waivers, controls and evidence.
 *
 * Fixes are left out: a remedy writes whole files, which `replacements` can
 * only say of files whose present content is known.
 */
import type { Invocation, Log, Notification, Run } from 'sarif';
import type { Report, Verdict } from '../../verdicts/report.ts';
import { canonical } from '../canonical.ts';
import { isWaived, mostSevereFirst, tally } from '../findings.ts';
import { formatOfOne } from '../format.ts';
import type { Style } from '../style.ts';
import { jsonText, visible } from '../text.ts';
import { uuid } from './ids.ts';
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
  options: { profile: { values: ['github', 'full'], describe: 'github: what code scanning can show; full: everything, for auditors' } },
  render: (report, style, { profile }) => jsonText(log(run(report, style, profile === 'full'))),
});

const log = (only: Run): Log => ({
  $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
  version: '2.1.0',
  runs: [only],
});

function run(report: Report, style: Style, full: boolean): Run {
  const artifacts = new Artifacts(report.target.name);
  const ruleIndex = new Map(report.rules.map(({ id }, at) => [id, at]));
  const context: Context = { report, style, full, artifacts, ruleIndex, suppressions: full && report.verdicts.some(isWaived) };
  const { kept, left } = choose(report.verdicts, full);
  const results = kept.map((verdict) => result(verdict, context));
  const notifications = [
    ...(report.target.truncated ? [truncated] : []),
    ...(left > 0 ? [leftOut(left)] : []),
    ...(report.undecidedProfiles ?? []).map(undecidedProfile),
    ...kept.filter((v) => v.outcome === 'unknown').map((verdict) => undecided(verdict, context)),
  ];
  return {
    tool: { driver: driver(report, style, full) },
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
    },
  };
}

/** The verdicts that become results, in the report's order, and how many had no place. */
function choose(verdicts: readonly Verdict[], full: boolean): { kept: readonly Verdict[]; left: number } {
  if (full) return { kept: verdicts, left: 0 };
  const wanted = verdicts.filter((v) => (v.outcome === 'fail' || v.outcome === 'unknown') && !isWaived(v));
  const first = new Set(mostSevereFirst(wanted).slice(0, mostResults));
  return { kept: wanted.filter((v) => first.has(v)), left: wanted.length - first.size };
}

function driver({ tool, rules }: Report, style: Style, full: boolean): Run['tool']['driver'] {
  const { components, relationships } = taxonomies(full ? rules : [], style.hash);
  return {
    name: 'pretrip',
    fullName: visible(`pretrip ${tool.version}`),
    version: visible(tool.version),
    ...(/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(tool.version) ? { semanticVersion: tool.version } : {}),
    rules: rules.map((card) => ({
      ...descriptor(card),
      ...(full && card.controls.length > 0 ? { relationships: relationships(card) } : {}),
    })),
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

/** GitHub's category is all before the last slash: the same target and profiles replace their earlier run. */
function automation({ target, profiles, tool }: Report, { hash }: Style): Run['automationDetails'] {
  const part = (text: string): string => encodeURIComponent(visible(text));
  const chosen = profiles.map(({ id }) => part(id)).join('+') || 'none';
  return {
    id: `pretrip/${part(target.name) || 'target'}/${chosen}/`,
    guid: uuid(JSON.stringify(['run', target.name, target.snapshot, tool.rules, chosen]), hash),
    description: { text: visible(`${target.kind} ${target.name} as seen at ${target.takenAt}`) },
  };
}

/** Not successful when anything could not be looked at: a run with gaps must not look complete. */
function invocation({ target, verdicts, undecidedProfiles = [] }: Report, notifications: Notification[]): Invocation {
  return {
    executionSuccessful: target.truncated !== true && undecidedProfiles.length === 0 && verdicts.every((v) => v.outcome !== 'unknown'),
    ...(isInstant(target.takenAt) ? { startTimeUtc: target.takenAt } : {}),
    toolExecutionNotifications: notifications,
  };
}

const isInstant = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
