/** With -v: the findings of a rule whole: what was found, everywhere it was seen, why it matters, the whole fix and its check. */
import type { Evidence, RuleCard, Verdict } from '../../verdicts/report.ts';
import { canonical } from '../canonical.ts';
import { answerText, decidingFirst, isAccepted, lookedWords, type Place, placeText, sentence } from '../findings.ts';
import { missingText } from '../missing.ts';
import { stepText } from '../steps.ts';
import { clip, plain } from '../text.ts';
import { columns, pad, wrap } from '../width.ts';
import { indent, type Page } from './page.ts';

/** Findings of one rule with one outcome and severity. */
export interface Group {
  readonly card: RuleCard | undefined;
  readonly verdicts: readonly [Verdict, ...Verdict[]];
}

/** Characters of one value from the host; the JSON report has the rest. */
const longestText = 1000;
const margin = 3;
const labels = 9;

/** Neighbours of one rule and severity share a block: a rule is explained once, not once a user. */
export function groupsOf(verdicts: readonly Verdict[], byId: ReadonlyMap<string, RuleCard>): Group[] {
  return [...Map.groupBy(verdicts, (v) => `${v.severity} ${v.rule}`)].map(([, of]) => {
    const each = of as [Verdict, ...Verdict[]];
    return { card: byId.get(each[0].rule), verdicts: each };
  });
}

/** The lines of a block, none wider than the page. */
export function wholeBlock({ card, verdicts }: Group, page: Page, numbered?: string): string[] {
  const [first] = verdicts;
  // Whoever waived it knows why it matters and how to fix it.
  const open = (first.outcome === 'fail' || first.outcome === 'unknown') && !isAccepted(first);
  const alike = new Set(verdicts.map((v) => JSON.stringify(canonical([v.remedy ?? [], v.next ?? '', v.missing ?? []])))).size === 1;
  return [
    ...verdicts.flatMap((verdict, at) => [...(at === 0 ? [] : ['']), ...found(verdict, page), ...(alike || !open ? [] : whatToDo(verdict, page))]),
    ...(card ? labelled('needed', plain(card.title), page) : []),
    ...(numbered ? labelled('control', plain(numbered), page) : []),
    ...(card && open ? labelled('why', plain(card.why), page) : []),
    ...(alike && open ? whatToDo(first, page) : []),
    ...labelled('more', plain(`pretrip rules show ${first.rule}`), page).map((line) => page.paint.dim(line)),
  ];
}

/** What one verdict saw: the sentence, what it is about, then each thing that decided it with its places. */
function found(verdict: Verdict, page: Page): string[] {
  return [
    ...wrap(plain(clip(sentence(verdict), longestText)), page.prose),
    ...(verdict.subject === undefined ? [] : labelled('about', plain(verdict.subject), page)),
    ...seen(verdict, page),
    ...(verdict.attested ? labelled('answer', plain(clip(answerText(verdict.attested), longestText)), page) : []),
    ...(verdict.waived ? labelled('waived', plain(waiver(verdict.waived)), page) : []),
  ];
}

/** Until when, by whom and why. */
export const waiver = ({ by, until, because }: NonNullable<Verdict['waived']>): string => `until ${until} by ${by}: ${because}`;

/** The message of a verdict with one reason says it already; several are told apart. */
function seen(verdict: Verdict, page: Page): string[] {
  const deciding = together(decidingFirst(verdict).filter((e) => e.truth !== 'yes' || verdict.outcome === 'pass' || verdict.outcome === 'not-applicable'));
  const apart = deciding.length > 1;
  const entries = deciding.flatMap(({ said, where }) => [
    ...(apart ? [plain(clip(said.replace(/, wanted /g, '; needed: '), longestText))] : []),
    ...new Set(where.flatMap((place) => placeLines(place).map((line) => (apart ? '  ' : '') + line))),
  ]);
  return entries.flatMap((text, at) => labelled(at === 0 ? (apart ? 'found' : 'at') : '', text, page));
}

/** What was compared with several values in turn, at the same places, is one thing that was found. */
function together(evidence: readonly Evidence[]): Evidence[] {
  const parts = evidence.map((e) => ({ e, is: e.said.split(', wanted '), key: JSON.stringify([e.said.split(', wanted ')[0], e.where]) }));
  return [...Map.groupBy(parts, ({ key }) => key).values()].map((of) => {
    const [{ e, is }] = of as [(typeof of)[number], ...typeof of];
    const wanted = of.map((one) => one.is.slice(1).join(', wanted ')).filter((text) => text !== '');
    return of.length === 1 || wanted.length !== of.length ? e : { ...e, said: `${is[0]}, wanted ${wanted.join(' and ')}` };
  });
}

/** The place and what it contributes; below it the line that stands there. */
function placeLines(place: Place): string[] {
  const { text = '' } = place;
  const said = place.said ?? (place.looked ? lookedWords : undefined);
  const at = placeText(place) + (said === undefined ? '' : `  (${said})`);
  return [at, ...(text.trim() === '' ? [] : [`  ${text.trim()}`])].map((line) => plain(clip(line, longestText)));
}

function whatToDo(verdict: Verdict, page: Page): string[] {
  if (verdict.outcome === 'unknown')
    return [
      ...(verdict.next === undefined ? [] : labelled('next', plain(verdict.next), page)),
      ...(verdict.missing ?? [])
        .filter((m) => m.do !== 'look' && m.do !== 'mend')
        .flatMap((m, at) => labelled(at === 0 ? 'missing' : '', plain(missingText(m)), page)),
    ];
  const steps = verdict.outcome === 'fail' ? (verdict.remedy ?? []) : [];
  return steps.flatMap((step, at) => {
    const { line, content, note } = stepText(step);
    const number = steps.length > 1 ? `${at + 1}. ` : '';
    const by = margin + labels + number.length;
    return [
      ...labelled(at === 0 ? 'fix' : '', number + plain(line), page, number.length),
      ...indent(by + 2, content.flatMap((text) => wrap(plain(text), page.prose - by - 2)).map(page.paint.dim)),
      ...(note === '' ? [] : indent(by, wrap(plain(note), page.prose - by))),
    ];
  });
}

/** `   why      text`, its further lines under the first. */
function labelled(label: string, text: string, page: Page, hanging = 0): string[] {
  const lead = margin + labels;
  const [start = '', ...rest] = wrap(text, page.prose - lead - hanging);
  return [`${' '.repeat(margin)}${page.paint.dim(pad(label, labels))}${start}`, ...indent(lead + hanging, rest)].map((line) =>
    columns(line) === 0 ? '' : line,
  );
}
