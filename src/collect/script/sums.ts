/** The digest of a stream of frames, held against the one that its script found: sha256, or cksum where the host had nothing else. */
import { createHash } from 'node:crypto';

/** The polynomial of cksum (POSIX XCU, cksum), for each byte. */
const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

/** Adds up all bytes between the start mark and the digest. */
export class Sums {
  readonly #hash = createHash('sha256');
  #crc = 0;
  #bytes = 0;

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    for (const byte of bytes) this.#step(byte);
    this.#bytes += bytes.length;
  }

  #step(byte: number): void {
    this.#crc = ((this.#crc << 8) ^ (table[((this.#crc >>> 24) ^ byte) & 0xff] as number)) >>> 0;
  }

  /** Why the last frame does not fit what came; undefined: it does, or the host could not tell. */
  differ([word, method, sum]: readonly string[]): string | undefined {
    if (word === 'digest' && method === 'none') return undefined;
    if (word === 'digest' && method === 'sha256' && sum === this.#hash.digest('hex')) return undefined;
    if (word === 'digest' && method === 'cksum' && sum === this.#cksum()) return undefined;
    return 'its digest does not fit what it holds: the stream was changed on its way';
  }

  #cksum(): string {
    for (let n = this.#bytes; n > 0; n = Math.floor(n / 256)) this.#step(n % 256);
    return String(~this.#crc >>> 0);
  }
}
