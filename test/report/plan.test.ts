/** The plan of a report: each step once, what others need first, what is due once for all at the end. */
import { expect, test } from 'vitest';
import { fixJson, fixText } from '../../src/report/fix.ts';
import { waysToDecide } from '../../src/report/missing.ts';
import { stepsOf } from '../../src/report/plan.ts';
import { afterOf } from '../../src/verdicts/afters.ts';
import type { Report, Severity, Verdict } from '../../src/verdicts/report.ts';
import { type Step, tellStep } from '../../src/verdicts/steps.ts';
import { sample } from './sample.ts';

const driver = { name: 'driver', uid: 1000, asRoot: true };
const fail = (rule: string, severity: Severity, ...remedy: Step[]): Verdict => ({ rule, outcome: 'fail', severity, message: 'm', evidence: [], remedy });
const reportOf = (...verdicts: Verdict[]): Report => ({ ...sample, verdicts });
const lines = (report: Report): string[] =>
  stepsOf(report).map(({ step, who, closes, ofGate }) => `${who}: ${tellStep(step).line} (${closes.length}, ${ofGate})`);

const dropIn: Step = {
  dropIn: 'user@.service',
  name: 'zz-delegate',
  keys: { Service: { Delegate: 'cpu' } },
  needs: 'root',
  after: [afterOf('daemon-reload', driver), afterOf('restart-manager', driver)],
};
const timeout: Step = { set: '/etc/c.conf', format: 'toml', key: 'a.b', value: 1, needs: 'root' };
const socket: Step = { unit: 'podman.socket', do: 'enable-now', manager: 'user', needs: 'user', account: 'driver' };

test('what is alike stands once, and counts what it closes', () => {
  const plan = stepsOf(reportOf(fail('a.a', 'high', dropIn), fail('b.b', 'medium', { ...dropIn, note: 'another note' })));
  expect(plan.map(({ step, closes, ofGate }) => [tellStep(step).line, closes.map((c) => c.rule), ofGate])).toEqual([
    ['write /etc/systemd/system/user@.service.d/zz-delegate.conf', ['a.a', 'b.b'], 1],
    ['systemctl daemon-reload', ['a.a', 'b.b'], 1],
    ['systemctl restart user@1000.service', ['a.a', 'b.b'], 1],
  ]);
});

test('what is critical first, then what closes most of the gate; the manager once at the end', () => {
  const report = reportOf(
    fail('a.a', 'low', socket),
    fail('b.b', 'high', timeout),
    fail('c.c', 'high', dropIn),
    fail('d.d', 'critical', dropIn),
    fail('e.e', 'low', { package: 'netavark', command: ['dnf', 'install', 'netavark'], needs: 'root' }, socket),
  );
  expect(lines(report)).toEqual([
    'root: write /etc/systemd/system/user@.service.d/zz-delegate.conf (2, 2)',
    'root: in /etc/c.conf below [a] set b = 1 (1, 1)',
    'root: dnf install netavark (1, 0)',
    'driver: systemctl --user enable --now podman.socket (2, 0)',
    'root: systemctl daemon-reload (2, 2)',
    'root: systemctl restart user@1000.service (2, 2)',
  ]);
});

test('what a person writes waits for no reload', () => {
  const file: Step = {
    set: '/etc/containers/systemd/a.container',
    format: 'ini',
    key: 'Container.A',
    value: 1,
    needs: 'root',
    after: [afterOf('daemon-reload', driver)],
  };
  const byHand: Step = { manual: 'Write a check into the file.', needs: 'root', after: [afterOf('daemon-reload', driver)] };
  expect(lines(reportOf(fail('a.a', 'high', file, byHand))).filter((line) => line.includes('daemon-reload'))).toHaveLength(1);
});

test('what somebody runs before the host is looked at again is a command of theirs; what is open for root is one step', () => {
  const open = (rule: string, next: string): Verdict => ({ rule, outcome: 'unknown', severity: 'high', message: 'm', evidence: [], next });
  const report = reportOf(
    open('a.a', 'run podman ps as ann, then scan again'),
    open('b.b', 'scan as root or as the owner: /x may not be read by this account'),
  );
  expect(waysToDecide(report, false)).toMatchObject([
    { who: 'ann', step: 'podman ps', argv: ['podman', 'ps'], note: 'then scan again' },
    { who: 'root', step: 'sudo pretrip capture --for RUN.json' },
  ]);
});

