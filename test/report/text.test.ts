import { describe, expect, test } from 'vitest';
import { clip, jsonText, plain, visible, visibleLines } from '../../src/report/text.ts';
import { columns, wrap } from '../../src/report/width.ts';
import { fc } from '../property.ts';
import { text } from './random.ts';

describe('visible', () => {
  test.each([
    ['\u001b[31m', '\\u001b[31m'],
    ['a\u009bb\u007f', 'a\\u009bb\\u007f'],
    ['line\nbreak\r\ttab', 'line\\nbreak\\r\\ttab'],
    ['\u202eexe.txt\u2069', '\\u202eexe.txt\\u2069'],
    ['zero\u200bwidth\u200d\ufeff\u00ad\u2060', 'zero\\u200bwidth\\u200d\\ufeff\\u00ad\\u2060'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['\ud800x\udfff', '\\ud800x\\udfff'],
    ['\ufffe\uffff\u{1fffe}', '\\ufffe\\uffff\\u{1fffe}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['hangul filler \u3164', 'hangul filler \\u3164'],
    ['héllo 地図 💥 \\n', 'héllo 地図 💥 \\n'],
  ])('%j', (raw, seen) => {
    expect(visible(raw)).toBe(seen);
  });

  test('a text keeps its lines', () => {
    expect(visibleLines('a\u0000\r\nb\n')).toEqual(['a\\u0000', 'b']);
    expect(visibleLines('')).toEqual(['']);
  });
});

describe('plain: no CI runner takes it for a command', () => {
  test.each([
    ['::error file=x::y', '\\u003a:error file=x\\u003a:y'],
    ['  ::add-mask::x', '  \\u003a:add-mask\\u003a:x'],
    [':::warning::', ':\\u003a:warning::'],
    ['##[set-env name=a]b', '\\u0023#[set-env name=a]b'],
    ['##vso[task.setvariable]', '\\u0023#vso[task.setvariable]'],
    ['##TeamCity[x]', '\\u0023#TeamCity[x]'],
    ['listens on :::6443 and ::1, fe80::abcd', 'listens on :::6443 and ::1, fe80::abcd'],
    ['## heading', '## heading'],
  ])('%j', (raw, seen) => {
    expect(plain(raw)).toBe(seen);
  });
});

describe('jsonText', () => {
  test('parses to the same value, shows nothing unseen, commands nobody', () => {
    fc.assert(
      fc.property(fc.array(text), (value) => {
        const written = jsonText(value);
        expect(JSON.parse(written)).toEqual(value);
        expect(written.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|##\[|##vso\[/u);
      }),
      { numRuns: 100 },
    );
  });
});

describe('columns', () => {
  test.each([
    ['plain', 5],
    ['地図', 4],
    ['ナビゲーション.container', 24],
    ['한국어', 6],
    ['ｆｕｌｌ', 8],
    ['é', 1],
    ['e\u0301', 1],
    ['💥', 2],
    ['「」、。', 8],
    ['───', 3],
    ['…', 1],
  ])('%s takes %i', (sample, wide) => {
    expect(columns(sample)).toBe(wide);
  });
});

describe('wrap', () => {
  test.each<[string, number, string[]]>([
    ['one two three', 8, ['one two', 'three']],
    ['', 5, ['']],
    ['/etc/containers/containers.conf', 16, ['/etc/containers/', 'containers.conf']],
    ['abcdefgh', 3, ['abc', 'def', 'gh']],
    ['地図地図地図', 5, ['地図', '地図', '地図']],
    ['a  b', 10, ['a  b']],
  ])('%j at %i', (given, width, lines) => {
    expect(wrap(given, width)).toEqual(lines);
  });

  test('every line fits, and nothing but blanks is lost', () => {
    fc.assert(
      fc.property(text.map(visible), fc.integer({ min: 2, max: 40 }), (given, width) => {
        const lines = wrap(given, width);
        for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(given.replaceAll(' ', ''));
      }),
      { numRuns: 300 },
    );
  });
});

test('clip keeps whole code points', () => {
  expect(clip('💥💥💥', 3)).toBe('💥💥💥');
  expect(clip('💥💥💥💥', 3)).toBe('💥💥…');
  expect(clip('abc', 3)).toBe('abc');
});
