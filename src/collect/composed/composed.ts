/**
 * A host written down by hand: files, commands, sockets and variables. What is not
 * named is not there. Rule cases and fixtures are such hosts; the whole pipeline
 * runs over them as it does over a real one.
 */
import type { Account, Answer, AnyAnswer, Ask, FileType, Output, Response, Target, Why } from '../../facts/ask.ts';
import { isOfDisk } from '../../facts/asks.ts';
import { settle } from '../../facts/settle.ts';
import { notInImage } from '../disk/image.ts';
import { listPackages } from '../disk/packages.ts';
import { databaseFiles, filesOf, listedPackages, type PackagesSpec } from './composed-packages.ts';
import { type Node, type Tree, treeOf } from './composed-tree.ts';
import { walkTree } from './composed-walk.ts';

/** A file: its text, or its inode. `null` (in an overlay) takes a path and all below it away. */
export type FileSpec =
  | string
  | null
  | {
      readonly content?: string;
      readonly type?: FileType;
      readonly link?: string;
      /** Octal text: "0644". */
      readonly mode?: string;
      /** `uid:gid`. */
      readonly owner?: string;
      /** Unix seconds. */
      readonly mtime?: number;
      /** As getcap prints them: cap_net_raw=ep. */
      readonly capabilities?: string;
      /** Content (of a directory: everything below it) may not be seen. */
      readonly blocked?: Why;
    };

export type CommandSpec = { readonly stdout?: string; readonly stderr?: string; readonly exit?: number; readonly blocked?: Why } | null;
export type ResponseSpec = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly blocked?: Why;
} | null;

export interface HostSpec {
  readonly describe?: string;
  /** The upstream versions whose layout it follows. */
  readonly follows?: string;
  /** `image`: nothing runs there, so commands, sockets and variables are `unsupported`. */
  readonly kind?: 'live' | 'image';
  /** The account that inspects. Default: root. */
  readonly user?: Account;
  /** Unix seconds at which the inspection takes place. */
  readonly takenAt?: number;
  /** Paths named with --file. */
  readonly given?: readonly string[];
  /** Names given with --account. */
  readonly accounts?: readonly string[];
  readonly env?: Readonly<Record<string, string | null>>;
  readonly files?: Readonly<Record<string, FileSpec>>;
  /** Keyed by the words of the command joined by one space; `user@` in front for another account. */
  readonly commands?: Readonly<Record<string, CommandSpec>>;
  /** What each package database lists: `name [epoch:]version[-release][.arch]`. `null`: there is no such database. */
  readonly packages?: PackagesSpec;
  /** Keyed by `SOCKET PATH`. */
  readonly sockets?: Readonly<Record<string, ResponseSpec>>;
}

/** Lays the changes over a host: given entries replace, `null` removes. */
export function overlay(base: HostSpec, change: HostSpec): HostSpec {
  const files: Record<string, FileSpec> = { ...base.files };
  for (const path of filesOf(change.packages)) delete files[path];
  for (const [path, spec] of Object.entries(change.files ?? {})) {
    if (spec === null) for (const p of Object.keys(files)) if (p === path || p.startsWith(`${path}/`)) delete files[p];
    if (spec !== null) files[path] = spec;
  }
  return {
    ...base,
    ...change,
    files,
    env: { ...base.env, ...change.env },
    commands: { ...base.commands, ...change.commands },
    sockets: { ...base.sockets, ...change.sockets },
    packages: { ...base.packages, ...change.packages },
  };
}

/** The target for a host spec. Answers without I/O; also usable synchronously through {@link answerer}. */
export function composed(spec: HostSpec): Target {
  const answer = answerer(spec);
  return { answer: async (asks) => asks.map(answer) };
}

