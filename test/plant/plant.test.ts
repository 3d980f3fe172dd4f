/** The planter: what it changes comes back, and what a second look tells of a fault. */
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPacks } from '../../src/cli/pack-files.ts';
import { shippedRules } from '../../src/cli/paths.ts';
import { compare, type Look } from './fault.ts';
import { faults } from './faults.ts';
import { Tree } from './tree.ts';

let dir = '';
let tree: Tree;
const at = (path: string): string => join(dir, 'root', path);
const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-plant-'));
  mkdirSync(at('etc'), { recursive: true });
  writeFileSync(at('etc/passwd'), 'root:x:0\n');
  chmodSync(at('etc/passwd'), 0o640);
  symlinkSync('passwd', at('etc/link'));
  symlinkSync('/etc', at('out'));
  tree = new Tree(join(dir, 'root'));
});
afterEach(() => {
  tree[Symbol.dispose]();
  rmSync(dir, { recursive: true });
});

test.skipIf(me.uid !== 0)('every change comes back, to the inode', () => {
  const { ino } = lstatSync(at('etc/passwd'));
  tree
    .append('/etc/passwd', 'x:x:1')
    .edit('/etc/passwd', (t) => t.replace('root', 'toor'))
    .own('/etc/passwd', { mode: 0o4777, uid: 5 });
  expect([readFileSync(at('etc/passwd'), 'utf8'), lstatSync(at('etc/passwd')).mode & 0o7777]).toEqual(['toor:x:0\nx:x:1\n', 0o4777]);
  tree.write('/etc/link', 'a file').write('/var/lib/a', '').directory('/tmp', { mode: 0o1777 }).link('/var/b', 'lib').remove('/etc/passwd');
  expect(() => readFileSync(at('etc/passwd'))).toThrow();
  tree.restore();
  expect(readFileSync(at('etc/passwd'), 'utf8')).toBe('root:x:0\n');
  expect(lstatSync(at('etc/passwd'))).toMatchObject({ ino, uid: me.uid });
  expect(lstatSync(at('etc/passwd')).mode & 0o7777).toBe(0o640);
  expect(readlinkSync(at('etc/link'))).toBe('passwd');
  for (const gone of ['var', 'tmp']) expect(() => lstatSync(at(gone))).toThrow();
});

test('a change that changes nothing is no fault', () => {
  expect(() => tree.edit('/etc/passwd', (t) => t.replace('nobody', ''))).toThrow('stays as it is');
  expect(() => tree.edit('/etc/link', () => 'x')).toThrow('is a link');
  expect(() => tree.remove('/etc/nothing')).toThrow('not there');
});

test('nothing is changed outside of the tree', () => {
  expect(() => tree.write('/out/passwd', '')).toThrow('leads out of the tree');
});

const of = (rule: string, outcome: Look[number]['outcome'], subject?: string): Look[number] => ({
  rule,
  outcome,
  severity: 'high',
  message: `${rule}.`,
  ...(subject === undefined ? {} : { subject }),
});
const clean = [of('a', 'pass'), of('b', 'fail'), of('c', 'pass'), of('q', 'pass', '/x')];

test.each<[string, Look, Partial<ReturnType<typeof compare>>]>([
  ['found', [of('a', 'fail'), of('b', 'fail'), of('c', 'pass')], { found: 'a.', wrong: [] }],
  ['missed', [of('a', 'unknown'), of('b', 'fail')], { wrong: [] }],
  ['a fault of a new subject counts', [...clean.slice(1), of('a', 'fail', '/y')], { found: 'a.', wrong: [] }],
  ['another rule fails', [of('a', 'fail'), of('b', 'fail'), of('c', 'fail')], { wrong: ['c fails, too: c.'] }],
  ['another subject of another rule fails', [of('a', 'fail'), of('b', 'fail'), of('q', 'fail', '/x')], { wrong: ['q (/x) fails, too: q.'] }],
  ['what failed passes', [of('a', 'fail'), of('b', 'pass')], { wrong: ['b passes now, and failed before'] }],
  ['another rule is not decided any more', [of('a', 'fail'), of('b', 'fail'), of('c', 'unknown')], { wrong: [], beside: ['c: pass, now unknown: c.'] }],
])('%s', (_, after, expected) => {
  const finding = compare(clean, after, { rule: 'a' });
  expect(finding).toMatchObject(expected);
  expect(finding.found).toBe(expected.found ?? (after.some((v) => v.rule === 'a' && v.outcome === 'fail') ? 'a.' : undefined));
});

test('what is said to fail, too, has to', () => {
  const also = { c: 'for a reason' };
  expect(compare(clean, [of('a', 'fail'), of('c', 'fail')], { rule: 'a', also }).wrong).toEqual([]);
  expect(compare(clean, [of('a', 'fail'), of('c', 'pass')], { rule: 'a', also }).wrong).toEqual(['c is said to fail, too, and does not']);
});

/** What only a running host has: the slot that was started. */
const never = ['vehicle.update.slot-known'];

test('each vehicle rule that a tree can fail has a fault, and each fault is of a rule', () => {
  const { rules } = readPacks([shippedRules]).pack;
  const planted = new Set(faults.map(({ rule }) => rule));
  const lacking = rules.filter((r) => r.id.startsWith('vehicle.') && r.running !== true && !planted.has(r.id) && !never.includes(r.id));
  expect(lacking.map((r) => r.id)).toEqual([]);
  expect([...planted].filter((id) => !rules.some((r) => r.id === id))).toEqual([]);
});

test('faults of one rule are told apart', () => {
  const names = faults.map(({ rule, what }) => `${rule}: ${what}`);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
