/** Remedies carried out on a booted host, word for word: afterwards the rule must pass, or have nothing to say of the subject. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/cli/paths.ts';
import type { After } from '../../src/verdicts/afters.ts';
import type { Report, Verdict } from '../../src/verdicts/report.ts';
import { shellLine } from '../../src/verdicts/shell-line.ts';
import { isActing, type Step, shellOf, tellStep } from '../../src/verdicts/steps.ts';
import { type Answered, batch } from './host.ts';
import { looking } from './look.ts';
import { oneLine } from './result.ts';
import { type Claim, type State, type Suite, suites } from './state.ts';
import { lookFor, type Where, ways } from './ways.ts';

/** What came of the remedy of one failure. `by hand`: one step at least has no command, or none that this host can give. */
export interface Cured {
  readonly suite: Suite;
  readonly state: string;
  readonly rule: string;
  readonly subject: string;
  readonly outcome: 'healed' | 'not healed' | 'by hand';
  readonly why: string;
}

/** Where remedies write, beyond what a state saves itself. */
const touched = [
  '/etc/containers /etc/systemd /etc/sysctl.d /etc/modules-load.d /etc/modprobe.d /etc/tmpfiles.d /etc/subuid /etc/subgid /etc/cni /etc/nsswitch.conf',
  '/etc/profile.d /etc/docker /var/lib/systemd/linger /root/.config /home/driver/.config /home/carol/.config /usr/share/containers',
].join(' ');

