/** Every rule judged on a hostile host, shown in every format: no crash, nothing that commands a terminal or a CI runner. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { answerer, composed, type HostSpec } from '../../src/collect/composed/composed.ts';
import { keyOf } from '../../src/facts/asks.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import type { Selection } from '../../src/inspect.ts';
import { textOf } from '../../src/report/format.ts';
import { type Scanned, scan } from '../../src/scan.ts';
import type { Report } from '../../src/verdicts/report.ts';
import { pack } from '../laws/every-rule.ts';
import { everyFormat } from '../report/every-format.ts';
import { hostileHost } from './hostile-host.ts';

const selection: Selection = { byName: true, wants: () => true, params: [] };

const judged = (target: ReturnType<typeof composed>): Promise<Scanned> =>
  scan(
    { kind: 'local', name: 'a\n::error::\u001b[31m', user: rootAccount, target },
    { pack, selection },
    { takenAt: '2026-07-01T00:00:00Z', files: ['/root/k3d.yaml'], tool: { version: '0' } },
  );

describe('a hostile host', () => {
  let report: Report;
  let defects: readonly string[] = [];
  beforeAll(async () => {
    ({ report, defects } = await judged(composed(hostileHost)));
  });

  test('is judged without a crash', () => {
    expect(defects).toEqual([]);
    expect(report.verdicts.length).toBeGreaterThan(pack.rules.length);
  });

  test('leaves the prototypes of JavaScript alone', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each(everyFormat)('%s shows nothing that commands', (_, format) => {
    const text = textOf(format, report, {
      width: 100,
      colour: false,
      show: ['fail', 'unknown', 'pass', 'not-applicable'],
      failOn: 'high',
      hash: (algorithm, data) => createHash(algorithm).update(data).digest('hex'),
    });
    expect(text.match(/[^\n\t\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu) ?? []).toEqual([]);
    expect(text.split('\n').filter((line) => /^\s*::[a-z]|##vso\[|##\[/.test(line))).toEqual([]);
    if (['json', 'sarif'].includes(format.extension)) expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(text.includes('<script>') && ['xml', 'html'].includes(format.extension)).toBe(false);
  });
});

describe('a host whose every answer is', () => {
  const spoilt: Readonly<Record<string, (host: HostSpec) => ReturnType<typeof composed>>> = {
    'empty text': (host) => changed(host, () => ''),
    rubbish: (host) => changed(host, () => '%%%\u001b[31m\n::error::x\n{[<"\'\n__proto__: 1\n\u0000\u0007 constructor=2\n'),
    'an HTML page': (host) => changed(host, () => '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>\n'),
    'cut in the middle': (host) => changed(host, (text) => text.slice(0, text.length >> 1)),
    'a row of brackets': (host) => changed(host, () => '[{'.repeat(20_000)),
    'one long line': (host) => changed(host, () => `${'a '.repeat(20_000)}=`),
  };
  test.each(Object.keys(spoilt))('%s is judged without a crash, in time', async (name) => {
    const before = performance.now();
    const { defects } = await judged((spoilt[name] as (host: HostSpec) => ReturnType<typeof composed>)(hostileHost));
    expect(defects).toEqual([]);
    expect(performance.now() - before).toBeLessThan(15_000);
  });
});

/** The host with other texts in its files, and in what its programs and sockets say. */
function changed(host: HostSpec, text: (was: string) => string): ReturnType<typeof composed> {
  const answer = answerer(host);
  return {
    answer: async (asks) =>
      asks.map((ask) => {
        const was = answer(ask);
        if (was.is !== 'got' || keyOf(ask) === 'read /etc/passwd') return was;
        const value = was.value as { text?: string; stdout?: string; body?: string };
        if (ask.do === 'read') return { is: 'got', value: { text: text(value.text ?? '') } };
        if (ask.do === 'run') return { is: 'got', value: { exit: 0, stdout: text(value.stdout ?? ''), stderr: '' } };
        if (ask.do === 'get') return { is: 'got', value: { status: 200, headers: {}, body: text(value.body ?? '') } };
        return was;
      }),
  };
}
