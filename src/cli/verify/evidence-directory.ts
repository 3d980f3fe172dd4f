/** Checks an evidence directory, file by file. Everything in it was written by somebody else. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { besidesIn } from '../../collect/snapshot/asked.ts';
import { readSnapshot, type Snapshot, SnapshotError } from '../../collect/snapshot/snapshot.ts';
import type { Pack } from '../../rules/pack.ts';
import type { Attestation } from '../../verdicts/attest.ts';
import type { Report } from '../../verdicts/report.ts';
import { answersIn } from '../attestations.ts';
import { doubledKey } from '../doubled-key.ts';
import { saidBySystem, TargetError } from '../errors.ts';
import { answersFile, evidenceFiles, type Manifest, manifestFile, type RulesFile, sha256, signatureFile } from '../evidence.ts';
import { packOf } from '../pack-files.ts';
import { reportProblems } from '../report-schema.ts';
import { checkSignature, type Trust } from '../sign.ts';
import { bad, type Finding, note, ok } from './finding.ts';
import { judgeAgain } from './judge-again.ts';
import { readSafely, UnreadableError } from './read-safely.ts';

/** Whether a directory holds evidence. Throws TargetError where it may not be listed. */
export function isEvidence(path: string): boolean {
  try {
    return readdirSync(path).includes(manifestFile);
  } catch (error) {
    throw new TargetError(`${path}: ${saidBySystem(error)}`);
  }
}

/** All that is to be said of the directory; it holds when nothing is `bad`. */
export async function checkEvidence(dir: string, trust: Trust): Promise<Finding[]> {
  const findings: Finding[] = [];
  const bytesOf = (name: string): Uint8Array | undefined => {
    try {
      return readSafely(join(dir, name));
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      findings.push(bad(name, error.message));
      return undefined;
    }
  };
  const own: string[] = [...Object.values(evidenceFiles), answersFile, manifestFile, signatureFile];
  const there = readdirSync(dir).sort();
  for (const name of there) if (!own.includes(name)) findings.push(bad(name, 'is not a part of the evidence'));

  const manifestBytes = bytesOf(manifestFile);
  if (!manifestBytes) return findings;
  findings.push(await signed(manifestBytes, there.includes(signatureFile) ? bytesOf(signatureFile) : undefined, trust));
  findings.push(...readTwoWays(manifestFile, manifestBytes));
  const manifest = manifestIn(manifestBytes);
  if (!manifest) return [...findings, bad(manifestFile, 'is not a manifest of pretrip evidence')];

  const contents = new Map<string, Uint8Array>();
  const kept: string[] = [...Object.values(evidenceFiles), ...(there.includes(answersFile) || Object.hasOwn(manifest.files, answersFile) ? [answersFile] : [])];
  for (const name of kept) {
    const bytes = bytesOf(name);
    const listed = manifest.files[name];
    if (!bytes) continue;
    contents.set(name, bytes);
    findings.push(...readTwoWays(name, bytes));
    if (listed?.sha256 === sha256(bytes) && listed.bytes === bytes.length) findings.push(ok(name, `as the manifest says, ${listed.sha256}`));
    else findings.push(bad(name, listed ? `is not what the manifest says: ${sha256(bytes)} instead of ${listed.sha256}` : 'is not in the manifest'));
  }
  for (const name of Object.keys(manifest.files)) if (!kept.includes(name)) findings.push(bad(name, 'is in the manifest, but not a part of the evidence'));

  const snapshot = snapshotIn(contents.get(evidenceFiles.snapshot), findings);
  const report = await reportIn(contents.get(evidenceFiles.report), findings);
  const pack = packIn(contents.get(evidenceFiles.rules), findings);
  if (report) findings.push(...manifestAgainst(manifest, report));
  if (snapshot) findings.push(askedAgainst(contents.get(evidenceFiles.asked), snapshot));
  const answers = pack ? await answersKept(contents.get(answersFile), pack, findings) : [];
  if (snapshot && report && pack) findings.push(...judgeAgain(report, snapshot, pack, answers));
  else findings.push(bad('verdicts', 'could not be judged again'));
  return findings;
}

async function signed(manifest: Uint8Array, signature: Uint8Array | undefined, trust: Trust): Promise<Finding> {
  if (!signature)
    return (trust.allowed === undefined ? note : bad)('signature', 'there is none: the digests show damage, and no forgery by somebody who made them anew');
  const { holds, trusted, said } = await checkSignature(manifest, 'evidence', signature, trust);
  return (holds ? (trusted ? ok : note) : bad)('signature', said);
}

