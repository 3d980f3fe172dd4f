/**
 * Modes that systemd-tmpfiles gives files and directories at the first boot of an image (tmpfiles.d(5)): of what it makes
 * (f, d, D, v, q, Q), and of what is there (z, Z, e, m). Of two lines that make one path the first counts, and a line that only
 * changes it comes after that. On a running host the walk has seen what came of it.
 */
import { type Asking, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { initOf, withoutUnits } from '../systemd/init.ts';
import { kernelPath, runs } from './running.ts';
import { tmpfilesFiles } from './tmpfiles-d.ts';

export interface ModeAtBoot {
  readonly path: string;
  readonly type: Stat['type'];
  readonly mode: number;
  readonly at: Where & { readonly line: number };
}

export interface ModesAtBoot {
  readonly each: readonly ModeAtBoot[];
  /** A file that could not be read, or a line whose files cannot be told: there may be more. */
  readonly unseen?: Unknown;
}

interface Line {
  readonly makes?: 'file' | 'directory';
  readonly path: string;
  readonly mode: number;
  /** `~`: what the file already has bounds it, and its set-id bits go. */
  readonly masked: boolean;
  readonly at: Where & { readonly line: number };
}

export const modesAtBoot = source(
  [
    { do: 'stat', path: kernelPath },
    initOf,
    tmpfilesFiles,
    { do: 'stat', named: 'paths to which tmpfiles.d gives a mode that others may write, or set-id bits' },
  ],
  readModes,
);

function* readModes(): Asking<ModesAtBoot> {
  const kernel = yield* stat(kernelPath);
  if (kernel.is === 'blocked' && kernel.why !== 'unsupported') return { each: [], unseen: unknown(kernel, kernelPath) };
  if (runs(kernel)) return { each: [] };
  const init = yield* initOf();
  if (init.is === 'unknown') return { each: [], unseen: init };
  if (withoutUnits(init)) return { each: [] };
  const found = yield* tmpfilesFiles();
  if (found.is === 'unknown') return { each: [], unseen: found };
  // What it says may be hidden by another line, or take its place.
  for (const { text, path } of found.files) if (text.is === 'blocked') return { each: [], unseen: unknown(text, path) };
  const lines = found.files.flatMap(({ path, text }) => (text.is === 'got' ? linesIn(text.value, path) : []));
  const made = new Map<string, Line>();
  for (const line of lines) if (line.makes && !made.has(line.path)) made.set(line.path, line);
  const changing = lines.filter((l) => !l.makes);
  const asked = changing.filter((l) => isLoose(l.mode) && !isOpen(l.path) && !made.has(l.path));
  const open = changing.find((l) => isLoose(l.mode) && isOpen(l.path) && !l.masked);
  const stats = yield* together(asked.map(({ path }) => stat(path)));
  const there = asked.flatMap((line, at): ModeAtBoot[] => {
    const inode = stats[at];
    return inode?.is === 'got' ? [{ path: line.path, type: inode.value.type, mode: line.masked ? line.mode & 0o777 : line.mode, at: line.at }] : [];
  });
  const refused = stats.findIndex((s) => s.is === 'blocked' && s.why !== 'unsupported');
  const answer = stats[refused];
  const unseen = answer?.is === 'blocked' ? unknown(answer, asked[refused]?.path ?? '') : open && untold(open);
  const last = (line: Line): Line => changing.findLast((c) => c.path === line.path && !c.masked) ?? line;
  const fresh = [...made.values()].map((line): ModeAtBoot => ({ path: line.path, type: line.makes ?? 'file', mode: last(line).mode, at: last(line).at }));
  return { each: [...fresh, ...there], ...(unseen ? { unseen } : {}) };
}

const untold = ({ path, at }: Line): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: `which files ${path} in tmpfiles.d stands for is not followed`,
  where: [at],
});

/** Modes about which somebody asks: writable by everybody, or with set-id bits. */
const isLoose = (mode: number): boolean => (mode & 0o6002) !== 0;

/** A pattern, or a specifier whose value is not known. */
const isOpen = (path: string): boolean => /[*?[%]/.test(path);

/** Of the kernel, and of an id that no image has yet. */
const elsewhere = /^\/(?:dev|sys|proc)(?:\/|$)|%[mb]/;
const places: Readonly<Record<string, string>> = { S: '/var/lib', C: '/var/cache', L: '/var/log', t: '/run', T: '/tmp', V: '/var/tmp', '%': '%' };

function linesIn(text: string, path: string): Line[] {
  return text.split('\n').flatMap((raw, index): Line[] => {
    const [word = '', name = '', given = ''] = raw.trim().match(/"[^"]*"|\S+/g) ?? [];
    const type = /^([A-Za-z])[-+!=~^$?]*$/.exec(word)?.[1] ?? '';
    const [, prefix = '', digits = ''] = /^([~:]*)([0-7]{3,4})$/.exec(given) ?? [];
    if (digits === '' || !/^[fFdDvqQzZem]$/.test(type)) return [];
    const full = name.replace(/^"|"$/g, '').replace(/%([A-Za-z%])/g, (whole, letter: string) => places[letter] ?? whole);
    if (!full.startsWith('/') || elsewhere.test(full)) return [];
    const makes = /[fF]/.test(type) ? 'file' : /[dDvqQ]/.test(type) ? 'directory' : undefined;
    const clean = full.replace(/\/+$/, '') || '/';
    return [
      { ...(makes ? { makes } : {}), path: clean, mode: Number.parseInt(digits, 8), masked: prefix.includes('~'), at: { path, line: index + 1 } } as const,
    ];
  });
}
