/**
 * A host written down by hand: files, commands, sockets and variables. What is not
 * named is not there. Rule cases and fixtures are such hosts; the whole pipeline
 * runs over them as it does over a real one.
 */
import type { Account, Answer, AnyAnswer, Ask, FileType, Inode, Stat, Target, Why } from '../../facts/ask.ts';
import { isOfDisk } from '../../facts/asks.ts';
import { notInImage } from '../disk/image.ts';
import { byBytes } from '../disk/limits.ts';
import { type Entry, resolve } from '../disk/resolve.ts';

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
  readonly env?: Readonly<Record<string, string | null>>;
  readonly files?: Readonly<Record<string, FileSpec>>;
  /** Keyed by the words of the command joined by one space; `user@` in front for another account. */
  readonly commands?: Readonly<Record<string, CommandSpec>>;
  /** Keyed by `SOCKET PATH`. */
  readonly sockets?: Readonly<Record<string, ResponseSpec>>;
}

/** Lays the changes over a host: given entries replace, `null` removes. */
export function overlay(base: HostSpec, change: HostSpec): HostSpec {
  const files: Record<string, FileSpec> = { ...base.files };
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
  };
}

interface Node extends Inode {
  readonly content?: string;
  readonly target?: string;
  readonly blocked?: Why;
}

/** The target for a host spec. Answers without I/O; also usable synchronously through {@link answerer}. */
export function composed(spec: HostSpec): Target {
  const answer = answerer(spec);
  return { answer: async (asks) => asks.map(answer) };
}

export function answerer(spec: HostSpec): (ask: Ask) => AnyAnswer {
  const nodes = nodesOf(spec);
  const children = new Map<string, string[]>();
  for (const path of nodes.keys()) {
    if (path === '/') continue;
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    children.set(parent, [...(children.get(parent) ?? []), path.slice(path.lastIndexOf('/') + 1)]);
  }
  const lookup = (path: string): Entry | 'absent' | 'denied' => {
    const parent = nodes.get(path.slice(0, path.lastIndexOf('/')) || '/');
    if (parent?.type === 'directory' && parent.blocked) return 'denied';
    const node = nodes.get(path);
    if (!node) return 'absent';
    if (node.type === 'link') return { type: 'link', target: node.target ?? '' };
    return { type: node.type === 'directory' ? 'directory' : 'other' };
  };
  const at = (path: string, follow: boolean): Answer<Node & { path: string }> => {
    const found = resolve(lookup, path, follow);
    if (found.path === undefined) {
      if (found.is === 'absent') return spec.kind === 'image' ? notInImage(path) : { is: 'absent' };
      return { is: 'blocked', why: found.is === 'denied' ? 'denied' : 'failed', ...(found.is === 'loop' ? { said: 'too many levels of symbolic links' } : {}) };
    }
    const node = nodes.get(found.path);
    return node ? { is: 'got', value: { ...node, path: found.path } } : { is: 'absent' };
  };
  return (ask) => {
    if (spec.kind === 'image' && !isOfDisk(ask)) return { is: 'blocked', why: 'unsupported' };
    switch (ask.do) {
      case 'stat': {
        const found = at(ask.path, false);
        if (found.is !== 'got') return found;
        const { content: _, blocked: __, path: ___, target, ...inode } = found.value;
        if (inode.type !== 'link') return { is: 'got', value: inode satisfies Stat };
        const real = at(ask.path, true);
        if (real.is !== 'got') return { is: 'got', value: { ...inode, target: target ?? '', real } };
        const { content: _c, blocked: _b, target: _t, ...end } = real.value;
        return { is: 'got', value: { ...inode, target: target ?? '', real: { is: 'got', value: end } } };
      }
      case 'read': {
        const found = at(ask.path, true);
        if (found.is !== 'got') return found;
        if (found.value.blocked) return { is: 'blocked', why: found.value.blocked };
        if (found.value.type !== 'file') return { is: 'blocked', why: 'failed', said: `is a ${found.value.type}` };
        return { is: 'got', value: { text: found.value.content ?? '' } };
      }
      case 'list': {
        const found = at(ask.path, true);
        if (found.is !== 'got') return found;
        if (found.value.blocked) return { is: 'blocked', why: found.value.blocked };
        if (found.value.type !== 'directory') return { is: 'blocked', why: 'failed', said: `is a ${found.value.type}` };
        return { is: 'got', value: (children.get(found.value.path) ?? []).sort(byBytes) };
      }
      case 'run': {
        if (ask.user && spec.user && spec.user.uid !== 0 && ask.user.uid !== spec.user.uid)
          return { is: 'blocked', why: 'denied', said: `only root may run programs as ${ask.user.name}` };
        const name = `${ask.user ? `${ask.user.name}@` : ''}${ask.argv.join(' ')}`;
        const command = Object.hasOwn(spec.commands ?? {}, name) ? spec.commands?.[name] : undefined;
        if (!command) return { is: 'absent' };
        if (command.blocked) return { is: 'blocked', why: command.blocked };
        return { is: 'got', value: { exit: command.exit ?? 0, stdout: command.stdout ?? '', stderr: command.stderr ?? '' } };
      }
      case 'get': {
        const name = `${ask.socket} ${ask.path}`;
        const response = Object.hasOwn(spec.sockets ?? {}, name) ? spec.sockets?.[name] : undefined;
        if (!response) {
          const socket = at(ask.socket, true);
          if (socket.is !== 'got') return socket;
          return { is: 'blocked', why: 'failed', said: 'connection refused' };
        }
        if (response.blocked) return { is: 'blocked', why: response.blocked };
        return { is: 'got', value: { status: response.status ?? 200, headers: response.headers ?? {}, body: response.body ?? '' } };
      }
      case 'env': {
        const value = Object.hasOwn(spec.env ?? {}, ask.name) ? spec.env?.[ask.name] : undefined;
        return typeof value === 'string' ? { is: 'got', value } : { is: 'absent' };
      }
    }
  };
}

function nodesOf(spec: HostSpec): Map<string, Node> {
  const directory: Node = { type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 4096, mtime: 0 };
  const nodes = new Map<string, Node>([['/', directory]]);
  for (const [path, file] of Object.entries(spec.files ?? {})) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at);
      if (!nodes.has(parent)) nodes.set(parent, directory);
    }
    if (file === null) continue;
    nodes.set(path, nodeOf(typeof file === 'string' ? { content: file } : file));
  }
  return nodes;
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
  };
}
