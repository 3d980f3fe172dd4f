/** A shell that runs somewhere else: what it is told, and what comes back. */

/** How a shell ended. */
interface Ended {
  readonly exit: number | undefined;
  /** In words: what a message says of it. */
  readonly said: string;
}

/** Starts `argv`. No shell on our side. */
async function started([file, ...rest]: readonly [string, ...string[]], env: Readonly<Record<string, string>>) {
  // Loaded only where there is another host: it takes longer to load than a small snapshot to judge.
  const { execa } = await import('execa');
  return { child: execa(file, rest, { reject: false, stdin: 'pipe', stdout: 'pipe', stderr: 'pipe', buffer: false, env, forceKillAfterDelay: 2000 }) };
}

type Child = Awaited<ReturnType<typeof started>>['child'];

export class FarShell {
  /** Bytes that arrived in all. */
  received = 0;
  /** The beginning of what it said on standard error. */
  stderr = '';
  ended: Ended | undefined;
  readonly #child: Child;
  #chunks: Uint8Array[] = [];
  /** Ends the wait that is going on. */
  #wake: (() => void) | undefined;

  /** Starts `argv`. Of what nobody waits for, more than `mostBytes` ends it. */
  static async start(argv: readonly [string, ...string[]], env: Readonly<Record<string, string>>, mostBytes: number): Promise<FarShell> {
    const { child } = await started(argv, env);
    return new FarShell(child, argv[0], mostBytes);
  }

  private constructor(child: Child, program: string, mostBytes: number) {
    this.#child = child;
    child.stdout.on('data', (chunk: Uint8Array) => {
      this.received += chunk.length;
      this.#chunks.push(chunk);
      // Nobody waits: the shell prints what was not asked for.
      if (!this.#wake && this.received > mostBytes) child.kill('SIGKILL');
      this.#wake?.();
    });
    child.stderr.on('data', (chunk: Uint8Array) => {
      if (this.stderr.length < 16_384) this.stderr += Buffer.from(chunk).toString('utf8');
    });
    child.stdin.on('error', () => {});
    void child.then(({ code, signal, exitCode }) => {
      const said = code === 'ENOENT' ? `${program}: there is no such program` : signal ? `ended by ${signal}` : `ended with exit status ${exitCode}`;
      this.ended = { exit: exitCode, said };
      this.#wake?.();
    });
  }

  /** Gives it text to run. */
  write(script: string): void {
    this.#child.stdin.write(script);
  }

  /** Until there are bytes, or the end; false when the time was up before. */
  wait(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const over = (came: boolean): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(came);
      };
      const timer = setTimeout(() => over(false), milliseconds);
      this.#wake = () => over(true);
      if (this.#chunks.length > 0 || this.ended) over(true);
    });
  }

  /** The bytes that arrived since the last time. */
  take(): Uint8Array[] {
    const taken = this.#chunks;
    this.#chunks = [];
    return taken;
  }

  /** Ends it at once. What it left running may hold the streams open: nobody listens any more. */
  kill(): void {
    this.#child.kill('SIGKILL');
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.destroy();
  }

  /** Lets it end, and waits; not for long. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.kill(), 3000);
    await this.#child;
    clearTimeout(timer);
  }
}
