/** A saved run, read back. */
import { readFileSync } from 'node:fs';
import type { Report } from '../verdicts/report.ts';
import { doubledKey } from './doubled-key.ts';
import { TargetError } from './errors.ts';
import { reportProblems } from './report-schema.ts';

/** Reads and checks a saved report. Throws TargetError with what is wrong in it. */
export async function savedReport(path: string): Promise<Report> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new TargetError(`${path}: ${(error as Error).message}`, hint);
  }
  return parsedReport(bytes, path);
}

const hint = 'name a run that "pretrip scan -o json=FILE" wrote';

/** The report in these bytes. Throws TargetError. */
export async function parsedReport(bytes: Uint8Array, path: string): Promise<Report> {
  const text = Buffer.from(bytes).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TargetError(`${path}: ${(error as Error).message}`, hint);
  }
  const twice = doubledKey(text);
  if (twice !== undefined) throw new TargetError(`${path}: the key ${JSON.stringify(twice)} stands twice: what it says depends on who reads it`, hint);
  const problems = await reportProblems(value);
  if (problems.length > 0) throw new TargetError(`${path}: is no pretrip report:\n  ${problems.join('\n  ')}`);
  return value as Report;
}
