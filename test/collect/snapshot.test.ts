import { describe, expect, test } from 'vitest';
import { record } from '../../src/collect/record.ts';
import { redactText } from '../../src/collect/redact/redact.ts';
import { type Header, packed, readSnapshot, snapshotOf, wasRunning, writeSnapshot } from '../../src/collect/snapshot/snapshot.ts';
import type { Ask } from '../../src/facts/ask.ts';
import { fc } from '../property.ts';

const header: Header = {
  pretrip: 'snapshot/1',
  kind: 'local',
  name: 'h',
  takenAt: '2026-01-01T00:00:00Z',
  user: { name: 'root', uid: 0, gid: 0, home: '/root' },
  tool: '0',
};
const answers = [
  { ask: { do: 'read', path: '/b' } as const, answer: { is: 'got', value: { text: 'two\nlines' } } as const },
  { ask: { do: 'read', path: '/a' } as const, answer: { is: 'absent' } as const },
  { ask: { do: 'list', path: '/' } as const, answer: { is: 'blocked', why: 'denied' } as const },
];
const text = writeSnapshot(snapshotOf(header, answers));

describe('a snapshot', () => {
  test.each(['x.pretrip.jsonl', 'x.pretrip.jsonl.gz', 'x.pretrip.jsonl.zst'])('reads back from %s', (name) => {
    const back = readSnapshot(packed(text, name), name);
    expect(back).toMatchObject({ header, truncated: false, digest: snapshotOf(header, answers).digest });
    expect(back.answers.size).toBe(3);
  });

  test('does not depend on the order in which answers came', () => {
    expect(writeSnapshot(snapshotOf(header, answers.toReversed()))).toBe(text);
  });

  test('any cut gives a truncated snapshot whose answers are some of the whole, or an error; never more', () => {
    const whole = readSnapshot(Buffer.from(text), 'f').answers;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length - 2 }), (at) => {
        try {
          const cut = readSnapshot(Buffer.from(text.slice(0, at)), 'f');
          expect(cut.truncated).toBe(true);
          for (const [key, value] of cut.answers) expect(value).toEqual(whole.get(key));
        } catch (error) {
          expect((error as Error).message).toMatch(/^f/);
        }
      }),
    );
  });

  test.each([
    ['a changed answer', (t: string) => t.replace('two', 'TWO'), /does not match the digest/],
    ['another time in the header', (t: string) => t.replace('2026-01-01', '2026-01-02'), /does not match the digest/],
    ['another host in the header', (t: string) => t.replace('"name":"h"', '"name":"g"'), /does not match the digest/],
    ['another account in the header', (t: string) => t.replace('"uid":0', '"uid":1000'), /does not match the digest/],
    ['a line taken out', (t: string) => t.split('\n').toSpliced(1, 1).join('\n'), /does not match the digest/],
    [
      'a line twice',
      (t: string) =>
        t
          .split('\n')
          .toSpliced(1, 0, t.split('\n')[1] ?? '')
          .join('\n'),
      /answered twice/,
    ],
    ['something behind the end', (t: string) => `${t}{"ask":{"do":"read","path":"/z"},"answer":{"is":"absent"}}\n`, /more after the end record/],
    ['no header', (t: string) => t.split('\n').slice(1).join('\n'), /its first line is no "snapshot\/1" header/],
    ['a header that does not say truly whether it ran', (t: string) => t.replace('"tool":"0"', '"tool":"0","running":"no"'), /no "snapshot\/1" header/],
    ['garbage in the middle', (t: string) => t.replace('\n{"ask"', '\nGARBAGE\n{"ask"'), /f:2: this line is not JSON/],
  ])('%s is refused with its place', (_, change, message) => {
    expect(() => readSnapshot(Buffer.from(change(text)), 'f')).toThrow(message);
  });
});

test.each([
  ['local', undefined, true],
  ['local', false, false],
  // Recorded before the header told.
  ['root-directory', undefined, false],
  ['root-directory', true, true],
  ['disk-image', false, false],
] as const)('of a %s, running %s: whether a running host answered is %s', async (kind, running, was) => {
  const head = { ...header, kind, ...(running === undefined ? {} : { running }) };
  expect(wasRunning(readSnapshot(Buffer.from(writeSnapshot(snapshotOf(head, answers))), 'f').header)).toBe(was);
  const target = { answer: async (asks: readonly Ask[]) => asks.map(() => ({ is: 'absent' }) as const) };
  const nothing = (function* () {
    yield [];
  })();
  const host = { kind, name: 'h', user: header.user, target, ...(running === undefined ? {} : { running }) };
  const made = await record(nothing, host, { takenAt: header.takenAt, files: [] }, '0');
  // What runs is not marked, so that its recordings stay as they were.
  expect(made.header.running).toBe(running === false ? false : undefined);
});

describe('redaction', () => {
  const secret = 'hunter2-s3cr3t';
  test.each([
    `token: ${secret}`,
    `K3S_TOKEN=${secret}`,
    `Environment="DB_PASSWORD=${secret}" OTHER=1`,
    `ExecStart=/usr/local/bin/k3s server --token ${secret} --debug`,
    `ExecStart=k3s agent --token=${secret}`,
    `{"password": "${secret}", "x": 1}`,
    `datastore-endpoint: postgres://user:${secret}@db/k3s`,
    `url = "https://user:${secret}@host/path"`,
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${secret}\n-----END OPENSSH PRIVATE KEY-----`,
    `client-key-data: ${secret}`,
  ])('masks %s', (line) => {
    const masked = redactText(line);
    expect(masked).not.toContain(secret);
    expect(masked.split('\n').length).toBe(line.split('\n').length);
  });

  test.each([
    'service_timeout=0',
    'DOCKER_HOST=ssh://core@localhost:53685',
    'ExecStart=/usr/bin/podman system service --time=0',
    'Delegate=cpu cpuset io memory pids',
    'PrivateTmp=yes',
    '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----',
    'token-file: /etc/rancher/token',
    'passwd_timeout=5',
  ])('leaves %s alone', (line) => {
    expect(redactText(line)).toBe(line);
  });

  test('takes linear time on hostile text', () => {
    const hostile = `${'a_'.repeat(200_000)}\n${'"'.repeat(200_000)}\n${'http://'.repeat(50_000)}\n${'--a '.repeat(100_000)}\n${'-----BEGIN X-----'.repeat(20_000)}`;
    const started = process.cpuUsage();
    redactText(hostile);
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(20);
  });

  test('is idempotent', () => {
    fc.assert(fc.property(fc.string(), (t) => redactText(redactText(t)) === redactText(t)));
  });
});
