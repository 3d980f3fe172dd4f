import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { asking, wipe, working } from '../../src/cli/progress.ts';

const wiped = '\r\u001b[K';
let written: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  vi.stubEnv('CI', '');
  vi.stubEnv('TERM', 'xterm');
  process.stderr.isTTY = true;
  process.stderr.columns = 40;
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.stderr.isTTY = false;
});

describe('progress', () => {
  test('is silent for a second, then says what is going on, and is gone at the end', () => {
    const work = working('edge01', 'opening');
    work.step(asking(2, 340, 831));
    vi.advanceTimersByTime(900);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(written.at(-1)).toBe(`${wiped}edge01: asking, round 2, 340 of 831 an…`);
    work.end();
    expect(written.at(-1)).toBe(wiped);
    vi.advanceTimersByTime(5000);
    expect(written.at(-1)).toBe(wiped);
  });

  test('of several shares one line, and gives way to other text', () => {
    const [one, two] = [working('a', 'opening'), working('b', 'opening')];
    vi.advanceTimersByTime(1500);
    expect(written.at(-1)).toBe(`${wiped}a: opening (and 1 more)`);
    wipe();
    expect(written.at(-1)).toBe(wiped);
    one.end();
    vi.advanceTimersByTime(300);
    expect(written.at(-1)).toBe(`${wiped}b: opening`);
    two.end();
  });

  test.each([
    ['in a pipe', () => (process.stderr.isTTY = false)],
    ['in CI', () => vi.stubEnv('CI', 'true')],
    ['on a dumb terminal', () => vi.stubEnv('TERM', 'dumb')],
  ])('is not shown %s', (_, where) => {
    where();
    const work = working('edge01', 'opening');
    vi.advanceTimersByTime(5000);
    work.end();
    expect(written).toEqual([]);
  });

  test('shows nothing of a name that could command the terminal', () => {
    const work = working('\u001b[31medge', 'opening');
    vi.advanceTimersByTime(1500);
    expect(written.join('').replaceAll(wiped, '')).not.toMatch(/\u001b/);
    work.end();
  });
});
