/** The evidence of a scan: a directory that holds all its verdicts rest on, so that anybody can judge again. */
import { createHash } from 'node:crypto';
import { askedRecord } from '../collect/snapshot/asked.ts';
import { type Snapshot, writeSnapshot } from '../collect/snapshot/snapshot.ts';
import type { Report } from '../verdicts/report.ts';
import { UsageError } from './errors.ts';
import { type PackText, packOf, packTexts } from './pack-files.ts';
import { shippedRules } from './paths.ts';
import { sign } from './sign.ts';
import type { NewFile } from './write-file.ts';

/** What stands in the directory, beside the manifest and its signature. */
export const evidenceFiles = { snapshot: 'snapshot.pretrip.jsonl', report: 'report.json', rules: 'rules.json', asked: 'asked.tsv' } as const;
/** What stands there only where it was given. */
export const answersFile = 'attest.yaml';
export const manifestFile = 'manifest.json';
export const signatureFile = `${manifestFile}.sig`;

export interface Manifest {
  readonly format: 'pretrip-evidence/1';
  readonly tool: Report['tool'];
  readonly target: Pick<Report['target'], 'kind' | 'name' | 'takenAt' | 'snapshot'>;
  /** By name: size in bytes and `sha256:…`. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** The texts of the rules, as a file. */
export interface RulesFile {
  readonly format: 'pretrip-rules/1';
  readonly digest: string;
  readonly packs: readonly PackText[];
}

/** The texts of the rules that judge, as they are on disk now. Throws UsageError when they were changed meanwhile. */
export function rulesFile(named: readonly string[], digest: string): RulesFile {
  const packs = packTexts([shippedRules, ...named]);
  const now = packOf(packs).pack.digest;
  if (now !== digest)
    throw new UsageError('the rules on disk are not those that judge: they were changed while pretrip ran, or after it was built', 'start again');
  return { format: 'pretrip-rules/1', digest, packs };
}

export const sha256 = (bytes: string | Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** What is kept besides the snapshot: the same for all targets of a run. `answers`: the text of the file of --attest. */
export interface KeptTexts {
  readonly rules: RulesFile;
  readonly answers?: string | undefined;
}

/** The files of an evidence directory; `report` among the texts is that of the JSON report. */
export async function evidenceOf(
  snapshot: Snapshot,
  report: Report,
  { rules, answers, report: reportText }: KeptTexts & { readonly report: string },
  key: string | undefined,
): Promise<NewFile[]> {
  const { tool, target } = report;
  const texts = {
    [evidenceFiles.asked]: askedRecord(snapshot),
    ...(answers === undefined ? {} : { [answersFile]: answers }),
    [evidenceFiles.report]: reportText,
    [evidenceFiles.rules]: `${JSON.stringify(rules, null, 1)}\n`,
    [evidenceFiles.snapshot]: writeSnapshot(snapshot),
  };
  const manifest: Manifest = {
    format: 'pretrip-evidence/1',
    tool,
    target: { kind: target.kind, name: target.name, takenAt: target.takenAt, snapshot: target.snapshot },
    files: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { bytes: Buffer.byteLength(text), sha256: sha256(text) }])),
  };
  const manifestText = `${JSON.stringify(manifest, null, 2)}\n`;
  return [
    ...Object.entries(texts).map(([path, content]) => ({ path, content })),
    { path: manifestFile, content: manifestText },
    ...(key === undefined ? [] : [{ path: signatureFile, content: await sign(Buffer.from(manifestText), 'evidence', key) }]),
  ];
}
