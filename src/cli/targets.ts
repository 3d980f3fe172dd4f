/** TARGET arguments → what answers for them. A path's kind is recognised from its content. */
import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, resolve } from 'node:path';
import { composed } from '../collect/composed/composed.ts';
import type { Host } from '../collect/record.ts';
import { looksLikeRaw } from '../collect/script/frames.ts';
import { looksLikeSnapshot, readSnapshot, type Snapshot, SnapshotError } from '../collect/snapshot/snapshot.ts';
import { local, thisAccount } from '../collect/targets/local.ts';
import { rootDirectory } from '../collect/targets/root-directory.ts';
import type { Account } from '../facts/ask.ts';
import { passwd, rootAccount } from '../facts/host/accounts.ts';
import { settleAsync } from '../facts/settle.ts';
import { ProblemsError, TargetError, UsageError } from './errors.ts';
import { openRaw, openSsh, openVia, type Reach } from './remote.ts';

export const targetKinds = ['local', 'root-directory', 'snapshot', 'script', 'composed'] as const;
export type TargetKind = (typeof targetKinds)[number];

/** A target that can be asked, or a recording that needs no asking. */
export type Opened =
  | {
      readonly host: Host;
      /** Lets go of a connection. */
      readonly close?: () => Promise<void>;
    }
  | { readonly snapshot: Snapshot; readonly path: string };

/** What of a root file system a directory must hold to be taken for one. */
const rootEntries = ['etc', 'usr', 'var', 'System', 'sysroot', 'ostree'];

/**
 * Opens a target. `user` names the account to inspect as, on a root directory; `reach` tells how to get to other
 * hosts. Throws TargetError or UsageError.
 */
export async function openTarget(name: string, as: TargetKind | undefined, user: string | undefined, reach?: Reach, now?: string): Promise<Opened> {
  if (reach?.via !== undefined) {
    if (name !== 'local' || as !== undefined) throw new UsageError('--via is a target of its own', 'give no other target beside it');
    return openVia(reach.via, reach);
  }
  if (reach && as === undefined && /^ssh:\/\//i.test(name)) return openSsh(name, reach);
  if (name === 'local' && (as === undefined || as === 'local')) {
    if (user !== undefined && user !== thisAccount().name)
      throw new UsageError('--user chooses an account on a root directory; on this host, run pretrip as that account');
    return { host: { kind: 'local', name: hostname(), user: thisAccount(), target: local() } };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name))
    throw new UsageError(`${name}: no such sort of target`, 'local, ssh://[user@]host[:port], a root directory, a snapshot, or what a capture script printed');
  const path = resolve(name);
  const info = statAt(path, name);
  const kind = as ?? recognise(path, name, info.isDirectory());
  if (kind === 'root-directory') {
    if (!info.isDirectory()) throw new TargetError(`${name}: is no directory`);
    const target = rootDirectory(path);
    return { host: { kind: 'root-directory', name: basename(path) || '/', user: await accountIn(target, user), target } };
  }
  if (kind === 'snapshot') {
    if (info.isDirectory()) throw new TargetError(`${name}: is a directory, not a snapshot`);
    return { snapshot: snapshotAt(path, name), path };
  }
  if (kind === 'script') {
    if (info.isDirectory()) throw new TargetError(`${name}: is a directory, not what a capture script printed`);
    return openRaw(path, name, now);
  }
  if (kind === 'composed') return { host: await composedAt(path, name) };
  throw new UsageError(`--as ${kind} does not fit ${name}`);
}

function statAt(path: string, name: string): { isDirectory(): boolean } {
  try {
    const info = statSync(path);
    accessSync(path, constants.R_OK | (info.isDirectory() ? constants.X_OK : 0));
    return info;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const said =
      code === 'ENOENT'
        ? 'there is no such file or directory'
        : code === 'ELOOP'
          ? 'too many levels of symbolic links'
          : code === 'EACCES'
            ? 'permission denied'
            : String((error as Error).message);
    throw new TargetError(
      `${name}: ${said}; nothing was judged`,
      'a target is: local (the default), ssh://[user@]host[:port], a root file system directory, a snapshot, or what a capture script printed',
    );
  }
}

function recognise(path: string, name: string, directory: boolean): TargetKind {
  if (directory) {
    const names = readdirSync(path);
    if (names.some((n) => rootEntries.includes(n))) return 'root-directory';
    throw new TargetError(
      `${name}: does not look like a root file system: it holds none of ${rootEntries.slice(0, 3).join(', ')}`,
      'if it is one, say so: --as root-directory',
    );
  }
  const head = Buffer.alloc(65_536);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  if (looksLikeSnapshot(head)) return 'snapshot';
  if (looksLikeRaw(head)) return 'script';
  if (/\.ya?ml$/.test(name)) return 'composed';
  throw new TargetError(`${name}: is neither a snapshot nor what a capture script printed`, 'capture a host with: pretrip capture -o host.pretrip.jsonl');
}

function snapshotAt(path: string, name: string): Snapshot {
  try {
    return readSnapshot(readFileSync(path), name);
  } catch (error) {
    if (error instanceof SnapshotError) throw new TargetError(error.message);
    throw error;
  }
}

/** A host written down in YAML, as those in fixtures/hosts. */
async function composedAt(path: string, name: string): Promise<Host> {
  const { noFiles, readHost } = await import('../rules/text/read-host.ts');
  const { host: spec, problems } = readHost(name, readFileSync(path, 'utf8'));
  if (problems.some((p) => p.message === noFiles)) throw new TargetError(`${name}: is no composed host: ${noFiles}`, 'see fixtures/hosts for examples');
  if (!spec) throw new ProblemsError(problems);
  return {
    kind: 'composed',
    name: basename(path).replace(/\.ya?ml$/, ''),
    user: spec.user ?? rootAccount,
    target: composed(spec),
    ...(spec.given ? { files: spec.given } : {}),
    ...(spec.takenAt !== undefined ? { takenAt: `${new Date(spec.takenAt * 1000).toISOString().slice(0, 19)}Z` } : {}),
  };
}

async function accountIn(target: Host['target'], name: string | undefined): Promise<Account> {
  if (name === undefined || name === 'root') return rootAccount;
  const found = await settleAsync(passwd(), (asks) => target.answer(asks));
  const entry = found.is === 'known' ? found.entries.find((e) => e.name === name) : undefined;
  if (!entry) throw new TargetError(`there is no account "${name}" on the target`, found.is === 'unknown' ? found.said : 'it is not in /etc/passwd');
  return { name: entry.name, uid: entry.uid, gid: entry.gid, home: entry.home };
}
