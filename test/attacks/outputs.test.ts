/** Outputs that cannot be written: each ends in time, with the status of the contract, and leaves nothing half. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import { pretrip } from '../cli/run.ts';

const snapshot = join(packageRoot, 'fixtures/hosts/debian-12.pretrip.jsonl');
const bin = join(packageRoot, 'bin', 'pretrip.js');
const few = ['scan', snapshot, '--select', 'podman.api.service-timeout', '--fail-on', 'never', '--allow-incomplete'];

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-outputs-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const fresh = (name: string): string => {
  const made = join(dir, name);
  mkdirSync(made);
  return made;
};

describe('a place that can be seen to take no file is a mistake of usage, and nothing is looked at', () => {
  test.each<[string, (at: string) => string]>([
    ['below /proc', () => '/proc/x/y'],
    ['below /sys', () => '/sys/x/y'],
    ['with a name of 256 letters', (at) => join(at, 'n'.repeat(256))],
    ['a directory', (at) => at],
    [
      'a link',
      (at) => {
        symlinkSync('/nowhere', join(at, 'link'));
        return join(at, 'link');
      },
    ],
    [
      'below a file',
      (at) => {
        writeFileSync(join(at, 'file'), '');
        return join(at, 'file/x');
      },
    ],
  ])(
    '%s',
    async (name, place) => {
      const path = place(fresh(name.replaceAll(/\W/g, '')));
      for (const args of [
        [...few, '-o', `json=${path}`],
        ['capture', snapshot, '-o', path],
        ...(name === 'a directory' ? [] : [[...few, '--evidence', path]]),
      ]) {
        const ran = await pretrip(args);
        expect([args.join(' ').slice(-60), ran.status]).toEqual([args.join(' ').slice(-60), 2]);
        expect(ran.err).toMatch(/^pretrip: .*(cannot write|exists already)/);
        expect(ran.err).not.toMatch(/ {4}at /);
      }
    },
    60_000,
  );
});

test('a name of 250 letters is written', async () => {
  const at = fresh('long');
  const path = join(at, 'n'.repeat(250));
  const { status } = await pretrip([...few, '-o', `json=${path}`, '--evidence', join(at, 'e'.repeat(250))]);
  expect(status).toBe(0);
  expect(readdirSync(at).map((n) => n.length)).toEqual([250, 250]);
}, 30_000);

describe('an output that fails while it is written', () => {
  const toFull = (args: readonly string[]): Promise<{ status: number | null; err: string }> =>
    new Promise((done) => {
      const child = spawn('sh', ['-c', `exec "$@" > /dev/full`, 'sh', process.execPath, bin, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
      let err = '';
      child.stderr.on('data', (d: Buffer) => {
        err += d.toString();
      });
      child.on('close', (status) => done({ status, err }));
    });

  test.each(['json', 'table', 'concise', 'sarif', 'junit'])(
    'standard output that is full: %s',
    async (format) => {
      const { status, err } = await toFull([...few, '-o', format]);
      expect(status).toBe(5);
      expect(err).toMatch(/pretrip: cannot write to standard output: no space left on device\b/);
      expect(err).not.toMatch(/ {4}at /);
      expect(err.split('\n').length).toBeLessThan(5);
    },
    30_000,
  );

  test.each([[['--help']], [['rules', 'list']], [['plan', '--select', 'podman.api.service-timeout']], [['capture', '--script']]])(
    '%j into a full device',
    async (args) => {
      const { status, err } = await toFull(args);
      expect(status).toBe(5);
      expect(err).not.toMatch(/ {4}at /);
    },
    30_000,
  );

  test('evidence stays, and the gate is told', async () => {
    const at = fresh('evidence');
    const { status, err } = await pretrip([...few, '--evidence', join(at, 'kept'), '-o', 'json=/dev/full']);
    expect(status).toBe(5);
    expect(err).toMatch(/cannot write \/dev\/full: no space left on device/);
    expect(err).toMatch(/gate/i);
    expect(readdirSync(at)).toEqual(['kept']);
    expect((await pretrip(['verify', join(at, 'kept')])).status).toBe(0);
  }, 60_000);

  test('a pipe without a reader is not waited for without end', async () => {
    const at = fresh('pipe');
    execFileSync('mkfifo', [join(at, 'fifo')]);
    const { status, err } = await pretrip([...few, '-o', `json=${join(at, 'fifo')}`]);
    expect(status).toBe(5);
    expect(err).toMatch(/nobody reads the pipe within 10 s/);
  }, 60_000);

  test('a pipe with a slow reader gets all of it', async () => {
    const at = fresh('slow');
    execFileSync('mkfifo', [join(at, 'fifo')]);
    const reader = spawn('sh', ['-c', `sleep 1; { sleep 1; cat; } < ${join(at, 'fifo')} > ${join(at, 'got')}`]);
    const { status } = await pretrip(['scan', snapshot, '--fail-on', 'never', '--allow-incomplete', '-o', `json=${join(at, 'fifo')}`]);
    expect(status).not.toBe(5);
    await new Promise((done) => (reader.exitCode === null ? reader.on('close', done) : done(undefined)));
    expect(() => JSON.parse(readFileSync(join(at, 'got'), 'utf8')) as unknown).not.toThrow();
  }, 60_000);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s at any moment leaves no half file',
  async (signal) => {
    const at = fresh(`signal${signal}`);
    for (const after of [300, 500, 700, 900]) {
      const [json, kept] = [join(at, `json${after}`), join(at, `kept${after}`)];
      const child = spawn(process.execPath, [bin, 'scan', snapshot, '-o', `json=${json}`, '--evidence', kept], { stdio: 'ignore' });
      setTimeout(() => child.kill(signal), after);
      await new Promise((done) => child.on('close', done));
      expect(readdirSync(at).filter((n) => n.includes('tmp'))).toEqual([]);
      if (existsSync(json)) expect(() => JSON.parse(readFileSync(json, 'utf8')) as unknown).not.toThrow();
      if (existsSync(kept)) expect(readdirSync(kept).length).toBe(5);
    }
  },
  60_000,
);
