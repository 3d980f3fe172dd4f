/** The orders of versions, held against dpkg and rpm. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { versionParts } from '../../../src/facts/package-name.ts';
import { compareDpkg, compareRpm } from '../../../src/facts/text/version-order.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

const dpkg = (a: string, b: string): number => Math.sign(compareDpkg(versionParts(a), versionParts(b)));
const rpm = (a: string, b: string): number => Math.sign(compareRpm(versionParts(a), versionParts(b)));

describe('of dpkg', () => {
  test.each<[string, string, number]>([
    ['1.0', '1.0', 0],
    ['1.10', '1.9', 1],
    ['1.0~rc1', '1.0', -1],
    ['1.0~~', '1.0~', -1],
    ['1.0+dfsg', '1.0', 1],
    ['1.0a', '1.0+', -1],
    ['1:0.1', '9.9', 1],
    ['0:1', '1', 0],
    ['1-1', '1-1+b1', -1],
    ['1', '1-0', 0],
    ['1.00', '1.0', 0],
    ['99999999999999999999999', '100000000000000000000000', -1],
  ])('%s and %s', (a, b, wanted) => {
    expect(dpkg(a, b)).toBe(wanted);
    expect(dpkg(b, a)).toBe(-wanted || 0);
  });

  const version = fc
    .tuple(
      fc.option(fc.nat(2), { nil: undefined }),
      fc.stringMatching(/^[0-9][0-9az.+~]{0,5}$/),
      fc.option(fc.stringMatching(/^[0-9az.+~]{1,4}$/), { nil: undefined }),
    )
    .map(([epoch, v, release]) => `${epoch === undefined ? '' : `${epoch}:`}${v}${release === undefined ? '' : `-${release}`}`);

  test('as dpkg itself', { ...oracle('dpkg'), timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const is = (relation: string): boolean => spawnSync('dpkg', ['--compare-versions', a, relation, b]).status === 0;
        expect(dpkg(a, b)).toBe(is('lt') ? -1 : is('eq') ? 0 : 1);
      }),
      { numRuns: tries(150) },
    );
  });
});

describe('of rpm', () => {
  test.each<[string, string, number]>([
    ['1.0', '1.0', 0],
    ['1.10', '1.9', 1],
    ['1.0~rc1', '1.0', -1],
    ['1.0^git1', '1.0', 1],
    ['1.0^git1', '1.0.1', -1],
    ['1.0^git1~pre', '1.0^git1', -1],
    ['1.0~rc1^git1', '1.0~rc1', 1],
    ['1.a', '1.0', -1],
    ['1..0', '1_0', 0],
    ['1.0', '1.0.', 0],
    ['2:1', '1:9', 1],
    ['1-2', '1-10', -1],
    ['1.0a', '1.0', 1],
    ['150500.55.7.1', '150500.55.10.1', -1],
  ])('%s and %s', (a, b, wanted) => {
    expect(rpm(a, b)).toBe(wanted);
    expect(rpm(b, a)).toBe(-wanted || 0);
  });

  test('as rpm itself', { ...oracle('rpm'), timeout: 3_600_000 }, () => {
    const part = fc.stringMatching(/^[0-9a-c][0-9a-cB.+_~^]{0,6}$/);
    const pairs = fc
      .sample(fc.tuple(part, part, fc.nat(1)), { numRuns: tries(1500), seed: 7 })
      .map(([a, b, same]) => [a, same === 1 ? a.slice(0, 3) + b : b] as const);
    const lua = `%{lua: ${pairs.map(([a, b]) => `print(rpm.vercmp("${a}","${b}") .. "\\n")`).join(' ')}}`;
    const told = execFileSync('rpm', ['--eval', lua], { encoding: 'utf8' }).split('\n').filter(Boolean).map(Number);
    expect(pairs.map(([a, b]) => `${a} ${b} ${rpm(a, b)}`)).toEqual(pairs.map(([a, b], at) => `${a} ${b} ${told[at]}`));
  });
});
