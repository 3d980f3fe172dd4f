/**
 * The product on one screen: choose rules, plan what has to be learnt, collect it, judge, summarise. `inspect` is the
 * plan and the judgement in one, as a probe that can only ask: put to a target it makes a recording, put to a recording
 * it makes the report. Live or filed years ago, there is no second path.
 */
import { accountsOf, type Host, type Progress, record, replay } from './collect/record.ts';
import { type Header, type Snapshot, wasRunning } from './collect/snapshot/snapshot.ts';
import type { Judgement } from './evaluate/judge.ts';
import { missingIn } from './evaluate/missing.ts';
import { type Account, type Content, together } from './facts/ask.ts';
import { keyOf } from './facts/asks.ts';
import { withLater } from './facts/later.ts';
import { settle } from './facts/settle.ts';
import { cardOf, type Inspection, inspect, type Looker, type Order } from './inspect.ts';
import { kindsByName } from './kinds/kinds.ts';
import type { Evidence, Place, Report, RuleCard, Verdict } from './verdicts/report.ts';
import { summarize } from './verdicts/summarize.ts';

/** What judges: pretrip's version, and the digest of its program file (or `sources`). */
export interface Tool {
  readonly version: string;
  readonly code?: string;
}

/** What the caller knows of the inspection. */
export interface Occasion {
  /** RFC 3339, UTC: the time of the inspection. */
  readonly takenAt: string;
  /** Paths named with --file. */
  readonly files: readonly string[];
  /** Names given with --account. */
  readonly accounts?: readonly string[];
  readonly tool: Tool;
  readonly progress?: Progress;
}

export interface Scanned {
  readonly snapshot: Snapshot;
  readonly report: Report;
  /** Crashes of our own probes: any of them makes the run a defect. */
  readonly defects: readonly string[];
}

/** Looks at a host (or takes a recording of one) and judges it. Never throws for what a target refuses. */
export async function scan(from: Host | Snapshot, order: Order, occasion: Occasion): Promise<Scanned> {
  const snapshot = 'answers' in from ? from : await collect(from, [order], occasion);
  return { snapshot, ...judgeSnapshot(snapshot, order, occasion.tool) };
}

/** Records all that these orders ask of a host. What they conclude is thrown away: a live host is judged on its recording. */
export function collect(host: Host, orders: readonly Order[], occasion: Occasion): Promise<Snapshot> {
  const looker = lookerFor(host.user, host, occasion);
  return record(together(orders.map((order) => inspect(order, looker))), host, occasion, occasion.tool.version, occasion.progress);
}

/** An account that looks at a host on an occasion. What was captured earlier brings its own time and files. */
export const lookerFor = (audited: Account, host: Host, occasion: Pick<Occasion, 'takenAt' | 'files' | 'accounts'>): Looker => ({
  audited,
  given: givenOf({
    takenAt: host.takenAt ?? occasion.takenAt,
    files: host.files ?? occasion.files,
    accounts: accountsOf(host, occasion),
    running: host.running !== false,
  }),
});

/** Judges a recording. Equal snapshot, order and tool give equal reports, byte for byte. */
export function judgeSnapshot(snapshot: Snapshot, order: Order, tool: Tool): { report: Report; defects: readonly string[] } {
  const looker = lookerOf(snapshot, order.selection.asked?.accounts);
  const answer = replay(snapshot);
  const inspection = settle(inspect(order, looker), answer);
  const missing = missingIn({ kinds: kindsByName, ...looker, running: wasRunning(snapshot.header), answer });
  return { report: summarised(inspection, snapshot, order, tool, missing), defects: inspection.defects };
}

/** The account that looked, and what the recording tells of the inspection. `accounts`: those named now, instead. */
export function lookerOf({ header, answers }: Snapshot, accounts = header.accounts ?? []): Looker {
  // Before the header had a seat for them, given files stood among the answers.
  const older = answers.get('env PRETRIP_FILES')?.answer;
  const files = header.files ?? (older?.is === 'got' && typeof older.value === 'string' ? older.value.split('\n') : []);
  return { audited: header.user, given: givenOf({ takenAt: header.takenAt, files, accounts, running: wasRunning(header) }) };
}

interface Told {
  readonly takenAt: string;
  readonly files: readonly string[];
  readonly accounts: readonly string[];
  readonly running: boolean;
}

function givenOf({ takenAt, files, accounts, running }: Told): Looker['given'] {
  const now = Date.parse(takenAt) / 1000;
  return { files: files.filter((f) => f !== ''), accounts, running, ...(Number.isFinite(now) ? { now } : {}) };
}