test('a unit waits for the reload of what was written for it', () => {
  const unit: Step = { unit: 'a.service', do: 'restart', needs: 'root' };
  const file: Step = { write: '/etc/systemd/system/a.service.d/x.conf', content: '', needs: 'root', after: [afterOf('daemon-reload', driver)] };
  expect(lines(reportOf(fail('a.a', 'high', file, unit)))).toEqual([
    'root: write /etc/systemd/system/a.service.d/x.conf (1, 1)',
    'root: systemctl daemon-reload (1, 1)',
    'root: systemctl restart a.service (1, 1)',
  ]);
});

test('whoever reboots restarts no manager', () => {
  const boot: Step = { bootArgument: 'a=1', do: 'add', file: '/boot/firmware/cmdline.txt', needs: 'root', after: [afterOf('reboot', driver)] };
  expect(lines(reportOf(fail('a.a', 'high', dropIn), fail('b.b', 'high', boot))).at(-1)).toBe('root: systemctl reboot (2, 2)');
  expect(lines(reportOf(fail('a.a', 'high', dropIn), fail('b.b', 'high', boot))).join()).not.toMatch(/restart user@/);
});

test('what decides the unknown comes last, and checks and what is waived are none of it', () => {
  const unknown: Verdict = {
    rule: 'u.u',
    outcome: 'unknown',
    severity: 'high',
    message: 'm',
    evidence: [],
    missing: [{ do: 'read', path: '/etc/shadow', privilege: 'root', because: 'b' }],
  };
  const waived: Verdict = { ...fail('w.w', 'high', timeout), waived: { by: 'a', until: '2030-01-01', because: 'b' } };
  const report = reportOf(unknown, waived, fail('a.a', 'high', { verify: ['true'] }));
  const own = { ...report, target: { ...report.target, kind: 'local' } };
  expect(stepsOf(own, 'high', true)).toEqual([
    { number: 1, step: { run: ['sudo', 'pretrip', 'scan'], needs: 'root' }, who: 'root', closes: [], ofGate: 0, decides: [{ rule: 'u.u' }] },
  ]);
  // A saved run is of another day: the step is that of the report on a terminal.
  const [way] = waysToDecide(own, false);
  expect(tellStep(stepsOf(own)[0]?.step as Step).line).toBe(way?.step);
  expect(way?.step).toBe('sudo pretrip capture --for RUN.json');
});

test('what a critical failure needs comes before what closes more', () => {
  const start: Step = { unit: 'podman.socket', do: 'enable-now', needs: 'root' };
  const report = reportOf(
    fail('a.a', 'high', timeout),
    fail('b.b', 'high', timeout),
    fail('c.c', 'critical', start),
    fail('d.d', 'medium', { package: 'podman', command: ['apt-get', 'install', '--yes', 'podman'], needs: 'root' }),
    fail('e.e', 'critical', socket),
    fail('f.f', 'low', { linger: 'driver', needs: 'root' }),
  );
  expect(lines(report)).toEqual([
    'root: apt-get install --yes podman (1, 0)',
    'root: systemctl enable --now podman.socket (1, 1)',
    'root: loginctl enable-linger driver (1, 0)',
    'driver: systemctl --user enable --now podman.socket (1, 1)',
    'root: in /etc/c.conf below [a] set b = 1 (2, 2)',
  ]);
});

test('a package stands once, whatever a rule calls it and beside whichever other', () => {
  const apt = (...names: string[]): Step => ({ package: { debian: names.join(' '), suse: 'other' }, command: ['apt-get', 'install', ...names], needs: 'root' });
  const report = reportOf(
    fail('a.a', 'high', apt('dbus-user-session')),
    fail('b.b', 'high', { package: 'x', command: ['apt-get', 'install', 'dbus-user-session'], needs: 'root' }),
    fail('c.c', 'low', apt('uidmap')),
    fail('d.d', 'low', apt('uidmap', 'passt')),
  );
  expect(lines(report)).toEqual(['root: apt-get install dbus-user-session (2, 2)', 'root: apt-get install uidmap passt (2, 0)']);
});

