/**
 * The published schema and the types of a report say the same. The compiler demands of `full` every property that the
 * types know and of `least` none that may be left out; the schema must take the one, and nothing less than the other.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import { reportSchema } from '../../src/explain/report-schema.ts';
import { type Sort, sorts } from '../../src/facts/asks.ts';
import type { Missing, Report, Verdict } from '../../src/verdicts/report.ts';
import { type Act, acts, type Step } from '../../src/verdicts/steps.ts';
import { againstReportSchema } from './validators.ts';

/** With every property that may be left out; free keys and single values as they are. */
type Full<T> = T extends readonly (infer E)[] ? readonly Full<E>[] : T extends object ? (string extends keyof T ? T : { [K in keyof T]-?: Full<T[K]> }) : T;
/** Without any property that may be left out. */
type Least<T> = T extends readonly (infer E)[]
  ? readonly Least<E>[]
  : T extends object
    ? string extends keyof T
      ? T
      : { [K in keyof T as Record<string, never> extends Pick<T, K> ? never : K]: Least<T[K]> }
    : T;

const driver = { name: 'driver', uid: 1, gid: 1, home: '/h' };
const digest = `sha256:${'0'.repeat(64)}` as const;
const after = [{ do: 'restart-manager', run: ['a'], say: 's', needs: 'root', account: 'a', cuts: 'c' }] as const;
const also = { needs: 'root', account: 'a', note: 'n', after, destroys: 'd', cuts: 'c', undo: 'u' } as const;
const because = { because: 'b', privilege: 'root' } as const;

const fullSteps: { readonly [A in Act]: Full<Extract<Step, { readonly [K in A]: unknown }>> } = {
  package: { package: 'p', command: ['a'], ...also },
  set: { set: '/x', format: 'toml', key: 'a.b', value: 1, instead: 'y', ...also, flag: 'f', beside: 'b' },
  unset: { unset: '/x', format: 'ini', key: 'a.b', value: ['x'], ...also, flag: 'f' },
  dropIn: { dropIn: 'a.service', name: 'n', keys: {}, manager: 'user', file: '/x', ...also },
  sysctl: { sysctl: 'a.b', value: '1', file: '/x', ...also },
  module: { module: 'tun', ...also },
  bootArgument: { bootArgument: 'a=b', do: 'add', file: '/x', command: ['a'], ...also },
  subid: { subid: '/etc/subuid', start: 1, count: 2, uid: 3, ...also },
  linger: { linger: 'a', ...also },
  unit: { unit: 'a.service', do: 'enable', manager: 'system', ...also },
  network: { network: 'n', do: 'create', options: ['a'], ...also },
  write: { write: '/x', content: 'c', mode: '0600', ...also },
  chmod: { chmod: '/x', mode: '0600', ...also },
  chown: { chown: '/x', owner: 'a', ...also },
  link: { link: '/x', to: '/y', ...also },
  prepend: { prepend: '/x', content: 'c', ...also },
  copy: { copy: '/x', to: '/y', ...also },
  remove: { remove: '/x', ...also },
  run: { run: ['a'], ...also },
  manual: { manual: 'm', decide: 'd', ...also },
  verify: { verify: ['a'], ...also },
};
const leastSteps: { readonly [A in Act]: Least<Extract<Step, { readonly [K in A]: unknown }>> } = {
  package: { package: 'p' },
  set: { set: '/x', format: 'toml', key: 'a.b', value: 1 },
  unset: { unset: '/x', format: 'ini', key: 'a.b' },
  dropIn: { dropIn: 'a.service', name: 'n', keys: {} },
  sysctl: { sysctl: 'a.b', value: '1' },
  module: { module: 'tun' },
  bootArgument: { bootArgument: 'a=b', do: 'add' },
  subid: { subid: '/etc/subuid', account: 'a', start: 1, count: 2 },
  linger: { linger: 'a' },
  unit: { unit: 'a.service', do: 'enable' },
  network: { network: 'n', do: 'create' },
  write: { write: '/x', content: 'c' },
  chmod: { chmod: '/x', mode: '0600' },
  chown: { chown: '/x', owner: 'a' },
  link: { link: '/x', to: '/y' },
  prepend: { prepend: '/x', content: 'c' },
  copy: { copy: '/x', to: '/y' },
  remove: { remove: '/x' },
  run: { run: ['a'] },
  manual: { manual: 'm' },
  verify: { verify: 'v' },
};

