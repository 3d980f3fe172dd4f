/** Of five users two run containers without root: rules that range over users judge those two, by name, and nobody else. */
import { describe, expect, test } from 'vitest';
import { type FileSpec, type HostSpec, overlay } from '../../src/collect/composed/composed.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { pack } from './every-rule.ts';
import { type On, whole } from './judging.ts';

const users = ['alice', 'bob', 'carol', 'dave', 'erin'];

const files: Record<string, FileSpec> = {
  '/etc/passwd': ['root:x:0:0::/root:/bin/bash', ...users.map((u, at) => `${u}:x:${1000 + at}:${1000 + at}::/home/${u}:/bin/bash`), ''].join('\n'),
  // useradd gives ranges to everybody, so they tell nothing.
  '/etc/subuid': users.map((u, at) => `${u}:${100_000 + at * 65_536}:65536\n`).join(''),
  '/etc/subgid': users.map((u, at) => `${u}:${100_000 + at * 65_536}:65536\n`).join(''),
  '/var/lib/systemd/linger/alice': '',
  '/home/bob/.local/share/containers/storage/overlay/l': { type: 'directory', owner: '1001:1001' },
  '/proc/sys/kernel': { type: 'directory' },
  ...Object.fromEntries(users.map((u, at) => [`/home/${u}`, { type: 'directory', mode: '0700', owner: `${1000 + at}:${1000 + at}` }])),
};
const on = (spec: HostSpec): On => ({ host: spec, trial: { params: {} } });
const host = on({ files });
/** carol may have anything below her home. */
const closed = on(overlay(host.host, { files: { '/home/carol': { type: 'directory', owner: '1002:1002', blocked: 'denied' } } }));

const rootless = pack.rules.filter((r) => r.forEach?.kind === 'user' && r.forEach.filter.length === 1 && r.forEach.filter[0]?.path.join('.') === 'rootless');
const engines = pack.rules.filter((r) => r.forEach?.kind === 'engine' && r.forEach.filter.length === 0);

const subjects = (rule: Rule, where: On): Record<string, string> => {
  const { verdicts, defects } = whole(rule, where).inspection;
  expect(defects).toEqual([]);
  return Object.fromEntries(verdicts.map((v) => [v.subject ?? '', v.outcome]));
};

test('there are such rules', () => {
  expect(rootless.length).toBeGreaterThan(12);
  expect(engines.length).toBeGreaterThan(0);
});

describe.each(rootless)('$id', (rule) => {
  test('judges the user who lingers and the one with container files, and no other', () => {
    expect(Object.keys(subjects(rule, host)).sort()).toEqual(['user:alice', 'user:bob']);
  });

  test('is unknown for a user whose home is closed, and says so', () => {
    const seen = subjects(rule, closed);
    expect(Object.keys(seen).sort()).toEqual(['user:alice', 'user:bob', 'user:carol']);
    expect(seen['user:carol']).toBe('unknown');
    const { verdicts } = whole(rule, closed).inspection;
    expect(verdicts.find((v) => v.subject === 'user:carol')?.message).toContain('/home/carol');
  });
});

describe.each(engines)('$id', (rule) => {
  test('judges the host and the two users', () => {
    const seen = Object.keys(subjects(rule, host));
    expect(seen.filter((s) => s.startsWith('user:')).sort()).toEqual(['user:alice', 'user:bob']);
  });

  test('tells that there may be a further user', () => {
    const { verdicts } = whole(rule, closed).inspection;
    expect(verdicts.some((v) => v.outcome === 'unknown' && /\/home\/carol/.test(JSON.stringify(v)))).toBe(true);
  });
});
