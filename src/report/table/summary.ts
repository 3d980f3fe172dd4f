/** The first lines: the target, whether it is ready and for what, and counts that add up. */
import { answerOf, ownHost, type Report, type Severity, severities, type Verdict } from '../../verdicts/report.ts';
import { reaches } from '../../verdicts/summarize.ts';
import { isUndecided, isWaived, plural } from '../findings.ts';
import type { Way } from '../missing.ts';
import { plain } from '../text.ts';
import { wrap } from '../width.ts';
import { indent, type Page } from './page.ts';
import type { Readiness, Standing } from './readiness.ts';

/** The lines of the summary. */
export function summaryLines(report: Report, ready: Readiness, ways: readonly Way[], page: Page): string[] {
  return [
    ...targetLines(report, page),
    ...standingLines(report.profiles.length > 0 || report.verdicts.length === 0, ready, page),
    ...(report.verdicts.length === 0 ? [] : [failedLine(report.verdicts, page), ...undecidedLine(report.verdicts, ways, page)]),
    ...notes(report, ready, page),
  ].flat();
}

/** `edge01   inspected as driver, 2026-07-01 10:00 UTC`. */
function targetLines({ target }: Report, page: Page): string[] {
  const { kind, name, user, accounts, takenAt } = target;
  const named = kind === ownHost || kind === name ? name : `${name} (${kind})`;
  const who = [...(user === undefined ? [] : [`as ${user}`]), ...(accounts ? [`for ${accounts.join(', ')}`] : [])].join(' ');
  const when = takenAt.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z$/, '$1 $2 UTC');
  return wrap(plain(`${named}${page.plain ? ', ' : '   '}inspected ${who === '' ? '' : `${who}, `}${when}`), page.prose);
}

/** `NOT READY for k3d-rootless; ready for base`. The word of the whole target stands first. */
function standingLines(chosen: boolean, { standing, profiles, because }: Readiness, { paint, prose, style }: Page): string[] {
  const of = (word: Standing): string => (profiles.get(word) ?? []).join(', ');
  const others = (['NOT READY', 'NOT DECIDED', 'READY'] as const).filter((word) => word !== standing && of(word) !== '');
  const text = [
    `${standing}${of(standing) === '' ? (chosen ? '' : ' by the rules that were selected') : ` for ${of(standing)}`}`,
    ...others.map((word) => `${word.toLowerCase()} for ${of(word)}`),
    ...(standing === 'NO GATE' ? [`nothing fails the run (--fail-on ${style.failOn})`] : []),
  ].join('; ');
  const [start = '', ...rest] = wrap(plain(because === undefined ? text : `${text}: ${because}`), prose);
  const painted = start.startsWith(standing) ? paint.standing[standing](standing) + start.slice(standing.length) : start;
  return [painted, ...rest];
}

/** `32 fail: 2 critical, 12 high, 9 medium, 9 lower`; what is waived is among them, and told. */
function failedLine(verdicts: readonly Verdict[], page: Page): string[] {
  const fails = verdicts.filter((v) => v.outcome === 'fail');
  const waived = fails.filter(isWaived).length;
  const denied = verdicts.filter((v) => answerOf(v) === 'no' && !isWaived(v)).length;
  if (fails.length + denied === 0)
    return wrap(verdicts.some((v) => v.outcome === 'pass') ? 'No check fails.' : 'No check failed, and none passed.', page.prose);
  const parts = severities.flatMap((severity): [string, Severity?][] => {
    const count = fails.filter((v) => v.severity === severity && !isWaived(v)).length;
    return count === 0 ? [] : [[`${count} ${severity}`, severity]];
  });
  const text =
    fails.length === 0
      ? `No check fails, and ${denied} ${denied === 1 ? 'is' : 'are'} answered with no`
      : `${plural(fails.length, 'check')} ${fails.length === 1 ? 'fails' : 'fail'}: ${[...parts.map(([part]) => part), ...(waived > 0 ? [`${waived} waived`] : [])].join(', ')}${denied > 0 ? `; ${denied} ${denied === 1 ? 'is' : 'are'} answered with no` : ''}`;
  return wrap(text, page.prose).map((line) => coloured(line, page));
}

/** The words of severities in their colours. */
const coloured = (line: string, { paint }: Page): string => line.replace(/\b(?:critical|high|medium|low)\b/g, (word) => paint.severity[word as Severity](word));

/** `58 could not be decided, 22 of them at or above high; 19 of these need root`. */
function undecidedLine(verdicts: readonly Verdict[], ways: readonly Way[], { prose, style: { failOn } }: Page): string[] {
  const open = verdicts.filter((v) => v.outcome === 'unknown');
  if (open.length === 0) return [];
  const waived = open.filter(isWaived).length;
  const answered = open.filter((v) => !isWaived(v) && answerOf(v) !== undefined).length;
  const counting = open.filter((v) => isUndecided(v) && reaches(v.severity, failOn)).length;
  const [first] = ways;
  const of = [
    ...(failOn === 'never' ? [] : [`${counting === 0 ? 'none' : counting} of them at or above ${failOn}`]),
    ...(waived > 0 ? [`${waived} waived`] : []),
    ...(answered > 0 ? [`${answered} answered`] : []),
  ];
  const needs = first?.needs ? `; ${first.verdicts.length} ${first.verdicts.length === 1 ? 'needs' : 'need'} ${first.needs}` : '';
  return wrap(plain([`${open.length} could not be decided`, ...of].join(', ') + needs), prose);
}

/** What bounds the report, and was not told yet. */
function notes({ caveats = [], undecidedProfiles = [], target }: Report, { because: told }: Readiness, page: Page): string[] {
  const unsure = [...Map.groupBy(undecidedProfiles, (p) => p.because)].map(
    ([because, of]) => `${of.map((p) => p.id).join(', ')} may apply as well: ${because}`,
  );
  return [
    ...caveats.filter((c) => c.said !== told).map((c) => c.said),
    ...(target.truncated ? ['the snapshot is truncated: what it lacks was not decided'] : []),
    ...unsure,
  ].flatMap((text) => {
    const [start = '', ...rest] = wrap(plain(text), page.prose - 6);
    return [`Note: ${start}`, ...indent(6, rest)];
  });
}

/** With -v: the tool, and why each profile was chosen. */
export function originLines({ tool, profiles, stricter = {}, summary }: Report, page: Page): string[] {
  const lines = [
    `pretrip ${tool.version}, ${plural(summary.selected, 'rule')}`,
    ...profiles.map(({ id, because }) => `profile ${id}: ${because}`),
    ...Object.entries(stricter).map(([name, profile]) => `${name} is that of ${profile}, the stricter one`),
  ];
  return lines.flatMap((line) => wrap(plain(line), page.prose)).map(page.paint.dim);
}
