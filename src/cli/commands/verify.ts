import { statSync } from 'node:fs';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { askedRecord } from '../../collect/snapshot/asked.ts';
import { compressionOf, readSnapshot, type Snapshot, SnapshotError, startsSnapshot, unpacked } from '../../collect/snapshot/snapshot.ts';
import { plain } from '../../report/text.ts';
import { answersFrom } from '../attestations.ts';
import { eachOf, exitStatus, TargetError, UsageError } from '../errors.ts';
import { evidenceFiles } from '../evidence.ts';
import { PretripCommand } from '../pretrip-command.ts';
import { out } from '../print.ts';
import { parsedReport } from '../saved-report.ts';
import { packFrom } from '../shipped-pack.ts';
import { checkSignature, type Signed, type Trust } from '../sign.ts';
import { checkEvidence, isEvidence } from '../verify/evidence-directory.ts';
import { bad, type Finding, note, ok } from '../verify/finding.ts';
import { judgeAgain } from '../verify/judge-again.ts';
import { readSafely, UnreadableError } from '../verify/read-safely.ts';
import { recordingAt } from '../verify/recording.ts';

export default class Verify extends PretripCommand {
  static override readonly undone = 'nothing was checked';
  static override summary = 'Check evidence: signature, digests, and every verdict, judged again.';
  static override description =
    `PATH is an evidence directory ("scan --evidence"), a snapshot, or a saved run with --snapshot. The snapshot is judged again by the recorded rules, parameters and profiles, and compared with the report verdict by verdict.

A signature is checked with ssh-keygen. Without --allowed-signers it shows that nothing was changed since it was signed, not who signed.

Exit status: 0 all holds; 1 something does not; 2 usage; 4 a file could not be read.`;
  static override examples = [
    '<%= config.bin %> verify evidence/edge01',
    '<%= config.bin %> verify edge01 --allowed-signers auditors --signer alice',
    '<%= config.bin %> verify host.pretrip.jsonl.zst',
    '<%= config.bin %> verify run.json --snapshot host.pretrip.jsonl',
    '<%= config.bin %> verify host.pretrip.jsonl --list',
  ];
  static override args = { path: Args.string({ ignoreStdin: true, required: true, description: 'the evidence directory, snapshot, or saved run' }) };
  static override flags = {
    list: Flags.boolean({ description: 'print the record of everything that was read and run, and check nothing' }),
    rules: Flags.string({
      char: 'r',
      multiple: true,
      multipleNonGreedy: true,
      description: 'rules beside the shipped ones that a saved run was judged by',
      helpValue: 'PATH',
      helpGroup: 'saved run',
    }),
    snapshot: Flags.string({ description: 'the snapshot that a saved run was judged on', helpValue: 'FILE', helpGroup: 'saved run' }),
    attest: Flags.string({ description: 'the answers that a saved run was given', helpValue: 'FILE', helpGroup: 'saved run' }),
    signature: Flags.string({ description: 'signature of the file; default: FILE.sig beside it', helpValue: 'FILE', helpGroup: 'signature' }),
    'allowed-signers': Flags.string({
      description: 'file of the keys that may sign (ssh-keygen, ALLOWED SIGNERS)',
      helpValue: 'FILE',
      helpGroup: 'signature',
    }),
    signer: Flags.string({ description: 'who must have signed: a principal of --allowed-signers', helpValue: 'IDENTITY', helpGroup: 'signature' }),
    'verify-time': Flags.string({
      description: 'time at which the key must have been valid (RFC 3339, UTC); default: now',
      helpValue: 'TIME',
      helpGroup: 'signature',
    }),
  };

  async run(): Promise<void> {
    const { path, flags, trust } = await this.read(Verify, ({ args, flags: given }) => ({ path: args.path, flags: given, trust: trustFrom(given) }));
    const directory = isDirectory(path);
    if (directory) refuseUseless('an evidence directory, which holds its own', flags, ['snapshot', 'rules', 'attest', 'signature']);
    if (flags.list)
      refuseUseless('--list, which checks nothing', flags, ['snapshot', 'rules', 'attest', 'signature', 'allowed-signers', 'signer', 'verify-time']);
    if (flags.list) return out(askedRecord(await recordingAt(directory ? `${path}/${evidenceFiles.snapshot}` : path)));
    const findings = directory ? await inDirectory(path, trust) : await inFile(path, flags, trust);
    const wrong = findings.filter((f) => f.is === 'bad').length;
    const words = { ok: 'ok  ', bad: 'BAD ', note: 'note' };
    await out(findings.map((f) => `${words[f.is]}  ${plain(f.about)}: ${plain(f.said)}\n`).join(''));
    await out(wrong === 0 ? 'verify: holds\n' : `verify: DOES NOT HOLD  ${wrong} of ${findings.length} checks failed\n`);
    process.exitCode = wrong === 0 ? 0 : exitStatus.failed;
  }
}

interface VerifyFlags {
  readonly snapshot?: string | undefined;
  readonly rules?: string[] | undefined;
  readonly attest?: string | undefined;
  readonly signature?: string | undefined;
  readonly 'allowed-signers'?: string | undefined;
  readonly signer?: string | undefined;
  readonly 'verify-time'?: string | undefined;
}