type MissingOf<D extends Missing['do']> = Extract<Missing, { readonly do: D }>;
const fullMissing: { readonly [D in Sort | 'mend' | 'look']: Full<MissingOf<D>> } = {
  stat: { do: 'stat', path: '/x', ...because },
  read: { do: 'read', path: '/x', ...because },
  list: { do: 'list', path: '/x', ...because },
  walk: { do: 'walk', top: '/', names: ['a'], ...because },
  packages: { do: 'packages', of: 'dpkg', ...because },
  run: { do: 'run', argv: ['a'], user: driver, ...because },
  get: { do: 'get', socket: '/s', path: '/', ...because },
  env: { do: 'env', name: 'A', ...because },
  mend: { do: 'mend', path: '/x', because: 'b' },
  look: { do: 'look', path: '/x', because: 'b' },
};
const leastMissing: { readonly [D in Sort | 'mend' | 'look']: Least<MissingOf<D>> } = {
  ...fullMissing,
  run: { do: 'run', argv: ['a'], ...because },
  look: { do: 'look', because: 'b' },
};

const verdict: Full<Verdict> = {
  rule: 'a.b',
  subject: 'user:s',
  about: { kind: 'user', name: 's' },
  fingerprint: '0123456789abcdef',
  outcome: 'fail',
  severity: 'low',
  message: 'm',
  evidence: [{ truth: 'no', said: 's', where: [{ path: '/x', line: 1, column: 1, text: 't', said: 's', looked: true }] }],
  remedy: Object.values(fullSteps),
  next: 'n',
  missing: Object.values(fullMissing),
  waived: { by: 'b', until: 'u', because: 'b' },
  attested: { answer: 'yes', by: 'b', when: 'w', until: 'u', note: 'n', expired: true },
};

const none = { pass: 0, fail: 0, unknown: 0, notApplicable: 0 };

const full: Full<Report> = {
  format: 'pretrip-report/1',
  tool: { name: 'pretrip', version: '0', code: digest, rules: digest },
  target: {
    kind: 'local',
    name: 'n',
    identity: 'i',
    takenAt: '2026-11-01T00:00:00Z',
    snapshot: digest,
    user: 'u',
    accounts: ['a'],
    truncated: true,
    offline: true,
  },
  caveats: [{ about: 'target', said: 's' }],
  profiles: [{ id: 'p', because: 'b' }],
  undecidedProfiles: [{ id: 'p', because: 'b', missing: Object.values(fullMissing) }],
  selection: { profiles: ['p'], select: ['a.b'], ignore: ['a.b'], params: ['a.b.p=1'], accounts: ['a'] },
  params: {},
  numbering: 'c',
  stricter: { 'a.b:p': 'p' },
  rules: [
    {
      id: 'a.b',
      title: 't',
      failing: 'f',
      severity: 'low',
      why: 'w',
      remedy: Object.values(fullSteps),
      references: [{ title: 't', url: 'u' }],
      controls: ['c'],
      profiles: ['p'],
      formerly: ['a.c'],
    },
  ],
  verdicts: [verdict],
  summary: {
    ...{ selected: 1, pass: 0, fail: 1, unknown: 0, notApplicable: 0, waived: 1, attested: 1 },
    bySeverity: { critical: none, high: none, medium: none, low: { ...none, fail: 1 }, info: none },
  },
  gate: { status: 0, failOn: 'high', allowIncomplete: false },
};

