/** The kernel command line that the next boot will use, from the files of the boot loader. */

import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { globMatches } from '../glob.ts';
import { source, type Touches } from '../source.ts';
import { bootWords, sameWords } from './boot-words.ts';
import { entryNamed, kernelEntries, parseGrub, parseGrubEnv } from './grub-menu.ts';
import { bootLines } from './hierarchy.ts';

/** What will be used; `none` when no file of a boot loader is there (a container, or a kernel started from outside). */
export type BootConfig =
  | {
      readonly is: 'known';
      readonly text: string;
      readonly where: readonly Where[];
      /** All entries that may be the default; which of them is cannot be told, but they say the same about cgroups. */
      readonly candidates?: readonly Line[];
      /** A Raspberry Pi's cmdline.txt: the firmware puts words of its own before these. */
      readonly firmware?: true;
    }
  | { readonly is: 'none'; readonly consulted: readonly Where[] }
  | Unknown;

/** A kernel command line, and where it stands. */
export interface Line {
  readonly text: string;
  readonly where: readonly Where[];
}

const grubs = ['/boot/grub2/grub.cfg', '/boot/grub/grub.cfg'] as const;
const grubEnvs = ['/boot/grub2/grubenv', '/boot/grub/grubenv'] as const;
const loaders = ['/boot/loader', '/efi/loader', '/boot/efi/loader'] as const;
/** Raspberry Pi's firmware reads the first two; kernel-install takes the last one for new entries. */
const plain = ['/boot/firmware/cmdline.txt', '/boot/cmdline.txt', '/etc/kernel/cmdline'] as const;

const touches: Touches = [
  ...[...grubs, ...grubEnvs, ...plain].map((path) => ({ do: 'read' as const, path })),
  ...loaders.flatMap(
    (path): Touches => [
      { do: 'read', path: `${path}/loader.conf` },
      { do: 'list', path: `${path}/entries` },
      { do: 'read', path: `${path}/entries/*.conf` },
    ],
  ),
];

/** Follows GRUB's default entry, then systemd-boot's (loader.conf(5)), then plain command line files. */
export const bootConfig = source(touches, readBootConfig);

function* readBootConfig(): Asking<BootConfig> {
  const fixed = [...grubs, ...grubEnvs, ...loaders.map((l) => `${l}/loader.conf`), ...plain];
  const [texts, folders] = yield* together([together(fixed.map((p) => read(p))), together(loaders.map((l) => list(`${l}/entries`)))]);
  const files = new Map(fixed.map((path, at) => [path, texts[at] as Answer<string>]));
  for (const [path, answer] of files) if (answer.is === 'blocked') return unknown(answer, path);
  for (const [at, answer] of folders.entries()) if (answer.is === 'blocked' && answer.why !== 'failed') return unknown(answer, `${loaders[at]}/entries`);
  const names = folders.flatMap((f, at) => (f.is === 'got' ? f.value.filter((n) => n.endsWith('.conf')).map((n) => `${loaders[at]}/entries/${n}`) : []));
  const entries = yield* together(names.map((p) => read(p)));
  for (const [at, answer] of entries.entries()) if (answer.is === 'blocked') return unknown(answer, names[at] ?? '');
  const text = (path: string | undefined): string | undefined => {
    const answer = path === undefined ? undefined : files.get(path);
    return answer?.is === 'got' ? answer.value : undefined;
  };
  const bls = names.flatMap((path, at) => {
    const answer = entries[at];
    // Boot Loader Specification, type 1: the line "linux" names the kernel alone.
    const lines =
      answer?.is === 'got' ? bootLines(answer.value, path).filter((l) => /^\s*options\s/.test(answer.value.split('\n')[(l.where.line ?? 1) - 1] ?? '')) : [];
    return [{ id: path.slice(path.lastIndexOf('/') + 1, -'.conf'.length), lines }];
  });
  const env = parseGrubEnv(grubEnvs.map(text).find((t) => t !== undefined) ?? '');
  const grub = grubs.find((p) => text(p) !== undefined);
  if (grub !== undefined) return fromGrub(text(grub) ?? '', grub, env, bls);
  if (bls.length > 0) return fromLoader(loaders.map((l) => text(`${l}/loader.conf`)).find((t) => t !== undefined) ?? '', bls, env);
  const file = plain.find((p) => text(p) !== undefined);
  const firmware = file?.endsWith('/cmdline.txt') ? ({ firmware: true } as const) : {};
  // The firmware reads one line.
  const told = (text(file) ?? '').split('\n', firmware.firmware ? 1 : undefined).join('\n');
  if (file !== undefined) return { is: 'known', text: told, where: [{ path: file, line: 1 }], ...firmware };
  return { is: 'none', consulted: fixed.map((path) => ({ path })) };
}

interface Entry {
  readonly id: string;
  readonly lines: readonly { readonly text: string; readonly where: Where }[];
}

function fromGrub(text: string, path: string, env: ReadonlyMap<string, string>, bls: readonly Entry[]): BootConfig {
  const menu = parseGrub(text, path);
  const wanted = (menu.default ?? '0').replace(/^\$\{?saved_entry\}?$/, env.get('saved_entry') || '0');
  if (menu.bls && bls.length > 0) {
    const named = bls.find((e) => e.id === wanted);
    return agreed(named ? [named] : bls, env);
  }
  const entry = entryNamed(menu.entries, wanted);
  if (entry?.line) return { is: 'known', text: filled(entry.line.text, env), where: [{ ...entry.line.where, said: `the default entry, ${entry.title}` }] };
  return agreed(
    kernelEntries(menu.entries).map((e) => ({ id: e.title, lines: e.line ? [e.line] : [] })),
    env,
  );
}

function fromLoader(conf: string, bls: readonly Entry[], env: ReadonlyMap<string, string>): BootConfig {
  const pattern = /^default[ \t]+(\S+)/m.exec(conf)?.[1];
  const named = pattern === undefined ? [] : bls.filter((e) => globMatches(pattern.replace(/\.conf$/, ''), e.id));
  return agreed(named.length > 0 ? named : bls, env);
}

/** Several candidates do when they say the same about cgroups; which one is newest is not ours to guess. */
function agreed(entries: readonly Entry[], env: ReadonlyMap<string, string>): BootConfig {
  const each = entries.map((e) => ({ text: filled(e.lines.map((l) => l.text).join(' '), env), where: e.lines.map((l) => l.where) }));
  const [first] = each;
  const where = each.flatMap((e) => e.where);
  if (!first) return { is: 'unknown', why: 'ambiguous', said: 'the boot loader has no entry that can be told', where };
  const words = bootWords(first.text);
  if (each.every((e) => sameWords(bootWords(e.text), words))) return { is: 'known', ...first, ...(each.length > 1 ? { candidates: each } : {}) };
  return { is: 'unknown', why: 'ambiguous', said: 'the boot entries differ, and which one is the default cannot be told', where };
}

/** `$kernelopts` and the like stand in grubenv; what is not there is empty, as GRUB has it. */
const filled = (text: string, env: ReadonlyMap<string, string>): string => text.replace(/\$\{?(\w+)\}?/g, (_, name: string) => env.get(name) ?? '');