/** States whose verdict of this suite the page has as a failure, and those it does not have yet. */
export function mayFail(suite: Suite): (state: State) => boolean {
  const rows = readFileSync(join(packageRoot, 'docs/truth.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2).split(/ \|(?: |$)/));
  const known = new Set(rows.map(([state]) => state));
  const failing = new Set(rows.filter((cells) => /^(?:fail|warning)/.test(cells[4 + suites.indexOf(suite)] ?? '')).map(([state]) => state));
  return ({ name, by, boot }) => by === undefined && boot === undefined && (failing.has(name) || !known.has(name));
}

/** Commands in the shell of whoever they are for, ended by the first that fails. An account has a session then, as after its login. */
function inShell(commands: readonly string[], account: string | undefined): string {
  const own = account === undefined || account === 'root';
  const run = own ? 'cd /; timeout 120 sh -e' : `systemctl start "user@$(id -u ${account})"; as ${account} timeout 120 sh -e`;
  return `cat >/tmp/step.$$ <<'LAB-STEP'\n${commands.join('\n')}\nLAB-STEP\nchmod 644 /tmp/step.$$; ${run} /tmp/step.$$ </dev/null; done=$?; rm -f /tmp/step.$$; [ $done = 0 ] || exit $done`;
}

/** What is due after a step; undefined where no command does it here: a host is not booted anew for one remedy. */
function afterwards(after: After): string | undefined {
  if (after.do === 'reboot') return undefined;
  if (after.do === 'relogin') return `loginctl terminate-user ${after.account}; sleep 2; systemctl start "user@$(id -u ${after.account})"`;
  return after.run && inShell([shellLine(after.run)], after.needs === 'user' ? after.account : undefined);
}

/** The remedy as commands for the lab's shell, or why a person has to do it. */
function cure(steps: readonly Step[]): { commands: string } | { why: string } {
  const commands: string[] = [];
  const later = new Map<string, string>();
  for (const step of steps.filter(isActing)) {
    const lines = shellOf(step);
    if (!lines) return { why: tellStep(step).line };
    commands.push(inShell(lines, step.needs === 'user' ? step.account : undefined));
    for (const after of step.after ?? []) {
      const line = afterwards(after);
      if (line === undefined) return { why: `then ${after.do}` };
      later.set(line, line);
    }
  }
  return { commands: [...commands, ...later.values()].join('\n') };
}

const live = ways.find(({ name }) => name === 'live');

function reportOf(states: readonly State[], answers: ReadonlyMap<string, Answered>, where: Where): Report {
  const printed = answers.get('way:live')?.printed ?? '';
  if (!live) throw new Error('there is no way called live');
  try {
    return live.judge(lookFor(states), printed, where);
  } catch {
    throw new Error(`no report of ${states.map((s) => s.name).join(', ')}: ${oneLine(printed, 300)}`);
  }
}

const of = (report: Report, claim: Claim): Verdict | undefined => report.verdicts.find((v) => v.rule === claim.rule && v.subject === claim.subject);
const unique = (commands: readonly (string | undefined)[]): string => [...new Set(commands.filter((c) => c !== undefined))].join('\n') || ':';

/** Sets up the states of a round, carries out the remedies of what fails, looks again and undoes all. */
export function heal(suite: Suite, round: readonly State[], where: Where): Cured[] {
  const look = looking(live ? [live] : [], lookFor(round), where);
  const settle = unique(round.map((s) => s.settle));
  const setUps = round.map((state, at): [string, string] => [`set-up:${at}`, `set -e\n${state.setUp ?? ':'}`]);
  const first = batch(where.port, new Map([['save', `restore; save ${touched}`], ...setUps, ['settle', settle], ...look]));
  const before = reportOf(round, first, where);
  const failures = round.flatMap((state, at) =>
    state.claims.flatMap((claim) => {
      const verdict = of(before, claim);
      const isSetUp = first.get(`set-up:${at}`)?.exit === 0;
      return isSetUp && verdict?.outcome === 'fail' ? [{ state, claim, verdict, remedy: cure(verdict.remedy ?? []) }] : [];
    }),
  );
  const parts = failures.flatMap(({ remedy }, at): [string, string][] =>
    'commands' in remedy && remedy.commands !== '' ? [[`cure:${at}`, remedy.commands]] : [],
  );
  const undo = unique([
    'restore',
    ...round.map((s) => s.undo),
    ...round.map((s) => s.settle),
    'systemctl daemon-reload; as driver systemctl --user daemon-reload',
  ]);
  const second = batch(where.port, new Map([...parts, ...(parts.length > 0 ? look : []), ['undo', undo]]));
  const after = parts.length > 0 ? reportOf(round, second, where) : before;
  return failures.map(({ state, claim, verdict, remedy }, at): Cured => {
    const about = { suite, state: state.name, rule: claim.rule, subject: claim.subject ?? '-' };
    if (!('commands' in remedy)) return { ...about, outcome: 'by hand', why: remedy.why };
    if (remedy.commands === '') return { ...about, outcome: 'by hand', why: `no step: ${verdict.message}` };
    const done = second.get(`cure:${at}`);
    const now = of(after, claim);
    const healed = now === undefined || now.outcome === 'pass' || now.outcome === 'not-applicable';
    const said = done?.exit === 0 ? '' : `exit ${done?.exit}: ${done?.printed.split('\n').slice(-2).join(' ')}; `;
    return {
      ...about,
      outcome: healed ? 'healed' : 'not healed',
      why: healed ? `${said}${now?.outcome ?? 'gone'}` : `${said}${now?.outcome}: ${now?.message}`,
    };
  });
}

/** Suite, state, rule, subject, outcome and reason; tab-separated. */
export const curedLine = (c: Cured): string => [c.suite, c.state, c.rule, c.subject, c.outcome, oneLine(c.why, 260)].join('\t');

/** One line a rule, and one for all. */
export function curedTable(all: readonly Cured[]): string {
  const count = (of: readonly Cured[]): string =>
    `${of.filter((c) => c.outcome === 'healed').length} healed, ${of.filter((c) => c.outcome === 'not healed').length} not, ${of.filter((c) => c.outcome === 'by hand').length} by hand`;
  return [...[...Map.groupBy(all, (c) => c.rule)].map(([rule, of]) => `${rule}\t${count(of)}`), `${all.length} remedies: ${count(all)}`].join('\n');
}
