/** A shell somewhere else that runs capture scripts from its standard input, and brings back what they print. */
import { type Raw, rawReader } from './raw.ts';

/** Limits of one session, whatever the other side does. */
export interface SessionLimits {
  /** Seconds that one script may take in all. */
  readonly seconds: number;
  /** Seconds without a single byte. */
  readonly silence: number;
  /** Bytes in all. */
  readonly bytes: number;
}

export const usualLimits: SessionLimits = { seconds: 180, silence: 60, bytes: 128 * 1024 * 1024 };

/** The other side is gone, silent or does not make sense. `stderr` is what it said, `noise` what it printed before. */
export class SessionError extends Error {
  readonly stderr: string;
  readonly exit: number | undefined;
  constructor(message: string, stderr: string, exit: number | undefined) {
    super(message);
    this.stderr = stderr;
    this.exit = exit;
  }
}

export interface Session {
  /** Runs a script whose frames carry the mark `nonce`, and waits for its end. Throws SessionError. */
  ask(script: string, nonce: string): Promise<Raw>;
  /** Ends the shell. */
  close(): Promise<void>;
}

/** Starts `argv`, which must end in a POSIX shell that reads commands from its standard input. No shell on our side. */
export async function openSession(
  argv: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>> = {},
  limits: SessionLimits = usualLimits,
): Promise<Session> {
  // Loaded only where there is another host: it takes longer to load than a small snapshot to judge.
  const { execa } = await import('execa');
  const [file, ...rest] = argv;
  const child = execa(file, rest, { reject: false, stdin: 'pipe', stdout: 'pipe', stderr: 'pipe', buffer: false, env: environment, forceKillAfterDelay: 2000 });
  let stderr = '';
  let received = 0;
  let ended: { exit: number | undefined; said: string } | undefined;
  let listener: (() => void) | undefined;
  let chunks: Uint8Array[] = [];
  const wake = (): void => listener?.();
  child.stdout.on('data', (chunk: Uint8Array) => {
    received += chunk.length;
    chunks.push(chunk);
    // Nobody waits: the shell prints what was not asked for.
    if (!listener && received > limits.bytes) child.kill('SIGKILL');
    wake();
  });
  child.stderr.on('data', (chunk: Uint8Array) => {
    if (stderr.length < 16_384) stderr += Buffer.from(chunk).toString('utf8');
  });
  child.stdin.on('error', () => {});
  void child.then((result) => {
    ended = {
      exit: result.exitCode,
      said:
        result.code === 'ENOENT'
          ? `${file}: there is no such program`
          : result.signal
            ? `ended by ${result.signal}`
            : `ended with exit status ${result.exitCode}`,
    };
    wake();
  });

  /** Until the next bytes, the end, or the time is up. */
  const next = (milliseconds: number): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        listener = undefined;
        resolve(false);
      }, milliseconds);
      listener = () => {
        clearTimeout(timer);
        listener = undefined;
        resolve(true);
      };
      if (chunks.length > 0 || ended) listener();
    });

  /** What the shell left running may hold the streams open: nobody listens any more. */
  const end = (): void => {
    child.kill('SIGKILL');
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  };
  const fail = (message: string): never => {
    end();
    throw new SessionError(message, stderr, ended?.exit);
  };

  return {
    async ask(script, nonce) {
      const reader = rawReader(nonce);
      const until = Date.now() + limits.seconds * 1000;
      child.stdin.write(script);
      for (;;) {
        const left = until - Date.now();
        if (left <= 0) fail(`took longer than ${limits.seconds} s`);
        if (!(await next(Math.min(left, limits.silence * 1000)))) {
          if (Date.now() < until) fail(`said nothing for ${limits.silence} s`);
          continue;
        }
        if (received > limits.bytes) fail(`sent more than ${Math.floor(limits.bytes / 1024 / 1024)} MiB`);
        const taken = chunks;
        chunks = [];
        let done = false;
        for (const chunk of taken) done = reader.push(chunk);
        if (done) {
          const raw = reader.result();
          if (!raw.complete) fail(raw.problem ?? 'the stream makes no sense');
          return raw;
        }
        // The end of the process may be seen before its last bytes.
        if (ended && taken.length === 0) {
          const raw = reader.result();
          fail(raw.host || raw.answers.size > 0 ? `was cut off after ${raw.answers.size} answers (${ended.said})` : ended.said);
        }
      }
    },
    async close() {
      child.stdin.end();
      const timer = setTimeout(end, 3000);
      await child;
      clearTimeout(timer);
    },
  };
}
