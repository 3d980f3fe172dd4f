/** The stream of a capture script, cut into frames: `MARK WORDS… LENGTH`, a line break, the body, a line break. Pure. */

/** The second form ends in a digest of its frames. */
const magic = 'pretrip-raw/([12])';

/** Longest header of a frame. */
const maxHeader = 400;
/** Bytes that a login may print before the script starts. */
export const maxNoise = 1024 * 1024;
/** Largest frame: a file, or a program's output, at its limit. */
const maxFrame = 32 * 1024 * 1024;

/** The mark that begins what a script prints. `wanted`: only this one is believed. */
const startMark = (wanted = '[A-Za-z0-9]{8,64}'): RegExp => new RegExp(`(?:^|\\n)${magic} (${wanted})\\n`);

/** Where the script begins: its mark, the text before it (what a login printed), and the bytes after it. */
export interface Start {
  readonly nonce: string;
  /** Whether a digest follows the end. */
  readonly digested: boolean;
  readonly noise: string;
  readonly rest: Buffer;
}

/** Nothing yet, until more bytes are there. `atLeast`: so many more. */
export interface Wanting {
  readonly atLeast: number;
}

/** Nothing more can be read. */
export interface Broken {
  readonly problem: string;
}

/** Looks for the beginning of a script. */
export function startIn(buffer: Buffer, wanted?: string): Start | Wanting | Broken {
  const found = startMark(wanted).exec(buffer.toString('latin1'));
  if (!found) return buffer.length > maxNoise ? { problem: 'no capture script answers: there is only other output' } : { atLeast: 1 };
  return {
    nonce: found[2] ?? '',
    digested: found[1] === '2',
    noise: buffer.subarray(0, found.index).toString('utf8'),
    rest: buffer.subarray(found.index + found[0].length),
  };
}

/** Whether a file starts like the output of a capture script, perhaps after what a login printed. */
export const looksLikeRaw = (head: Uint8Array): boolean => startMark().test(Buffer.from(head).toString('latin1'));

/** One frame: the words of its header without mark and length, its body, and the bytes after it. */
export interface Frame {
  readonly words: readonly string[];
  readonly body: Buffer;
  readonly rest: Buffer;
}

/** Cuts the first frame off. `number`: which one it is, for people. */
export function frameIn(buffer: Buffer, nonce: string, number: number): Frame | Wanting | Broken {
  const end = buffer.indexOf(10);
  if (end < 0 || end > maxHeader) return buffer.length > maxHeader ? { problem: `frame ${number} has no header` } : { atLeast: 1 };
  const words = buffer.toString('latin1', 0, end).split(' ');
  const length = Number(words.at(-1));
  if (words[0] !== nonce || words.length < 3 || !/^\d{1,9}$/.test(words.at(-1) ?? '') || length > maxFrame)
    return { problem: `frame ${number} is broken: something else wrote into the stream, or changed it` };
  const whole = end + 1 + length + 1;
  if (buffer.length < whole) return { atLeast: whole - buffer.length };
  if (buffer[whole - 1] !== 10) return { problem: `frame ${number} is not as long as it says: the stream was changed on its way, perhaps by a terminal` };
  return { words: words.slice(1, -1), body: buffer.subarray(end + 1, whole - 1), rest: buffer.subarray(whole) };
}
