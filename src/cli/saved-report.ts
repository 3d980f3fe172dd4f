/** A saved run, read back. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { whatStandsAt } from '../collect/targets/open.ts';
import type { Report } from '../verdicts/report.ts';
import { doubledKey } from './doubled-key.ts';
import { TargetError } from './errors.ts';
import { reportProblems } from './report-schema.ts';

/** Whether a path is what `scan -o json=FILE` wrote: a report says so in its first lines. */
export function isSavedRun(path: string): boolean {
  try {
    return statSync(path).isFile() && /^\s*\{\s*"format":\s*"pretrip-report\//.test(readFileSync(path, 'utf8').slice(0, 200));
  } catch {
    return false;
  }
}

/** Reads and checks a saved report. Throws TargetError with what it is instead, or what is wrong in it. */
export async function savedReport(path: string): Promise<Report> {
  const { is, foreign, scans } = await whatStandsAt(path, hint);
  const evidence = join(path, 'report.json');
  if (is === 'directory' && existsSync(evidence)) throw new TargetError(`${path}: is a directory, not a saved run`, `the run in it is ${evidence}`);
  const what = foreign ?? scans ?? (is === 'directory' ? 'a directory' : undefined);
  if (what !== undefined)
    throw new TargetError(`${path}: is ${what}, not a saved run`, scans === undefined ? hint : `to judge it: pretrip scan ${path}; -o json=FILE saves the run`);
  return parsedReport(readFileSync(path), path);
}

/** The format of saved runs that is read. */
const readable = 'pretrip-report/1';

const hint = 'a saved run is what "pretrip scan -o json=FILE" wrote';

/** The report in these bytes. Throws TargetError. */
export async function parsedReport(bytes: Uint8Array, path: string): Promise<Report> {
  const text = Buffer.from(bytes).toString('utf8');
  const value = parsed(text, path);
  const twice = doubledKey(text);
  if (twice !== undefined) throw new TargetError(`${path}: the key ${JSON.stringify(twice)} stands twice: what it says depends on who reads it`, hint);
  const other = otherJson(value);
  if (other) throw new TargetError(`${path}: is ${other[0]}, not a saved run`, other[1]);
  const { format } = value as { format: unknown };
  if (format !== readable)
    throw new TargetError(
      `${path}: is a saved run of the format ${format}, and this pretrip reads ${readable}`,
      'read it with the pretrip that wrote it, or scan again',
    );
  const problems = await reportProblems(value);
  if (problems.length > 0) throw new TargetError(`${path}: is not a pretrip report that can be read`, problems.join('\n'));
  return value as Report;
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const started = /^\s*\{\s*"format"\s*:\s*"pretrip-report\//.test(text);
    throw new TargetError(started ? `${path}: is a saved run that was cut off or edited: it is not valid JSON` : `${path}: is not a saved run`, hint);
  }
}

/** JSON that is something else, by its marks, and what to do about it. */
function otherJson(value: unknown): readonly [what: string, hint: string] | undefined {
  const again = 'a saved run is JSON of its own: pretrip scan -o json=FILE writes it, beside any other format';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ['JSON of another kind', hint];
  const { format, $schema, version, runs } = value as Record<string, unknown>;
  if (typeof format === 'string' && format.startsWith('pretrip-report/')) return undefined;
  if (format === 'pretrip-evidence/1') return ['the manifest of an evidence directory', 'the run stands beside it, in report.json'];
  if (format === 'pretrip-rules/1') return ['the rules of an evidence directory', 'the run stands beside them, in report.json'];
  if (Array.isArray(runs) && (version !== undefined || /sarif/i.test(String($schema)))) return ['a SARIF file', again];
  return ['JSON of another kind', hint];
}