/** What only some formats say of a verdict or a rule (what is missing, lines of files, reasons) is worked out for those that do. */
function summarised(inspection: Inspection, snapshot: Snapshot, { pack, selection }: Order, tool: Tool, missing: ReturnType<typeof missingIn>): Report {
  const lineAt = linesIn(snapshot);
  const cards = (): RuleCard[] =>
    inspection.rules.map((rule) => cardOf(rule, (name) => inspection.params[`${rule.id}:${name}`] ?? null, inspection.controls(rule)));
  return withLater(
    {
      format: 'pretrip-report/1' as const,
      tool: toolOf(tool, pack.digest),
      target: targetOf(snapshot.header, snapshot, selection.asked?.accounts),
      ...caveatsOf(inspection, snapshot.header),
      profiles: inspection.profiles,
      ...(inspection.undecidedProfiles.length > 0
        ? { undecidedProfiles: inspection.undecidedProfiles.map(({ open, ...profile }) => withLater(profile, { missing: () => missing(open) })) }
        : {}),
      ...(selection.asked ? { selection: selection.asked } : {}),
      params: inspection.params,
      ...(inspection.numbering === undefined ? {} : { numbering: inspection.numbering }),
      ...(Object.keys(inspection.stricter).length > 0 ? { stricter: inspection.stricter } : {}),
      verdicts: inspection.verdicts.map((judged) => reported(judged, lineAt, missing)),
      summary: summarize(inspection.rules.length, inspection.verdicts),
    },
    { rules: cards },
  );
}

/** A verdict of the report: what few formats tell of it stays to be worked out. */
function reported(judged: Judgement, lineAt: ReturnType<typeof linesIn>, missing: ReturnType<typeof missingIn>): Verdict {
  const { rule, subject, outcome, severity, next, open } = judged;
  return withLater(
    { rule, ...(subject === undefined ? {} : { subject }), outcome, severity, ...(next === undefined ? {} : { next }) },
    {
      message: () => judged.message,
      evidence: () => judged.evidence.map((e) => withLines(e, lineAt)),
      ...('remedy' in judged ? { remedy: () => judged.remedy } : {}),
      ...(open ? { missing: () => missing(open) } : {}),
    },
  );
}

const hasCode = (tool: Tool): tool is Required<Tool> => 'code' in tool;

function toolOf(tool: Tool, rules: string): Report['tool'] {
  const told = { name: 'pretrip' as const, version: tool.version, rules };
  return hasCode(tool) ? withLater(told, { code: () => tool.code }) : told;
}

/** A part of a host is told as such before all else. */
function caveatsOf({ caveats }: Inspection, { lacks = [] }: Header): Pick<Report, 'caveats'> {
  const missing = lacks.map((name) => `/${name}`).join(' and ');
  const part = { about: 'target', said: `this is a part of a host, without ${missing}: what lies outside of its directories is unknown, not absent` } as const;
  const all = [...(lacks.length > 0 ? [part] : []), ...caveats];
  return all.length > 0 ? { caveats: all } : {};
}

/** Characters of a line that a report shows; the snapshot has the rest. */
const longestLine = 300;

/** Lines of the text files of a snapshot, by path and number: masked as they are there. Each file is taken apart once. */
function linesIn({ answers }: Snapshot): (path: string, line: number) => string | undefined {
  const files = new Map<string, readonly string[]>();
  const read = (path: string): readonly string[] => {
    const answer = answers.get(keyOf({ do: 'read', path }))?.answer;
    const content = answer?.is === 'got' ? (answer.value as Content) : undefined;
    return content === undefined || content.binary ? [] : content.text.split('\n');
  };
  return (path, line) => {
    const lines = files.get(path) ?? read(path);
    files.set(path, lines);
    return lines[line - 1]?.replace(/\r$/, '');
  };
}

/** The evidence with the lines that it points to. Nothing is asked for that. */
function withLines(evidence: Evidence, lineAt: ReturnType<typeof linesIn>): Evidence {
  const withLine = (place: Place): Place => {
    const line = place.line === undefined ? undefined : lineAt(place.path, place.line);
    if (line === undefined || line.trim() === '') return place;
    return { ...place, text: line.length > longestLine ? `${line.slice(0, longestLine - 1).toWellFormed()}…` : line };
  };
  return { ...evidence, where: evidence.where.map(withLine) };
}

const targetOf = (header: Header, { digest, truncated }: Snapshot, accounts = header.accounts): Report['target'] => ({
  kind: header.kind,
  name: header.name,
  ...(header.identity === undefined ? {} : { identity: header.identity }),
  takenAt: header.takenAt,
  snapshot: digest,
  user: header.user.name,
  ...(accounts ? { accounts } : {}),
  ...(truncated ? { truncated: true } : {}),
  ...(wasRunning(header) ? {} : { offline: true }),
});