const least: Least<Report> = {
  format: 'pretrip-report/1',
  tool: { name: 'pretrip', version: '0', rules: digest },
  target: { kind: 'local', name: 'n', takenAt: '2026-11-01T00:00:00Z', snapshot: digest },
  profiles: [{ id: 'p', because: 'b' }],
  params: {},
  rules: [
    {
      id: 'a.b',
      title: 't',
      severity: 'low',
      why: 'w',
      remedy: Object.values(leastSteps),
      references: [{ title: 't' }],
      controls: ['c'],
      profiles: ['p'],
    },
  ],
  verdicts: [{ rule: 'a.b', outcome: 'pass', severity: 'low', message: 'm', evidence: [{ truth: 'yes', said: 's', where: [{ path: '/x' }] }] }],
  summary: { selected: 1, pass: 1, fail: 0, unknown: 0, notApplicable: 0, waived: 0 },
};

/** As a failure has steps and an unknown verdict says what is missing, `full` is two verdicts. */
const { next: _n, missing: _m, attested: _a, ...failed } = verdict;
const { remedy: _r, ...open } = verdict;
const whole = { ...full, verdicts: [failed, { ...open, outcome: 'unknown' }] };
const bare = { ...least, verdicts: [...least.verdicts, { ...least.verdicts[0], outcome: 'unknown', missing: Object.values(leastMissing) }] };

type Path = readonly (string | number)[];
/** The places of all properties in a document, elements of lists included. */
function places(value: unknown, at: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((v, n) => places(v, [...at, n]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, v]) => [[...at, key], ...places(v, [...at, key])]);
}
/** A copy of a document without the property at a place, or with one more beside it. */
function changed(value: unknown, [first, ...rest]: Path, more: boolean): unknown {
  if (Array.isArray(value)) return value.map((v, n) => (n === first ? changed(v, rest, more) : (v as unknown)));
  const entries = Object.entries(value as object);
  if (rest.length === 0) return Object.fromEntries(more ? [...entries, ['nobody-knows', 1]] : entries.filter(([key]) => key !== first));
  return Object.fromEntries(entries.map(([key, v]) => [key, key === first ? changed(v, rest, more) : (v as unknown)]));
}

describe('the schema of reports', () => {
  test('is the one that is published', () => {
    const { $comment, ...published } = JSON.parse(readFileSync(join(packageRoot, 'schemas/report.schema.json'), 'utf8')) as Record<string, unknown>;
    expect($comment).toContain('Generated from');
    expect(published).toEqual(JSON.parse(JSON.stringify(reportSchema)));
  });

  test('knows every property of the types, and no other beside them', () => {
    expect(againstReportSchema(whole)).toEqual([]);
    const all = places(whole);
    expect(all.length).toBeGreaterThan(150);
    for (const at of all) expect(againstReportSchema(changed(whole, at, true)), at.join('.')).not.toEqual([]);
  });

  test('demands every property that the types demand, and no other', () => {
    expect(againstReportSchema(bare)).toEqual([]);
    const demanded = places(bare).filter((at) => at.at(-1) !== 'missing');
    expect(demanded.length).toBeGreaterThan(80);
    for (const at of demanded) expect(againstReportSchema(changed(bare, at, false)), at.join('.')).not.toEqual([]);
  });

  test('names no property that the types do not know', () => {
    const written = new Set(places(whole).map((at) => at.at(-1)));
    expect(namesIn(reportSchema).filter((name) => !written.has(name))).toEqual([]);
  });

  test('holds a sample of each step and each ask', () => {
    expect(Object.keys(fullSteps).toSorted()).toEqual(acts.toSorted());
    expect(Object.keys(fullMissing)).toEqual([...sorts, 'mend', 'look']);
  });
});

/** Names of all properties that a schema describes. */
function namesIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(namesIn);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === 'properties' ? Object.keys(value as object) : []),
    ...(key === 'properties' || key === '$defs' ? Object.values(value as object) : [value]).flatMap(namesIn),
  ]);
}
