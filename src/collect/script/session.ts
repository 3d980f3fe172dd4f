/** A shell somewhere else that runs capture scripts from its standard input, and brings back what they print. */
import { limits } from '../disk/limits.ts';
import { FarShell } from './far-shell.ts';
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

/** Seconds that one program may take: more on a slow host, of which the limit of a round tells. What takes longer is unknown, and nothing else. */
export const secondsFor = (round: number): number => Math.max(limits.seconds, Math.floor((limits.seconds * round) / usualLimits.seconds));

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
  const shell = await FarShell.start(argv, environment, limits.bytes);
  return {
    async ask(script, nonce) {
      try {
        return await answersOf(shell, script, nonce, limits);
      } catch (error) {
        shell.kill();
        throw error;
      }
    },
    close: () => shell.close(),
  };
}

/** Has a script run, and reads until its end. Throws SessionError where a limit is passed, or the answers make no sense. */
async function answersOf(shell: FarShell, script: string, nonce: string, limits: SessionLimits): Promise<Raw> {
  const reader = rawReader(nonce);
  const until = Date.now() + limits.seconds * 1000;
  const failed = (message: string): SessionError => new SessionError(message, shell.stderr, shell.ended?.exit);
  shell.write(script);
  for (;;) {
    const left = until - Date.now();
    if (left <= 0) throw failed(`took longer than ${limits.seconds} s`);
    if (!(await shell.wait(Math.min(left, limits.silence * 1000)))) {
      if (Date.now() < until) throw failed(`said nothing for ${limits.silence} s`);
      continue;
    }
    if (shell.received > limits.bytes) throw failed(`sent more than ${Math.floor(limits.bytes / 1024 / 1024)} MiB`);
    const taken = shell.take();
    let done = false;
    for (const chunk of taken) done = reader.push(chunk);
    if (done) {
      const raw = reader.result();
      if (!raw.complete) throw failed(raw.problem ?? 'the stream makes no sense');
      return raw;
    }
    // The end of the process may be seen before its last bytes.
    if (shell.ended && taken.length === 0) {
      const { host, answers } = reader.result();
      throw failed(host || answers.size > 0 ? `was cut off after ${answers.size} answers (${shell.ended.said})` : shell.ended.said);
    }
  }
}
