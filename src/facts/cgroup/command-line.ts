/** The words of the kernel's command line: of the kernel that runs, on an image of each boot entry that may be the default. */
import { type Asking, read } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { bootConfig } from './boot-config.ts';

export const liveCommandLine = '/proc/cmdline';

export interface CommandLine {
  readonly words: readonly string[];
  readonly where: readonly Where[];
}

/** Several where boot entries differ; none where no boot loader is set up here. */
export type CommandLines =
  | { readonly is: 'known'; readonly each: readonly CommandLine[]; readonly live: boolean; readonly consulted: readonly Where[] }
  | Unknown;

export const commandLines = source([{ do: 'read', path: liveCommandLine }, bootConfig], readCommandLines);

function* readCommandLines(): Asking<CommandLines> {
  const live = yield* read(liveCommandLine);
  if (live.is === 'blocked' && live.why !== 'unsupported') return unknown(live, liveCommandLine);
  if (live.is === 'got') {
    const where = [{ path: liveCommandLine, line: 1 }];
    return { is: 'known', live: true, each: [{ words: wordsOf(live.value), where }], consulted: where };
  }
  const boot = yield* bootConfig();
  if (boot.is === 'unknown') return boot;
  if (boot.is === 'none') return { is: 'known', live: false, each: [], consulted: boot.consulted };
  const each = (boot.each ?? [boot]).map(({ text, where }) => ({ words: wordsOf(text), where }));
  return { is: 'known', live: false, each, consulted: each.flatMap((e) => e.where) };
}

/** What stands behind `--` is for init (kernel-command-line(7)). A recorded line may end in a zero byte. */
function wordsOf(text: string): readonly string[] {
  const words: readonly string[] = text.replaceAll('\0', ' ').match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).map((w) => w.replaceAll('"', ''));
}

/** A word's name with `_` for `-`, as kernel and systemd read it, and its value. */
export function wordIn(word: string): { readonly name: string; readonly value?: string } {
  const at = word.indexOf('=');
  return at < 0 ? { name: word.replaceAll('-', '_') } : { name: word.slice(0, at).replaceAll('-', '_'), value: word.slice(at + 1) };
}

/** The last value of a word: the bare word is `true` where it may be a switch. Undefined where it is not there. */
export const lastValue = (words: readonly string[], name: string): string | undefined => {
  const found = words.map(wordIn).findLast((w) => w.name === name);
  return found && (found.value ?? '');
};

/** parse_boolean of systemd; a bare word is on, anything else is none of the two. */
export function switchedOn(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === '' || /^(?:1|yes|y|true|t|on)$/i.test(value)) return true;
  return /^(?:0|no|n|false|f|off)$/i.test(value) ? false : undefined;
}
