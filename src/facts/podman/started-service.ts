/** What a command line starts of Podman's API: directly, through env(1) and the like, or through a shell. Pure. */
import { envCommand } from '../environment/env-command.ts';
import { splitWords } from '../systemd/words.ts';
import { shellCommands } from '../text/shell.ts';
import { isPodman, type ServiceCommand, serviceCommand } from './service-processes.ts';

export interface Started {
  readonly services: readonly ServiceCommand[];
  /** Why there may be more, or another address: a clause. */
  readonly unsure?: string;
}

const none: Started = { services: [] };

/** A program that hands a socket on to whoever connects to another, and Podman's socket in its arguments. */
const relay = /(?:^|[\s/"'])(?:socat|systemd-socket-proxyd|nc|ncat|netcat)\b.*\bpodman\.sock\b/;

/** Whether a command line hands the API's socket on. */
export const relays = (line: string): boolean => relay.test(line);

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh', 'busybox']);
/** Programs that run the command in their arguments. */
const wrappers = new Set([
  ...['nice', 'ionice', 'nohup', 'setsid', 'stdbuf', 'timeout', 'chrt', 'taskset', 'systemd-cat', 'systemd-inhibit', 'systemd-run', 'time', 'exec'],
  ...['sudo', 'runuser', 'su', 'setpriv', 'unshare', 'nsenter', 'flock', 'dbus-run-session', 'catatonit', 'tini', 'dumb-init', 'numactl', 'prlimit'],
]);
/** Programs that start nothing of their own. */
const harmless = new Set([
  ...[
    'true',
    'false',
    ':',
    'echo',
    'printf',
    'test',
    '[',
    '[[',
    'cd',
    'export',
    'unset',
    'set',
    'umask',
    'ulimit',
    'exit',
    'wait',
    'sleep',
    'mkdir',
    'rmdir',
    'rm',
  ],
  ...[
    'chmod',
    'chown',
    'chgrp',
    'ln',
    'touch',
    'cat',
    'cp',
    'mv',
    'install',
    'kill',
    'logger',
    'modprobe',
    'sysctl',
    'systemctl',
    'loginctl',
    'mount',
    'umount',
  ],
  ...['systemd-tmpfiles', 'systemd-notify', 'restorecon', 'setfacl', 'ls', 'grep', 'fi', 'done'],
]);

/**
 * @param words the program and its arguments
 * @param unresolved names of variables that could not be put in
 * @param variables of the environment, for a shell
 */
export function startedBy(words: readonly string[], unresolved: readonly string[], variables: ReadonlyMap<string, string>): Started {
  const program = nameOf(words[0]);
  if (isPodman(words[0] ?? '')) return podman(words, unresolved);
  if (program === 'env') return throughEnv(words.slice(1), unresolved, variables);
  if (shells.has(program)) return throughShell(program === 'busybox' ? words.slice(1) : words, unresolved, variables);
  if (wrappers.has(program)) {
    const at = words.findIndex((w, i) => i > 0 && (isPodman(w) || nameOf(w) === 'env' || (shells.has(nameOf(w)) && words.slice(i).some(isScriptFlag))));
    return at > 0 ? startedBy(words.slice(at), unresolved, variables) : { services: [], unsure: `what ${program} starts could not be told` };
  }
  if (harmless.has(program)) return none;
  if (relays(words.join(' '))) return { services: [], unsure: `${program} hands the API's socket on, and to whom was not looked at` };
  return { services: [], unsure: `what ${words[0] ?? 'it'} starts is not known` };
}

const nameOf = (word: string | undefined): string => (word ?? '').slice((word ?? '').lastIndexOf('/') + 1);

/** Whether what a line starts may stand in variables: a shell, env(1) and the like start what their arguments say. */
export function maySayWhatItStarts(line: string): boolean {
  const program = nameOf(splitWords(line).words[0]?.replace(/^[-@:+!|]+/, ''));
  return line.includes('$') && (program === 'env' || shells.has(program) || wrappers.has(program));
}

/** Of longer lines only the beginning is searched. */
const longest = 4096;

/** The variables from which a shell, env(1) or the like takes a program: where a command begins. */
export function variablePrograms(line: string): string[] {
  if (!maySayWhatItStarts(line)) return [];
  const begins =
    /(?:^[-@:+!|]*\S+\s+|\s-[a-z]*c\s+|[;&|(]\s*|\b(?:env|exec|then|do|else|nice|nohup|sudo)\s+)(?:(?:-\S+|[A-Za-z_]\w*=\S*|exec)\s+)*["']*\$+\{?([A-Za-z_]\w*)/g;
  return [...line.slice(0, longest).matchAll(begins)].map((m) => m[1] as string);
}

const isScriptFlag = (word: string): boolean => /^-[a-z]*c[a-z]*$/.test(word);
const namesOf = (unresolved: readonly string[]): string => unresolved.map((n) => `$${n}`).join(', ');

function podman(words: readonly string[], unresolved: readonly string[]): Started {
  const command = serviceCommand(words);
  const services = command ? [command] : [];
  // Where a subcommand is written out that is not `system`, a variable behind it starts no API.
  const other = words.slice(1).some((w, i) => !w.startsWith('-') && !/^--[^=]+$/.test(words[i] ?? '') && w !== 'system' && w !== 'service');
  return unresolved.length > 0 && (command || !other) ? { services, unsure: `the value of ${namesOf(unresolved)} is not known` } : { services };
}

function throughEnv(args: readonly string[], unresolved: readonly string[], variables: ReadonlyMap<string, string>): Started {
  const known = new Map(variables);
  const { changes, command, unclear } = envCommand(args);
  if (unclear !== undefined) return { services: [], unsure: `env puts variables into ${JSON.stringify(unclear)}` };
  for (const change of changes) {
    if ('set' in change) known.set(change.set, change.value);
    else if ('unset' in change) known.delete(change.unset);
    else known.clear();
  }
  return command.length > 0 ? startedBy(command, unresolved, known) : none;
}

function throughShell(words: readonly string[], unresolved: readonly string[], variables: ReadonlyMap<string, string>): Started {
  const at = words.findIndex((w, i) => i > 0 && isScriptFlag(w));
  if (at < 0) return { services: [], unsure: `${words.join(' ')} runs a script that was not read` };
  const script = words[at + 1];
  // The shell refuses, as where the variable that holds the script is empty.
  if (script === undefined) return none;
  const { commands, unclear } = shellCommands(script, variables);
  const parts = commands.map((c) => startedBy(c, unresolved, variables));
  const open = unclear || unresolved.length > 0 ? 'what the shell makes of the command is not known' : undefined;
  const unsure = parts.find((p) => p.unsure !== undefined)?.unsure ?? open;
  return { services: parts.flatMap((p) => p.services), ...(unsure === undefined ? {} : { unsure }) };
}
