/** Processes that judge a host and tell what it took: a new one for each host, or one that stays warm. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostSpec } from '../../src/collect/composed/composed.ts';
import type { Took } from './measure.ts';

export type { Took } from './measure.ts';

const program = join(import.meta.dirname, 'measure.ts');
/** Processor time that a host may take before it is given up. */
export const seconds = 60;

/** What it takes to judge a host in a process of its own; undefined: it did not end within its processor time. */
export function measured(host: HostSpec): Promise<Took | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'pretrip-attacks-'));
  const file = join(dir, 'host.json');
  writeFileSync(file, JSON.stringify(host));
  return new Promise((done) => {
    // Processor time: on a machine with other work nothing else says how long it takes.
    const argv = ['-c', 'ulimit -t "$1"; shift; exec "$@"', 'sh', String(seconds), process.execPath, program, file];
    const child = spawn('sh', argv, { stdio: ['ignore', 'pipe', 'ignore'], timeout: 20 * seconds * 1000 });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('close', () => {
      rmSync(dir, { recursive: true, force: true });
      done(text === '' ? undefined : (JSON.parse(text) as Took));
    });
  });
}

/** A process that judges one host after the other. One that ends, or is silent for too long, is replaced by a new one. */
export class Warm {
  #child: ChildProcess | undefined;
  #rss = Number.POSITIVE_INFINITY;

  /** The most memory that it had so far. */
  get rss(): number {
    return this.#rss;
  }

  /** What it takes to judge a host; undefined: it did not end. */
  async judge(host: HostSpec): Promise<Took | undefined> {
    if (!this.#child) {
      this.#child = fork(program, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      for (let times = 0; times < 4; times++) this.#rss = (await this.#ask({}))?.rss ?? 0;
    }
    const took = await this.#ask(host);
    this.#rss = took?.rss ?? Number.POSITIVE_INFINITY;
    return took;
  }

  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #ask(host: HostSpec): Promise<Took | undefined> {
    const child = this.#child;
    return new Promise((done) => {
      if (!child) return done(undefined);
      const given = (took: Took | undefined): void => {
        clearTimeout(late);
        child.removeAllListeners();
        if (!took) this.end();
        done(took);
      };
      const late = setTimeout(() => given(undefined), seconds * 1000);
      child.once('message', (took: Took) => given(took));
      child.once('exit', () => given(undefined));
      child.send(host);
    });
  }
}
