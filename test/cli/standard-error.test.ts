/** What a run says on standard error, whatever its format: counts, the gate, what was written, and what Ctrl-C costs. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import { everyFormat } from '../report/every-format.ts';
import { pretrip } from './run.ts';

let dir = '';
const at = (name: string): string => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-stderr-'));
  mkdirSync(at('root/etc'), { recursive: true });
  mkdirSync(at('root/usr'));
  writeFileSync(at('root/etc/os-release'), 'ID=debian\n');
  mkdirSync(at('rules/t'), { recursive: true });
  const rule = (id: string, path: string): string =>
    `id: t.${id}\ntitle: t\nseverity: high\nwhy: w\nprofiles: [base]\ncheck:\n  - file: ${path}\n    expect: { type: file }\n`;
  writeFileSync(at('rules/t/pass.yaml'), rule('pass', '/etc/os-release'));
  writeFileSync(at('rules/t/fail.yaml'), rule('fail', '/etc/missing'));
  writeFileSync(at('rules/t/open.yaml'), rule('open', '/proc/nothing'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const scan = (id: string, ...more: string[]) => pretrip(['scan', at('root'), '-r', at('rules'), '--select', `t.${id}`, ...more]);

describe('after a run', () => {
  test.each([
    ['pass', 0, /^gate: passed$/m],
    ['fail', 1, /^gate: FAILED {2}1 failed at or above high/m],
    ['open', 3, /^gate: INCOMPLETE {2}/m],
  ] as const)('that ends with %s the gate is told in each format, with the counts unless a table has them', async (id, status, gate) => {
    // One status shows it of each format, the formats of people and of programs that of each status.
    const formats = everyFormat.filter(([name]) => id === 'fail' || ['table', 'json', 'junit'].includes(name));
    for (const [name, { for: reader }] of formats) {
      const ran = await scan(id, '-o', name);
      expect(ran.status, name).toBe(status);
      expect(ran.err, name).toMatch(gate);
      if (name !== 'table') expect(ran.err, `${name} ${reader}`).toMatch(/^1 rule(?:s)?, 1 verdict/m);
    }
  });

  test('every file that was written is named', async () => {
    const files = everyFormat.map(([name]) => [name, at(`run.${name}`)] as const);
    const { err, out } = await scan('fail', '--evidence', at('evidence'), ...files.flatMap(([name, path]) => ['-o', `${name}=${path}`]));
    expect(out).toBe('');
    for (const [, path] of files) expect(err).toContain(`wrote ${path}\n`);
    expect(err).toContain(`wrote evidence of root to ${at('evidence')}`);
  });

  test('capture and its script name their files', async () => {
    const kept = await pretrip(['capture', at('root'), '-o', at('a.pretrip.jsonl')]);
    expect(kept.err).toMatch(/^wrote \S+a\.pretrip\.jsonl: \d+ answers, sha256:/);
    const script = await pretrip(['capture', '--select', 'podman.policy.*', '--script', '-o', at('capture.sh')]);
    expect(script.err).toBe(`wrote ${at('capture.sh')}`);
  });

  test('--quiet says nothing, and what goes wrong all the same', async () => {
    for (const flag of ['-q', '--quiet']) {
      const ran = await scan('fail', flag, '-o', `json=${at('q.json')}`);
      expect([ran.status, ran.out, ran.err]).toEqual([1, '', '']);
      expect((await pretrip(['report', at('q.json'), flag, '-o', 'concise'])).err).toBe('');
      expect((await pretrip(['capture', at('root'), flag, '-o', at('q.pretrip.jsonl')])).err).toBe('');
    }
    expect((await scan('fail', '-q', '-o', 'jsn')).err).toMatch(/there is no format "jsn"/);
    expect((await pretrip(['scan', at('nope'), '-q'])).err).toMatch(/there is no such file/);
  });
});

describe('an output that fails late', () => {
  test('leaves the others, and the gate is told', async () => {
    execMkfifo(at('pipe'));
    const ran = await scan('fail', '-o', `json=${at('pipe')}`, '-o', `sarif=${at('late.sarif')}`, '-o', 'concise');
    expect(ran.status).toBe(5);
    expect(ran.out).toMatch(/t\.fail/);
    expect(JSON.parse(readFileSync(at('late.sarif'), 'utf8'))).toHaveProperty('runs');
    expect(ran.err).toMatch(/^wrote \S+late\.sarif$/m);
    expect(ran.err).not.toMatch(/^wrote \S+pipe$/m);
    expect(ran.err).toMatch(/^gate: FAILED/m);
    expect(ran.err).toMatch(/^pretrip: cannot write \S+pipe: nobody reads the pipe/m);
  }, 60_000);

  test('two targets of one name lose the files that they share, and nothing else', async () => {
    mkdirSync(at('b/root/etc'), { recursive: true });
    mkdirSync(at('b/root/usr'));
    const ran = await pretrip(['scan', at('root'), at('b/root'), '-p', 'base', '-o', `json=${at('same/{target}.json')}`, '-o', 'concise']);
    expect(ran.status).toBe(5);
    expect(ran.out).not.toBe('');
    expect(ran.err).toMatch(/two reports would be written to \S+same\/root\.json: two targets have one name\n {2}scan them one by one, each with its --name/);
    expect(existsSync(at('same/root.json'))).toBe(false);
  });
});

function execMkfifo(path: string): void {
  process.getBuiltinModule('node:child_process').execFileSync('mkfifo', [path]);
}

describe('Ctrl-C', () => {
  const interrupted = (args: readonly string[]): Promise<{ status: number | null; err: string }> =>
    new Promise((done) => {
      const child = spawn(process.execPath, [join(packageRoot, 'bin', 'pretrip.js'), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
      let err = '';
      child.stderr.on('data', (chunk) => {
        err += String(chunk);
      });
      const started = setInterval(() => {
        if (!existsSync(at('asked'))) return;
        clearInterval(started);
        child.kill('SIGINT');
      }, 50);
      child.on('close', (status) => {
        rmSync(at('asked'));
        done({ status, err });
      });
    });
  /** A shell that says that it was reached, and then nothing. */
  const silent = (): string[] => ['--via', `sh -c "touch ${at('asked')}; sleep 60" sh`];

  test('ends with 130 and says what was lost', async () => {
    const scanned = await interrupted(['scan', ...silent(), '-o', `json=${at('lost.json')}`]);
    expect(scanned).toEqual({ status: 130, err: 'pretrip: interrupted: nothing was judged and no report written\n' });
    expect(existsSync(at('lost.json'))).toBe(false);
    expect(await interrupted(['capture', ...silent(), '-o', at('lost.pretrip.jsonl')])).toEqual({
      status: 130,
      err: 'pretrip: interrupted: nothing was captured\n',
    });
  }, 60_000);
});
