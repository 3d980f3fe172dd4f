/** What a target is: one file a sort in this folder, one line a sort in targets.ts; all else follows from these. */
import type { Problem } from '../../rules/rule.ts';
import type { Host } from '../record.ts';
import type { Questions } from '../script/remote.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** TARGET where none is named: this host. */
export const usualTarget = 'local';

/** What the command line says about a target. */
export interface Asked {
  /** TARGET as it was given. */
  readonly name: string;
  /** --as: the kind of what stands at a path, when it is not to be recognised. */
  readonly as?: string | undefined;
  /** --user: name of the account to inspect as, where nobody is logged in. */
  readonly user?: string | undefined;
  /** --now: when a capture was made, whatever its own clock says. */
  readonly now?: string | undefined;
  /** How other hosts are reached; without it, none is. */
  readonly reach?: Reach | undefined;
}

/** How to reach other hosts, and what to ask of them. */
export interface Reach {
  readonly sudo: boolean;
  /** Its cluster may be asked for objects, with its own kubeconfig. */
  readonly kubectl?: boolean;
  /** Seconds that one round of questions may take. */
  readonly timeout: number;
  /** Seconds that one program may take: more where a round may take more. */
  readonly programSeconds?: number;
  /** Somebody at a terminal can answer what a login asks. */
  readonly interactive: boolean;
  /** A command line that leads to a shell on the host. */
  readonly via?: string;
  /** A configuration file for ssh. */
  readonly sshConfig?: string;
  /** Worked out only when another host needs it. */
  readonly questions: () => Questions;
}

/** What stands at a path, as far as telling what it is needs it. */
export interface Found {
  /** As it was given. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** The names in a directory; undefined: it is none. */
  readonly entries?: readonly string[];
  /** The first MiB of a file, of a gzip or zstd file of what is in it; empty for whatever is not read, such as a pipe. */
  readonly head: Uint8Array;
}

/** A host that can be asked, or a recording that needs no asking. */
export type Opened = OpenedHost | { readonly snapshot: Snapshot };

export interface OpenedHost {
  readonly host: Host;
  /** Lets go of a connection. */
  readonly close?: () => Promise<void>;
  /** It was captured earlier: what `host.looked` tells is all that there is. `digest` is of the file's bytes. */
  readonly recorded?: { readonly digest: string; readonly tool: string };
}

/** Flags that some targets have no use for. */
export const heedable = ['file', 'now', 'ssh-config', 'sudo', 'timeout', 'user'] as const;
export type Heeded = (typeof heedable)[number];

interface Sort {
  /** As reports and --as name it. The file bears this name. */
  readonly kind: string;
  /** How TARGET is written, in the words of hints: `ssh://[user@]host[:port]`, `a snapshot`. */
  readonly written: string;
  /** What it is, in half a sentence. */
  readonly describe: string;
  /** False: no running host answers. What only a running one knows is then looked for there. A host may say otherwise. */
  readonly running: boolean;
  /** Those that it has a use for; what was captured brings its own. */
  readonly heeds: readonly Heeded[];
  /** For README: arguments of pretrip, and what they do. */
  readonly examples: readonly (readonly [args: string, does: string])[];
}

/** A target that is named by an address or a flag: nothing is looked at to tell. */
export interface AddressTarget extends Sort {
  readonly by: 'address';
  recognises(asked: Asked): boolean;
  /** Throws TargetError, MisuseError. */
  open(asked: Asked): Promise<Opened>;
}

/** A target that stands at a path, and is told by what is there. */
export interface ContentTarget extends Sort {
  readonly by: 'content';
  readonly is: 'directory' | 'file' | 'either';
  /** What it is recognised by, after `written`: `holds an index.json`. */
  readonly sign: string;
  /** Pure. No two sorts should recognise the same; where they do, --as decides. */
  recognises(found: Found): boolean;
  /** Throws TargetError, MisuseError. */
  open(found: Found, asked: Asked): Promise<Opened>;
}

export type TargetSort = AddressTarget | ContentTarget;

/** The target could not be reached or read, so nothing was judged: exit 4. */
export class TargetError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What was asked for cannot be meant, or what somebody wrote has mistakes: exit 2. */
export class MisuseError extends Error {
  readonly hint: string | undefined;
  /** The mistakes in a file that somebody wrote. */
  readonly problems: readonly Problem[];
  constructor(message: string, hint?: string, problems: readonly Problem[] = []) {
    super(message);
    this.hint = hint;
    this.problems = problems;
  }
}