/** Flags that would be ignored are refused. Throws UsageError. */
function refuseUseless(to: string, flags: VerifyFlags, names: readonly (keyof VerifyFlags)[]): void {
  eachOf(names, (name) => {
    if (flags[name] !== undefined) throw new UsageError(`--${name} does nothing for ${to}`, 'leave it out');
  });
}

function isDirectory(path: string): boolean {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) throw new TargetError(`${path}: there is no such file or directory`);
  return info.isDirectory();
}

function trustFrom(flags: VerifyFlags): Trust {
  const { 'allowed-signers': allowed, signer, 'verify-time': at } = flags;
  if (allowed === undefined && signer !== undefined)
    throw new UsageError('--signer needs --allowed-signers', 'a signature names a key, and only a list says whose it is');
  if (allowed === undefined && at !== undefined) throw new UsageError('--verify-time needs --allowed-signers', 'only a list says when a key was valid');
  if (at !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(at))
    throw new UsageError(`--verify-time ${at}: is not a time in UTC`, 'write it as 2026-01-31T12:00:00Z');
  if (allowed !== undefined) given(allowed);
  return { ...(allowed === undefined ? {} : { allowed }), ...(signer === undefined ? {} : { signer }), ...(at === undefined ? {} : { at }) };
}

/** A file that the user named. */
function given(path: string): Uint8Array {
  try {
    return readSafely(path, true);
  } catch (error) {
    if (error instanceof UnreadableError) throw new TargetError(`${path}: ${error.message}`);
    throw error;
  }
}

function inDirectory(path: string, trust: Trust): Promise<Finding[]> {
  if (!isEvidence(path))
    throw new TargetError(`${path}: is not an evidence directory: it has no manifest.json`, 'one is made with: pretrip scan --evidence DIR');
  return checkEvidence(path, trust);
}

async function inFile(path: string, flags: VerifyFlags, trust: Trust): Promise<Finding[]> {
  const bytes = given(path);
  if (compressionOf(bytes) !== undefined || startsSnapshot(bytes)) {
    refuseUseless('a snapshot', flags, ['snapshot', 'rules', 'attest']);
    const text = textOf(bytes, path);
    return [await signatureOf(path, text, 'snapshot', flags, trust), snapshotFinding(path, bytes)];
  }
  const report = await parsedReport(bytes, path);
  if (flags.snapshot === undefined)
    throw new UsageError(`${path}: a report alone shows nothing: its verdicts can only be judged again on the snapshot`, 'name it: --snapshot FILE');
  const pack = await packFrom(flags.rules ?? []);
  const { answers } = flags.attest === undefined ? { answers: [] } : await answersFrom(flags.attest, pack.rules);
  const snapshotBytes = given(flags.snapshot);
  const findings = [await signatureOf(path, bytes, 'report', flags, trust)];
  const found = snapshotFinding(flags.snapshot, snapshotBytes);
  const snapshot = found.is === 'bad' && !report.target.truncated ? undefined : readable(snapshotBytes, flags.snapshot);
  findings.push(snapshot?.truncated && report.target.truncated ? note(flags.snapshot, 'it was cut off, as the report says') : found);
  return [...findings, ...(snapshot ? judgeAgain(report, snapshot, pack, answers) : [bad('verdicts', 'could not be judged again')])];
}

function textOf(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return unpacked(bytes, path);
  } catch (error) {
    if (error instanceof SnapshotError) throw new TargetError(error.message);
    throw error;
  }
}

function readable(bytes: Uint8Array, path: string): Snapshot | undefined {
  try {
    return readSnapshot(bytes, path);
  } catch (error) {
    if (error instanceof SnapshotError) return undefined;
    throw error;
  }
}

function snapshotFinding(path: string, bytes: Uint8Array): Finding {
  try {
    const { answers, digest, truncated, header } = readSnapshot(bytes, path);
    if (truncated) return bad(path, 'is truncated: it has no end record, so what is left may not be whole');
    return ok(path, `${answers.size} answers of ${header.name} at ${header.takenAt}, ${digest}`);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    if (!error.changed) throw new TargetError(error.message);
    return bad(path, error.message.replace(`${path}:`, '').trim());
  }
}

/** A signature beside the file; of a snapshot also beside its name before or after compression. */
async function signatureOf(path: string, text: Uint8Array, what: Signed, flags: VerifyFlags, trust: Trust): Promise<Finding> {
  const base = path.replace(/\.(?:gz|zst)$/, '');
  const names =
    flags.signature === undefined ? [path, ...(what === 'snapshot' ? [base, `${base}.gz`, `${base}.zst`] : [])].map((n) => `${n}.sig`) : [flags.signature];
  const file = flags.signature ?? names.find((n) => statSync(n, { throwIfNoEntry: false }) !== undefined);
  if (file === undefined) return (trust.allowed === undefined ? note : bad)('signature', 'not signed: digests detect corruption, not tampering');
  const { holds, trusted, said } = await checkSignature(text, what, given(file), trust);
  return (holds ? (trusted ? ok : note) : bad)('signature', `${file}: ${said}`);
}
