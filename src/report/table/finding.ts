/** One rule's findings as a block: what was found, where, why it matters, what to do. */
import type { RuleCard, Verdict } from '../../verdicts/report.ts';
import { canonical } from '../canonical.ts';
import { bare, decidingFirst, isWaived, type Place, placeText } from '../findings.ts';
import { missingText } from '../missing.ts';
import { stepText } from '../steps.ts';
import { clip, plain } from '../text.ts';
import { columns, pad, wrap } from '../width.ts';
import type { Palette } from './palette.ts';

/** Findings of one rule with one outcome and severity. */
export interface Group {
  readonly card: RuleCard | undefined;
  readonly verdicts: readonly [Verdict, ...Verdict[]];
}

interface Page {
  readonly width: number;
  readonly paint: Palette;
}

const mostEntries = 8;
/** Characters of one value from the host; the JSON report has the rest. */
const longestText = 1000;
const mostSteps = 3;
const mostContent = 8;

/** The lines of a block, none wider than the page. */
export function findingBlock(group: Group, page: Page): string[] {
  const { card, verdicts } = group;
  const [first] = verdicts;
  // Whoever waived it knows why it matters and how to mend it.
  const wanted = (first.outcome === 'fail' || first.outcome === 'unknown') && !isWaived(first);
  const title = card ? indent(2, wrap(plain(card.title), page.width - 2).map(page.paint.strong)) : [];
  const why = card && wanted ? labelled('why', plain(card.why), page) : [];
  const last = wanted ? more(first.rule, page) : [];
  if (verdicts.length === 1) {
    return [...heading(first, first.subject, page), ...title, ...found(first, page), ...why, ...(wanted ? whatToDo(first, page) : []), ...last];
  }
  const alike = new Set(verdicts.map((v) => JSON.stringify(canonical([v.remedy ?? [], v.next ?? '', v.missing ?? []])))).size === 1;
  return [
    ...heading(first, undefined, page),
    ...title,
    ...why,
    ...verdicts.flatMap((verdict) => [
      '',
      ...indent(2, wrap(plain(verdict.subject ?? 'the host'), page.width - 2).map(page.paint.strong)),
      ...found(verdict, page),
      ...(alike || !wanted ? [] : whatToDo(verdict, page)),
    ]),
    '',
    ...(alike && wanted ? whatToDo(first, page) : []),
    ...last,
  ];
}

function heading(verdict: Verdict, subject: string | undefined, page: Page): string[] {
  const outcome = verdict.outcome.toUpperCase().replace('-', ' ') + (isWaived(verdict) ? ', WAIVED' : '');
  const lead = columns(`${outcome}  ${verdict.severity}  `);
  const [start = '', ...rest] = wrap([verdict.rule, ...(subject === undefined ? [] : [`  ${subject}`])].map(plain).join(''), page.width - lead);
  const painted = `${(isWaived(verdict) ? page.paint.dim : page.paint.outcome[verdict.outcome])(outcome)}  ${page.paint.severity[verdict.severity](verdict.severity)}  `;
  return [painted + page.paint.strong(start), ...indent(lead, rest)];
}

/** What one verdict saw: the sentence, then each thing that decided it with its places. */
function found(verdict: Verdict, page: Page): string[] {
  return [
    ...indent(2, wrap(plain(clip(bare(verdict), longestText)), page.width - 2)),
    ...seen(verdict, page),
    ...(verdict.waived ? labelled('waived', plain(waiver(verdict.waived)), page) : []),
  ];
}

const waiver = ({ by, until, because }: NonNullable<Verdict['waived']>): string => `until ${until} by ${by}: ${because}`;

/** The message of a verdict with one reason says it already; several are told apart. */
function seen(verdict: Verdict, page: Page): string[] {
  const deciding = decidingFirst(verdict).filter((e) => e.truth !== 'yes' || verdict.outcome === 'pass' || verdict.outcome === 'not-applicable');
  const apart = deciding.length > 1;
  const entries = deciding.flatMap(({ said, where }) => [
    ...(apart ? [plain(clip(said, longestText))] : []),
    ...new Set(where.map((place) => (apart ? '  ' : '') + placeLine(place))),
  ]);
  const shown = entries.length > mostEntries + 1 ? [...entries.slice(0, mostEntries), `… ${entries.length - mostEntries} more lines`] : entries;
  return shown.flatMap((entry, at) => labelled(at === 0 ? (apart ? 'found' : 'at') : '', entry, page));
}

const placeLine = (place: Place): string => plain(clip(placeText(place) + (place.said === undefined ? '' : `  ${place.said}`), longestText));

function whatToDo(verdict: Verdict, page: Page): string[] {
  if (verdict.outcome === 'unknown') return [...(verdict.next === undefined ? [] : labelled('do', plain(verdict.next), page)), ...missingLines(verdict, page)];
  const steps = verdict.outcome === 'fail' ? (verdict.remedy ?? []) : [];
  const shown = steps.length > mostSteps + 1 ? steps.slice(0, mostSteps) : steps;
  const lines = shown.flatMap((step, at) => {
    const { line, content, note } = stepText(step);
    const number = steps.length > 1 ? `${at + 1}. ` : '';
    const cut = content.length > mostContent + 1 ? [...content.slice(0, mostContent), `… ${content.length - mostContent} more lines`] : content;
    return [
      ...labelled(at === 0 ? 'mend' : '', number + plain(line), page, number.length),
      ...indent(12, cut.flatMap((text) => wrap(plain(text), page.width - 12)).map(page.paint.dim)),
      ...(note === '' ? [] : indent(10 + number.length, wrap(plain(note), page.width - 10 - number.length))),
    ];
  });
  return shown.length === steps.length ? lines : [...lines, ...labelled('', `… ${steps.length - shown.length} more steps`, page)];
}

/** What a further capture would ask. What people have to do, `next` says already. */
function missingLines({ missing = [] }: Verdict, page: Page): string[] {
  const asks = missing.filter((m) => m.do !== 'look' && m.do !== 'mend');
  const shown = asks.length > mostSteps + 1 ? asks.slice(0, mostSteps) : asks;
  const rest = asks.length - shown.length;
  return [...shown.map(missingText), ...(rest > 0 ? [`… ${rest} more, in the JSON report`] : [])].flatMap((text, at) =>
    labelled(at === 0 ? 'lacks' : '', plain(text), page),
  );
}

const more = (rule: string, page: Page): string[] => labelled('more', `pretrip rules show ${plain(rule)}`, page).map((line) => page.paint.dim(line));

/** `  why   text`, its further lines under the first. */
function labelled(label: string, text: string, page: Page, hanging = 0): string[] {
  const lead = 10;
  const [start = '', ...rest] = wrap(text, page.width - lead - hanging);
  return [`  ${page.paint.dim(pad(label, lead - 2))}${start}`, ...indent(lead + hanging, rest)];
}

const indent = (by: number, lines: readonly string[]): string[] => lines.map((line) => ' '.repeat(by) + line);