export function answerer(spec: HostSpec): (ask: Ask) => AnyAnswer {
  const nodes = nodesOf(spec);
  const tree = treeOf(nodes, (path) => (spec.kind === 'image' ? notInImage(path) : { is: 'absent' }));
  const answer = (ask: Ask): AnyAnswer => {
    if (spec.kind === 'image' && !isOfDisk(ask)) return { is: 'blocked', why: 'unsupported' };
    switch (ask.do) {
      case 'stat':
        return tree.stat(ask.path);
      case 'read':
        return tree.read(ask.path);
      case 'list':
        return tree.list(ask.path);
      case 'walk':
        return walkTree(nodes, tree, ask.top, ask.names);
      case 'packages':
        return listedPackages(spec.packages, ask.of, tree) ?? settle(listPackages(ask.of), answer);
      case 'run':
        return outputOf(spec, ask.argv, ask.user);
      case 'get':
        return responseOf(spec, tree, ask.socket, ask.path);
      case 'env': {
        const value = written(spec.env, ask.name);
        return typeof value === 'string' ? { is: 'got', value } : { is: 'absent' };
      }
    }
  };
  return answer;
}

/** What is written down under a name; not what every object has. */
const written = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;

function outputOf(spec: HostSpec, argv: readonly string[], user: Account | undefined): Answer<Output> {
  if (user && spec.user && spec.user.uid !== 0 && user.uid !== spec.user.uid)
    return { is: 'blocked', why: 'denied', said: `only root may run programs as ${user.name}` };
  const command = written(spec.commands, `${user ? `${user.name}@` : ''}${argv.join(' ')}`);
  if (!command) return { is: 'absent' };
  if (command.blocked) return { is: 'blocked', why: command.blocked };
  return { is: 'got', value: { exit: command.exit ?? 0, stdout: command.stdout ?? '', stderr: command.stderr ?? '' } };
}

/** A socket for which no response is written down refuses, if it is there. */
function responseOf(spec: HostSpec, tree: Tree, socket: string, path: string): Answer<Response> {
  const response = written(spec.sockets, `${socket} ${path}`);
  if (!response) {
    const found = tree.at(socket);
    return found.is === 'got' ? { is: 'blocked', why: 'failed', said: 'connection refused' } : found;
  }
  if (response.blocked) return { is: 'blocked', why: response.blocked };
  return { is: 'got', value: { status: response.status ?? 200, headers: response.headers ?? {}, body: response.body ?? '' } };
}

function nodesOf(spec: HostSpec): Map<string, Node> {
  const directory: Node = { type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 4096, mtime: 0 };
  const nodes = new Map<string, Node>([['/', directory]]);
  for (const [path, file] of Object.entries({ ...databaseFiles(spec.packages), ...spec.files })) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at);
      if (!nodes.has(parent)) nodes.set(parent, directory);
    }
    if (file === null) continue;
    nodes.set(path, closedTo(spec.user, nodeOf(typeof file === 'string' ? { content: file } : file)));
  }
  return nodes;
}

/** A directory that the inspecting account may not search answers for nothing below it. */
function closedTo(user: Account | undefined, node: Node): Node {
  if (!user || user.uid === 0 || node.type !== 'directory' || node.blocked) return node;
  const bit = node.uid === user.uid ? 0o100 : node.gid === user.gid ? 0o010 : 0o001;
  return (node.mode & bit) === 0 ? { ...node, blocked: 'denied' } : node;
}

function nodeOf(file: Exclude<FileSpec, string | null>): Node {
  const type: FileType = file.type ?? (file.link !== undefined ? 'link' : 'file');
  const [uid = 0, gid = uid] = (file.owner ?? '0:0').split(':').map(Number);
  const usual = type === 'directory' ? '0755' : type === 'link' ? '0777' : '0644';
  return {
    type,
    mode: Number.parseInt(file.mode ?? usual, 8),
    uid,
    gid,
    size: Buffer.byteLength(file.content ?? ''),
    mtime: file.mtime ?? 0,
    ...(file.content !== undefined ? { content: file.content } : {}),
    ...(file.link !== undefined ? { target: file.link } : {}),
    ...(file.blocked ? { blocked: file.blocked } : {}),
    ...(file.capabilities === undefined ? {} : { capabilities: file.capabilities }),
  };
}
