/** What an unknown verdict is missing, in words, and what decides it. */
import { saidOf } from '../facts/asks.ts';
import { type Missing, overSsh, ownHost, type Report, type Verdict } from '../verdicts/report.ts';
import { shellLine } from '../verdicts/shell-line.ts';
import { isUndecided } from './findings.ts';

/** `read /etc/sudoers, as root`. */
export function missingText(missing: Missing): string {
  if (missing.do === 'mend') return `fix ${missing.path}: no capture decides it`;
  if (missing.do === 'look') return `look${missing.path === undefined ? '' : ` at ${missing.path}`} by hand: no capture decides it`;
  const user = 'user' in missing && missing.privilege !== 'root' ? missing.user : undefined;
  return `${saidOf(missing)}, ${as(user ? `user ${user.name}` : missing.privilege)}`;
}

const as = (privilege: string): string => (privilege === 'running host' ? 'on the running host' : `as ${privilege}`);

/** The part of the next step that does not name the place: "scan as root or as the owner". Verdicts share it. */
export const stepOf = (next: string): string => /^(scan as [^:]+): /.exec(next)?.[1] ?? next;

/** Verdicts that the same step decides. */
export interface Way {
  readonly verdicts: readonly [Verdict, ...Verdict[]];
  /** What they wait for: `root`, `the running host`. Undefined: the step says it. */
  readonly needs?: string;
  /** Who carries the step out: `root`, `driver`. Undefined: whoever likes. */
  readonly who?: string;
  /** The step, as it is typed or in words. */
  readonly step: string;
  readonly isCommand: boolean;
  /** The same as a program with its arguments, where it is a command. */
  readonly argv?: readonly string[];
  /** What to know about the step. */
  readonly note?: string;
}

/**
 * What decides the unknown verdicts of a report, the step that decides most first. `here`: the report is about this very
 * host, looked at just now, so that looking again is starting pretrip again.
 */
export function waysToDecide(report: Report, here: boolean): Way[] {
  const unknown = report.verdicts.filter(isUndecided);
  const groups = [...Map.groupBy(unknown, (v) => JSON.stringify(needOf(v)))].map(([, verdicts]) => way(verdicts as [Verdict, ...Verdict[]], report, here));
  return groups.toSorted((a, b) => b.verdicts.length - a.verdicts.length || (a.step < b.step ? -1 : 1));
}

function way(verdicts: readonly [Verdict, ...Verdict[]], report: Report, here: boolean): Way {
  const { sort, of } = needOf(verdicts[0]);
  if (sort === 'root') return { verdicts, needs: 'root', who: 'root', ...asRoot(report, here) };
  if (sort === 'running') return { verdicts, needs: 'the running host', ...furtherCapture };
  if (sort === 'user') return { verdicts, needs: of, who: of, ...furtherCapture };
  if (sort === 'fix') return { verdicts, step: `fix ${of}, then scan again`, isCommand: false };
  const [, command, who] = runFirst.exec(of) ?? [];
  if (command !== undefined && who !== undefined) return { verdicts, who, ...typed(...command.split(' ')), note: 'then scan again' };
  return { verdicts, step: of, isCommand: false };
}

/** What somebody runs before the host is looked at again. */
const runFirst = /^run ([\w -]+) as (\S+), then scan again$/;

const typed = (...argv: readonly string[]) => ({ step: shellLine(argv), isCommand: true, argv });
const toCapture = ['pretrip', 'capture', '--for', 'RUN.json'] as const;
const itsRun = { note: 'RUN.json is this run, saved with -o json=RUN.json' } as const;
const furtherCapture = { ...typed(...toCapture), ...itsRun };

function asRoot(report: Report, here: boolean): Pick<Way, 'step' | 'isCommand' | 'argv' | 'note'> {
  const { kind } = report.target;
  if (kind === ownHost && here) return typed('sudo', 'pretrip', 'scan', ...flagsOf(report));
  if (kind === overSsh && here) return { step: 'scan it again with --sudo', isCommand: false };
  return { ...typed('sudo', ...toCapture), ...itsRun };
}

/** What selects the same rules again. */
function flagsOf({ selection = {}, target }: Report): readonly string[] {
  const { profiles = [], select = [], ignore = [], params = [] } = selection;
  const each = (flag: string, values: readonly string[]): string[] => values.flatMap((value) => [flag, value]);
  return [
    ...each('-p', profiles),
    ...each('--select', select),
    ...each('--ignore', ignore),
    ...each('-D', params),
    ...each('--account', target.accounts ?? selection.accounts ?? []),
  ];
}

interface Need {
  readonly sort: 'root' | 'running' | 'user' | 'fix' | 'step';
  /** Account, file or step. */
  readonly of: string;
}

/** What is hardest to get of what a verdict is missing; of what no capture decides, the step that people take. */
function needOf({ missing = [], next = 'scan again' }: Verdict): Need {
  const broken = missing.find((m) => m.do === 'mend');
  if (broken?.do === 'mend') return { sort: 'fix', of: broken.path };
  const privileges = new Set(missing.flatMap((m) => ('privilege' in m ? [m.privilege] : [])));
  if (privileges.size === 0 || missing.some((m) => m.do === 'look')) {
    const step = stepOf(next);
    return /^scan as root\b/.test(step) ? { sort: 'root', of: '' } : { sort: 'step', of: step };
  }
  if (privileges.has('running host')) return { sort: 'running', of: '' };
  if (privileges.has('root')) return { sort: 'root', of: '' };
  return { sort: 'user', of: [...privileges][0]?.replace(/^user /, '') ?? '' };
}
