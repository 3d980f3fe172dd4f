/** Limits of collecting, shared by all targets: a limit that is reached is an answer of its own, never silence. */
import type { Blocked } from '../../facts/answer.ts';
import type { AnyAnswer, Ask, Content } from '../../facts/ask.ts';

export const limits = {
  /** Bytes of one file. Debian's package status file of a large host is about 5 MB. */
  read: 8 * 1024 * 1024,
  /** Names in one directory. */
  names: 20_000,
  /** Bytes that one program may print. */
  output: 4 * 1024 * 1024,
  /** Seconds that one program may take. */
  seconds: 15,
  /** Seconds that an API socket may take: behind it a service may have to start first, on a slow device. */
  getSeconds: 10,
  /** Bytes of one HTTP response. */
  body: 1024 * 1024,
  /** Asks under way at once. */
  parallel: 16,
} as const;

/** What stands in a name for bytes that are not UTF-8. */
const replacement = '\ufffd';

/** An answer as it may be believed: by a name that could not be spelt, nothing can be found, and that is no absence. */
export function legible(ask: Ask, answer: AnyAnswer): AnyAnswer {
  if (answer.is !== 'absent' || !('path' in ask) || !ask.path.includes(replacement)) return answer;
  return { is: 'blocked', why: 'not-text', said: 'its name' };
}

/** Bytes after which a file with a zero byte among them is told as binary, instead of being read to its end. */
const glance = 8192;

/** The answer for a large file that begins as no text does; undefined: it may be text. `/proc` separates words by zero bytes. */
export function binaryFrom(start: Uint8Array, path: string): Blocked | undefined {
  if (start.length < glance || path.startsWith('/proc/') || !start.subarray(0, glance).includes(0)) return undefined;
  return { is: 'blocked', why: 'not-text', said: 'a binary file' };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text; what is not UTF-8 becomes base64 and is marked. */
export function contentOf(bytes: Uint8Array): Content {
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return { text: Buffer.from(bytes).toString('base64'), binary: true };
  }
}

/** Orders names as `LC_ALL=C sort` does. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
