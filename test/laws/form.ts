/**
 * In which form the laws are tried. Short: what differs is tried, in the first case that has it and in one more; this is
 * `npm test`. Full: every answer of every case, which is `npm run laws`.
 */
import { createHash } from 'node:crypto';

export type Form = 'short' | 'full';

export const form: Form = process.env.PRETRIP_LAWS === 'all' ? 'full' : 'short';

const seed = process.env.PRETRIP_LAWS_SEED ?? '9';

/** A whole number below `below`, the same for the same words and seed (PRETRIP_LAWS_SEED). */
export function drawn(below: number, ...words: readonly string[]): number {
  return (
    createHash('sha256')
      .update([seed, ...words].join('\0'))
      .digest()
      .readUInt32LE() % below
  );
}
