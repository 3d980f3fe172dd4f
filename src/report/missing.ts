/** What an unknown verdict is missing, in words. */
import { saidOf } from '../facts/asks.ts';
import { type Missing, ownHost, type Report, type Verdict } from '../verdicts/report.ts';

/** `read /etc/sudoers, as root`. */
export function missingText(missing: Missing): string {
  if (missing.do === 'mend') return `mend ${missing.path}: no capture decides it`;
  if (missing.do === 'look') return `look${missing.path === undefined ? '' : ` at ${missing.path}`} by hand: no capture decides it`;
  const user = 'user' in missing && missing.privilege !== 'root' ? missing.user : undefined;
  return `${saidOf(missing)}, ${as(user ? `user ${user.name}` : missing.privilege)}`;
}

const as = (privilege: string): string => (privilege === 'running host' ? 'on the running host' : `as ${privilege}`);

/** The part of the next step that does not name the place: "inspect as root or as the owner". Verdicts share it. */
export const stepOf = (next: string): string => /^(inspect as [^:]+): /.exec(next)?.[1] ?? next;

/** How the unknown verdicts of a run can be decided, by what they need; then how to. Empty when nothing is unknown. */
export function wayOut({ verdicts, target }: Report): string[] {
  const unknown = verdicts.filter((v) => v.outcome === 'unknown' && v.missing);
  if (unknown.length === 0) return [];
  const counts = Map.groupBy(unknown, need);
  const ways = [...counts].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1)).map(([way, of]) => `${of.length} ${way}`);
  const asks = unknown.some((v) => need(v).startsWith('by looking'));
  const here = target.kind === ownHost && counts.has('by looking as root') ? 'sudo pretrip scan, or ' : '';
  return [
    `of ${unknown.length} unknown can be decided: ${ways.join(', ')}`,
    ...(asks ? [`to decide them: ${here}pretrip capture --for RUN.json (saved with -o json=RUN.json)`] : []),
  ];
}

/** What is hardest to get of what a verdict is missing. */
function need({ missing = [] }: Verdict): string {
  if (missing.some((m) => m.do === 'mend')) return 'once a file is mended';
  if (missing.some((m) => m.do === 'look')) return 'by hand';
  const privileges = new Set(missing.flatMap((m) => ('privilege' in m ? [m.privilege] : [])));
  if (privileges.has('running host')) return 'by looking at the running host';
  if (privileges.has('root')) return 'by looking as root';
  return `by looking ${as([...privileges][0] ?? 'root')}`;
}
