/**
 * What every target keeps to, whatever it is: the same small host stands behind each, every ask is answered with got,
 * absent or blocked, nothing is thrown, and nothing is written. A target that is listed is tried; how stands in trials/.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/cli/paths.ts';
import { replay } from '../../../src/collect/record.ts';
import { wasRunning } from '../../../src/collect/snapshot/snapshot.ts';
import { isAnswered } from '../../../src/collect/snapshot/snapshot-record.ts';
import { local } from '../../../src/collect/targets/local.ts';
import { openTarget, targets } from '../../../src/collect/targets/open.ts';
import type { Opened } from '../../../src/collect/targets/target.ts';
import type { AnyAnswer, Ask, Stat, Target } from '../../../src/facts/ask.ts';
import { keyOf } from '../../../src/facts/asks.ts';
import { oracle } from '../../oracles.ts';
import { fingerprint, makeSmallHost, type SmallHost, type Trial } from './small-host.ts';

const folder = 'test/collect/targets/trials';
const trials = new Map<string, Trial>();
for (const { kind } of targets) {
  if (existsSync(join(packageRoot, folder, `${kind}.ts`))) trials.set(kind, ((await import(`./trials/${kind}.ts`)) as { trial: Trial }).trial);
}

test.each(targets)('$kind says what it is, and how the contract is tried', (target) => {
  expect(existsSync(join(packageRoot, 'src/collect/targets', `${target.kind}.ts`)), 'its file bears its kind').toBe(true);
  for (const text of [target.written, target.describe]) expect(text).toMatch(/^\S.*[^.\s]$/);
  for (const [args] of target.examples) expect(args).toMatch(/^(?:scan|capture)\b/);
  expect(target.examples.length).toBeGreaterThan(0);
  expect(trials.has(target.kind), `${folder}/${target.kind}.ts is missing`).toBe(true);
});

test('only its own file tells a target by its name', () => {
  const kinds = targets.map((t) => t.kind).join('|');
  const compared = new RegExp(`(?:kind|target)\\W{1,3}(?:===?|!==?) *'(?:${kinds})'|case '(?:${kinds})'`);
  expect("host.kind !== 'script'").toMatch(compared);
  const files = glob.sync(['src/**/*.ts', '!src/collect/targets/*.ts', '!src/{facts,kinds}/**'], { cwd: packageRoot });
  const telling = files.filter((file) => compared.test(readFileSync(join(packageRoot, file), 'utf8')));
  // Recordings that are older than the header's word on what runs.
  expect(telling).toEqual(['src/collect/snapshot/snapshot.ts']);
});

test('no two targets are called the same', () => {
  for (const of of [targets.map((t) => t.kind), targets.map((t) => t.written)]) expect(new Set(of).size).toBe(of.length);
});

/** Live ones and recordings alike. */
const asTarget = (opened: Opened): Target => {
  if ('host' in opened) return opened.host.target;
  const answer = replay(opened.snapshot);
  return { answer: async (asks) => asks.map(answer) };
};

/** What answers must have in common that are about one tree: a directory's size and all times but a file's differ, and so do words. */
function essence(answer: AnyAnswer | undefined): unknown {
  if (answer?.is === 'blocked') return { is: 'blocked' };
  if (answer?.is !== 'got') return answer;
  const { value } = answer;
  if (typeof value !== 'object' || !('type' in value)) return value;
  const { type, mode, target, real } = value satisfies Stat;
  return { type, mode: type === 'link' ? '' : mode, target, real: real?.is === 'got' ? { type: real.value.type, path: real.value.path } : real?.is };
}

describe.each(targets)('$kind', ({ kind, running }) => {
  const trial = trials.get(kind);
  describe.skipIf(trial === undefined)('keeps the contract', oracle(...(trial?.needs ?? [])), () => {
    let host: SmallHost;
    let opened: Opened;
    let close: (() => Promise<void>) | undefined;
    let stop: (() => void) | undefined;
    let before: string[] = [];
    const answers = new Map<string, AnyAnswer>();
    const ask = async (asks: readonly Ask[]): Promise<readonly AnyAnswer[]> => {
      const got = await asTarget(opened).answer(asks);
      for (const [at, one] of asks.entries()) answers.set(keyOf(one), got[at] as AnyAnswer);
      return got;
    };
    beforeAll(async () => {
      host = await makeSmallHost();
      const made = await (trial as Trial).behind(host);
      stop = made.stop;
      before = fingerprint(host.dir);
      opened = await openTarget(made.asked);
      if ('host' in opened) close = opened.close;
      await ask(host.asks);
    });
    afterAll(async () => {
      await close?.();
      stop?.();
      host.stop();
    });

    test('answers every sort of ask, in the form of that sort', async () => {
      for (const one of host.asks) {
        const answer = answers.get(keyOf(one));
        expect(isAnswered({ ask: one, answer }), `${keyOf(one)}: ${JSON.stringify(answer)}`).toBe(true);
      }
    });

    test('sees in files what this host sees in them', async () => {
      const files = host.asks.filter((a) => 'path' in a && a.do !== 'get');
      const here = await local().answer(files);
      const same = (answer: AnyAnswer | undefined): unknown =>
        essence(answer?.is === 'got' && typeof answer.value === 'object' && 'binary' in answer.value ? { is: 'blocked', why: 'not-text' } : answer);
      for (const [at, one] of files.entries()) {
        // A composed host holds text only.
        const blind = kind === 'composed' && one.do === 'read';
        const [seen, wanted] = [answers.get(keyOf(one)), here[at]];
        expect(blind ? same(seen) : essence(seen), keyOf(one)).toEqual(blind ? same(wanted) : essence(wanted));
      }
    });

    test('knows what is not there', () => {
      expect(answers.get(`stat ${host.tree}/not-there`)).toEqual({ is: 'absent' });
      expect(answers.get(`read ${host.tree}/not-there/below`)).toEqual({ is: 'absent' });
    });

    test('says truly whether a running host answers', () => {
      expect('host' in opened ? opened.host.running : wasRunning(opened.snapshot.header)).toBe(running);
      const ran = host.asks.filter((a) => a.do === 'run' || a.do === 'get' || a.do === 'env').map((a) => answers.get(keyOf(a)));
      if (!running) for (const answer of ran) expect(answer).toMatchObject({ is: 'blocked', why: 'unsupported' });
      else
        expect(ran.map((a) => a?.is)).toEqual([
          'got',
          'absent',
          expect.stringMatching(/got|blocked/),
          expect.stringMatching(/absent|blocked/),
          'got',
          'absent',
        ]);
    });

    test('answers nonsense, too, and the same again', async () => {
      const all = [...host.nonsense, ...host.asks];
      const [first, second] = [await ask(all), await ask([...all].reverse())];
      expect(first).toHaveLength(all.length);
      for (const [at, one] of all.entries()) {
        expect(isAnswered({ ask: one, answer: first[at] }), `${keyOf(one)}: ${JSON.stringify(first[at])}`).toBe(true);
        expect(second[all.length - 1 - at], keyOf(one)).toEqual(first[at]);
      }
      expect(await ask([])).toEqual([]);
    });

    test('writes nothing', () => {
      expect(fingerprint(host.dir)).toEqual(before);
      expect(existsSync('/tmp/pretrip-was-here')).toBe(false);
    });
  });
});
