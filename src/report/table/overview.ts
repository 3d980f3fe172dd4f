/** Several targets at a glance: a line each, then how many stand how. */
import { answerOf, type Report } from '../../verdicts/report.ts';
import { gate, reaches } from '../../verdicts/summarize.ts';
import { bySeverity, isWaived, plural } from '../findings.ts';
import type { Style } from '../style.ts';
import { clip, plain } from '../text.ts';
import { columns, pad, wrap } from '../width.ts';
import { cutInMiddle, indent, type Page, sectionTitle, withGate } from './page.ts';
import { gateText, type Readiness, readiness, type Standing } from './readiness.ts';

const widestName = 40;

/** The lines of the overview. */
export function overview(reports: readonly Report[], page: Page): string[] {
  const { paint, prose, style } = page;
  const stands = reports.map((report) => ({ report, ready: readiness(report, style), name: plain(clip(report.target.name, 200)) }));
  const widest = Math.min(widestName, Math.floor(prose / 3), Math.max(...stands.map(({ name }) => columns(name))));
  const word = Math.max(...stands.map(({ ready }) => ready.standing.length));
  const { status } = gate(reports, style.failOn, style.allowIncomplete ?? false);
  const all = (['READY', 'NOT READY', 'NOT DECIDED', 'NO GATE'] as const).flatMap((standing) => {
    const count = stands.filter(({ ready }) => ready.standing === standing).length;
    return count === 0 ? [] : [`${count} ${standing.toLowerCase()}`];
  });
  return [
    ...sectionTitle('overview', page),
    ...stands.flatMap(({ report, ready, name }) => {
      const lead = `${pad(cutInMiddle(name, widest), widest)}  `;
      const by = columns(lead) + word + 2;
      const [start = '', ...rest] = wrap(found(report, style), prose - by);
      return [`${lead}${painted(ready.standing, word, page)}  ${start}`, ...indent(by, rest)];
    }),
    ...withGate(`${plural(reports.length, 'target')}: ${all.join(', ')}.`, gateText(status), paint.standing[worst[status]](gateText(status)), page),
  ];
}

const worst = { 0: 'READY', 1: 'NOT READY', 3: 'NOT DECIDED' } as const satisfies Readonly<Record<Readiness['status'], Standing>>;

const painted = (standing: Standing, width: number, { paint }: Page): string => paint.standing[standing](standing) + ' '.repeat(width - standing.length);

/** `3 critical, 15 high, 17 lower, 63 not decided`: what the gate sees by its severity, the rest as a number. */
function found({ verdicts }: Report, { failOn }: Style): string {
  const fails = verdicts.filter((v) => v.outcome === 'fail' && !isWaived(v));
  const seen = fails.filter((v) => reaches(v.severity, failOn === 'never' ? 'high' : failOn));
  const lower = fails.length - seen.length;
  const open = verdicts.filter((v) => v.outcome === 'unknown' && answerOf(v) === undefined).length;
  const denied = verdicts.filter((v) => answerOf(v) === 'no').length;
  const parts = [
    ...(seen.length === 0 ? [] : [bySeverity(seen)]),
    ...(lower === 0 ? [] : [`${lower} ${seen.length === 0 ? `below ${failOn === 'never' ? 'high' : failOn}` : 'lower'}`]),
    ...(denied === 0 ? [] : [`${denied} answered with no`]),
    ...(open === 0 ? [] : [`${open} not decided`]),
  ];
  return parts.length === 0 ? (verdicts.some((v) => v.outcome === 'pass') ? 'nothing fails' : 'nothing was judged') : parts.join(', ');
}
