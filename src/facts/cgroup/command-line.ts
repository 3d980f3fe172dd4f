/** What the kernel is told: the one that runs, on an image by each boot entry that may be the default. */
import { type Asking, read } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { type Argument, argumentsOf } from '../host/kernel-arguments.ts';
import { source } from '../source.ts';
import { bootConfig } from './boot-config.ts';

const live = '/proc/cmdline';

export interface CommandLine {
  readonly arguments: readonly Argument[];
  readonly where: readonly Where[];
}

/** Several where it cannot be told which entry is the default; none where no boot loader is set up here. */
export type CommandLines = { readonly is: 'known'; readonly each: readonly CommandLine[]; readonly consulted: readonly Where[] } | Unknown;

export const commandLines = source([{ do: 'read', path: live }, bootConfig], readCommandLines);

function* readCommandLines(): Asking<CommandLines> {
  const running = yield* read(live);
  if (running.is === 'blocked' && running.why !== 'unsupported') return unknown(running, live);
  if (running.is === 'got') {
    const where = [{ path: live, line: 1 }];
    return { is: 'known', each: [{ arguments: argumentsOf(running.value), where }], consulted: where };
  }
  const boot = yield* bootConfig();
  if (boot.is === 'unknown') return boot;
  if (boot.is === 'none') return { is: 'known', each: [], consulted: boot.consulted };
  const each = (boot.candidates ?? [boot]).map(({ text, where }) => ({ arguments: argumentsOf(text), where }));
  return { is: 'known', each, consulted: each.flatMap((e) => e.where) };
}

/** The value of an argument: empty for a bare word, undefined where it is not there. */
export const argumentIn = ({ arguments: all }: CommandLine, name: string): string | undefined => {
  const found = all.findLast((a) => a.name === name);
  return found && (found.value ?? '');
};

/** parse_boolean of systemd, where a bare word is on; undefined for what is none of the two, or not there. */
export function switched(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === '' || /^(?:1|yes|y|true|t|on)$/i.test(value)) return true;
  return /^(?:0|no|n|false|f|off)$/i.test(value) ? false : undefined;
}