/** A key that stands twice says one thing to a reader and another to a program. */
function readTwoWays(name: string, bytes: Uint8Array): Finding[] {
  const twice = name.endsWith('.json') && jsonIn(bytes) !== undefined ? doubledKey(Buffer.from(bytes).toString('utf8')) : undefined;
  return twice === undefined ? [] : [bad(name, `the key ${JSON.stringify(twice)} stands twice`)];
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

function manifestIn(bytes: Uint8Array): Manifest | undefined {
  const value = jsonIn(bytes);
  if (!isRecord(value) || value.format !== 'pretrip-evidence/1' || !isRecord(value.files) || !isRecord(value.tool) || !isRecord(value.target)) return undefined;
  return Object.values(value.files).every((f) => isRecord(f) && typeof f.bytes === 'number' && typeof f.sha256 === 'string')
    ? (value as unknown as Manifest)
    : undefined;
}

function snapshotIn(bytes: Uint8Array | undefined, findings: Finding[]): Snapshot | undefined {
  if (!bytes) return undefined;
  try {
    return readSnapshot(bytes, evidenceFiles.snapshot);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    findings.push(bad(evidenceFiles.snapshot, error.message.replace(`${evidenceFiles.snapshot}:`, '').trim()));
    return undefined;
  }
}

async function reportIn(bytes: Uint8Array | undefined, findings: Finding[]): Promise<Report | undefined> {
  if (!bytes) return undefined;
  const value = jsonIn(bytes);
  const problems = value === undefined ? ['it is not JSON'] : await reportProblems(value);
  if (problems.length === 0) return value as Report;
  findings.push(bad(evidenceFiles.report, `is not a pretrip report: ${problems.slice(0, 3).join('; ')}`));
  return undefined;
}

function packIn(bytes: Uint8Array | undefined, findings: Finding[]): Pack | undefined {
  if (!bytes) return undefined;
  const value = jsonIn(bytes);
  const isFile = (f: unknown): boolean => isRecord(f) && typeof f.path === 'string' && typeof f.text === 'string';
  const isPack = (p: unknown): boolean => isRecord(p) && typeof p.name === 'string' && Array.isArray(p.files) && p.files.every(isFile);
  if (!isRecord(value) || value.format !== 'pretrip-rules/1' || !Array.isArray(value.packs) || !value.packs.every(isPack)) {
    findings.push(bad(evidenceFiles.rules, 'holds no rules as pretrip writes them'));
    return undefined;
  }
  const { pack, problems } = packOf((value as unknown as RulesFile).packs);
  if (problems.length === 0) return pack;
  findings.push(bad(evidenceFiles.rules, `this version cannot read them: ${problems[0]?.file}:${problems[0]?.line}: ${problems[0]?.message}`));
  return undefined;
}

/** The answers that were given to the scan; none where there were none, or where they cannot be read. */
async function answersKept(bytes: Uint8Array | undefined, pack: Pack, findings: Finding[]): Promise<readonly Attestation[]> {
  if (!bytes) return [];
  const { answers, problems } = await answersIn(Buffer.from(bytes).toString('utf8'), answersFile, pack.rules);
  const [first] = problems;
  if (!first) return answers;
  findings.push(bad(answersFile, `this version cannot read them: ${first.line}:${first.column}: ${first.message}`));
  return [];
}

function manifestAgainst({ tool, target }: Manifest, report: Report): Finding[] {
  const { kind, name, takenAt, snapshot } = report.target;
  const same = JSON.stringify([kind, name, takenAt, snapshot]) === JSON.stringify([target.kind, target.name, target.takenAt, target.snapshot]);
  const sameTool = (['version', 'code', 'rules'] as const).every((key) => tool[key] === report.tool[key]);
  return same && sameTool ? [] : [bad(manifestFile, `speaks of another ${same ? 'tool' : 'target'} than the report`)];
}

function askedAgainst(bytes: Uint8Array | undefined, snapshot: Snapshot): Finding {
  if (!bytes) return bad(evidenceFiles.asked, 'is missing');
  const beside = besidesIn(Buffer.from(bytes).toString('utf8'), snapshot);
  if (beside === undefined) return bad(evidenceFiles.asked, 'is not the record of this snapshot');
  const more = beside > 0 ? `, and ${beside} more that the capture script looked at` : '';
  return ok(evidenceFiles.asked, `lists all that was read and run: ${snapshot.answers.size} asks${more}`);
}
