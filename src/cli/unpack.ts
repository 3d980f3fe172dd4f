/** Unpacks the values that newer reports of Rancher carry packed. */
import { gunzipSync } from 'node:zlib';
import type { Unpack } from '../verdicts/other-scan.ts';

/** More than the values of any cluster. */
const largest = 64 * 1024 * 1024;

/** Unpacks what a report holds as base64 of gzip, up to a size that no report has. */
export const unpack: Unpack = (packed) => {
  if (packed === '') return undefined;
  try {
    return gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: largest }).toString('utf8');
  } catch {
    return undefined;
  }
};