test('of what does not run: files within it, nothing that restarts, and the rest once it has booted', () => {
  const image = { ...reportOf(fail('a.a', 'high', dropIn), fail('b.b', 'high', { unit: 'a.service', do: 'enable-now', needs: 'root' }, timeout)) };
  const report: Report = {
    ...image,
    verdicts: [
      ...image.verdicts,
      fail('c.c', 'high', { chown: '/etc/x', owner: 'driver', needs: 'root' }),
      fail('d.d', 'high', { run: ['podman', 'x'], needs: 'root' }, { unit: 'b.service', do: 'restart', needs: 'root' }),
    ],
    target: { ...image.target, offline: true },
  };
  const text = fixText(report, 'high', { root: '/srv/a b' });
  expect(text).toContain("# The target does not run: its files are changed below '/srv/a b'.");
  expect(text).toContain("cat >'/srv/a b/etc/systemd/system/user@.service.d/zz-delegate.conf'");
  expect(text).toContain("systemctl '--root=/srv/a b' enable a.service\n");
  expect(text).toContain("chroot '/srv/a b' chown driver /etc/x\n");
  expect(text).toContain('once it has booted: podman x\n');
  expect(text).not.toMatch(/daemon-reload|systemctl restart|--now/);
  // Where its root lies is not known to a saved run: nothing is typed that would change this host.
  expect(
    fixText(report, 'high')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')),
  ).toEqual([]);
});

test('for a shell: what it closes, what to mind, how to take it back, and the commands', () => {
  const text = fixText(reportOf(fail('a.a', 'high', dropIn)), 'high');
  expect(text).toContain(
    '# 1. as root; closes 1: a.a\n#    undo: rm /etc/systemd/system/user@.service.d/zz-delegate.conf\nmkdir -p /etc/systemd/system/user@.service.d\ncat >/etc',
  );
  expect(text).toContain('#    mind: ends all processes of driver, containers and sessions among them\nsystemctl restart user@1000.service\n');
  const pass: Verdict = { rule: 'p.p', outcome: 'pass', severity: 'high', message: 'm', evidence: [] };
  expect(fixText(reportOf(pass), 'high')).toMatch(/^# .*: there is nothing to fix\n$/);
  expect(fixText(reportOf(), 'high')).toMatch(/^# .*: nothing was judged: no check applies\n$/);
  const open: Verdict = { rule: 'u.u', outcome: 'unknown', severity: 'high', message: 'm', evidence: [] };
  expect(fixText(reportOf(pass, open), 'high')).toMatch(/^# .*: 1 step; nothing failed that could be fixed, and it decides what is open\n/);
});

test('it says how the plan is gone through', () => {
  const byHand: Step = { manual: 'choose a range', decide: 'which addresses are free' };
  const how = (...steps: Step[]): string => fixText(reportOf(fail('a.a', 'high', ...steps)), 'high').split('\n')[1] ?? '';
  expect(how(timeout)).toBe('# Printed, not carried out: read each step, then run it as who it names, from top to bottom. Then scan again.');
  expect(how(timeout, byHand)).toContain('from top to bottom. What says "by hand" has no command. Then scan again.');
  expect(how(byHand)).toBe('# Printed, not carried out: the step is one for a person, and no command does it. Then scan again.');
  expect(how(byHand, { manual: 'and then' })).toContain('every step is one for a person, and no command does it.');
});

test('what a host has put into a step is shown, and not typed', () => {
  const text = fixText(reportOf(fail('a.a', 'high', { chmod: '/x\u001b[2J', mode: '0600' }, { manual: 'a\nrm -rf /' })), 'high');
  expect(text).not.toContain('\u001b');
  expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});

test('as data', () => {
  const plan = JSON.parse(fixJson(reportOf(fail('a.a', 'high', timeout)), 'high'));
  expect(plan).toMatchObject({
    format: 'pretrip-plan/1',
    steps: [{ who: 'root', closes: [{ rule: 'a.a' }], ofGate: 1, say: 'in /etc/c.conf below [a] set b = 1' }],
  });
  expect(plan.steps[0].commands).toHaveLength(2);
});
