/** The plan of a report: each step once, what others need first, what is due once for all at the end. */
import { expect, test } from 'vitest';
import { fixJson, fixText } from '../../src/report/fix.ts';
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

test('packages, then files, then units; what closes most of the gate first; the manager once at the end', () => {
  const report = reportOf(
    fail('a.a', 'low', socket),
    fail('b.b', 'high', timeout),
    fail('c.c', 'high', dropIn),
    fail('d.d', 'critical', dropIn),
    fail('e.e', 'low', { package: 'netavark', command: ['dnf', 'install', 'netavark'], needs: 'root' }, socket),
  );
  expect(lines(report)).toEqual([
    'root: dnf install netavark (1, 0)',
    'root: write /etc/systemd/system/user@.service.d/zz-delegate.conf (2, 2)',
    'root: in /etc/c.conf below [a] set b = 1 (1, 1)',
    'driver: systemctl --user enable --now podman.socket (2, 0)',
    'root: systemctl daemon-reload (2, 2)',
    'root: systemctl restart user@1000.service (2, 2)',
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
  expect(stepsOf({ ...report, target: { ...report.target, kind: 'local' } })).toEqual([
    { step: { run: ['sudo', 'pretrip', 'scan'], needs: 'root' }, who: 'root', closes: [], ofGate: 0, decides: [{ rule: 'u.u' }] },
  ]);
});

test('for a shell: what it closes, what to mind, how to take it back, and the commands', () => {
  const text = fixText(reportOf(fail('a.a', 'high', dropIn)), 'high');
  expect(text).toContain(
    '# 1. as root; closes 1: a.a\n#    undo: rm /etc/systemd/system/user@.service.d/zz-delegate.conf\nmkdir -p /etc/systemd/system/user@.service.d\ncat >/etc',
  );
  expect(text).toContain('#    mind: ends all processes of driver, containers and sessions among them\nsystemctl restart user@1000.service\n');
  expect(fixText(reportOf(), 'high')).toMatch(/^# .*: there is nothing to fix\n$/);
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
