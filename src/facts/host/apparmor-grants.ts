/** What the rules of an AppArmor profile grant: file rules with their includes (apparmor.d(5)). */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { ruleMatches } from '../glob.ts';
import { type Pattern, unasked } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { profileFolder } from './apparmor-boot.ts';
import type { Profile } from './apparmor-profiles.ts';

/** A file rule. */
export interface FileRule {
  readonly pattern: string;
  /** Permissions: r, w, a, k, l, m, x with their letters. */
  readonly permissions: string;
  readonly deny: boolean;
  /** It holds only for files of the one who opens them. */
  readonly owner: boolean;
  readonly at: Where;
}

type Line = Profile['rules'][number];

/** What including files may touch. Longer ways than these are told as unseen. */
const includeTouches: Touches = unasked(
  'includes from some of the folders are tried for all',
  ['abstractions', 'abstractions/*', 'local', 'tunables'].flatMap((folder): Pattern[] => [
    { do: 'read', path: `${profileFolder}/${folder}/*` },
    // A capture script shows by it what is not there.
    { do: 'list', path: `${profileFolder}/${folder}` },
    { do: 'list', path: `${profileFolder}/${folder}/*` },
  ]),
);

const mayInclude = /^(?:abstractions\/(?:[^/]+\/)?|local\/|tunables\/)[^/]+$/;
/** Levels of includes: abstractions include abstractions. */
const deepest = 6;

/** The file rules of a profile and of all that it includes. */
export interface FileRules {
  readonly rules: readonly FileRule[];
  /** What of it could not be seen. */
  readonly unseen?: Unknown;
}

/** The {@link FileRules} of a profile. */
export const rulesOf = source(includeTouches, learnRulesOf);

function* learnRulesOf(profile: Profile): Asking<FileRules> {
  const rules: FileRule[] = [];
  const seen = new Set<string>();
  let lines: readonly Line[] = profile.rules;
  let unseen: Unknown | undefined;
  for (let level = 0; level <= deepest && lines.length > 0; level++) {
    rules.push(...lines.flatMap(fileRule));
    const wanted = [...new Set(lines.flatMap(included))].filter((path) => !seen.has(path));
    for (const path of wanted) seen.add(path);
    const parts = yield* together(wanted.map((path) => linesOf(path)));
    unseen ??= parts.find((p): p is Unknown => 'is' in p);
    lines = parts.flatMap((p) => ('is' in p ? [] : p));
  }
  return { rules, ...(unseen ? { unseen } : {}) };
}

/** The path behind `include <abstractions/base>`, `#include "local/x"` or `include if exists <local/x>`. */
function included({ text }: Line): string[] {
  const path = /^#?include\s+(?:if\s+exists\s+)?[<"]([^>"]+)[>"]/.exec(text)?.[1];
  return path === undefined ? [] : [path.replace(`${profileFolder}/`, '')];
}

function* linesOf(name: string): Asking<readonly Line[] | Unknown> {
  const path = `${profileFolder}/${name}`;
  if (!mayInclude.test(name)) return { is: 'unknown', why: 'unsupported', said: `${path} is outside the places that are looked at`, where: [{ path }] };
  const [text, names] = yield* together([read(path), name.endsWith('.d') ? list(path) : absent()]);
  if (text.is === 'got') return split(text.value, path);
  if (text.is === 'blocked' && !name.endsWith('.d')) return unknown(text, path);
  if (names.is === 'blocked') return unknown(names, path);
  const files = names.is === 'got' ? names.value.filter((n) => !n.startsWith('.')).map((n) => `${path}/${n}`) : [];
  const texts = yield* together(files.map((f) => read(f)));
  const shut = texts.findIndex((t) => t.is === 'blocked');
  const refused = texts[shut];
  if (refused?.is === 'blocked') return unknown(refused, files[shut] ?? path);
  return texts.flatMap((t, at) => (t.is === 'got' ? split(t.value, files[at] ?? path) : []));
}

// biome-ignore lint/correctness/useYield: it stands for a question that need not be asked.
function* absent(): Asking<Answer<readonly string[]>> {
  return { is: 'absent' };
}

const split = (text: string, path: string): Line[] =>
  text.split('\n').map((raw, at) => ({ text: raw.replace(/(^|\s)#(?!include\s+[<"]).*$/, '').trim(), at: { path, line: at + 1 } }));

/** Variables of tunables/ as distributions ship them. */
const usual: Readonly<Record<string, string>> = {
  run: '{/var,}/run',
  PROC: '/proc',
  sys: '/sys',
  uid: '[0-9]*',
  pid: '[0-9]*',
  pids: '[0-9]*',
  HOME: '{/home/*,/root}',
  etc_ro: '/etc',
  etc_rw: '/etc',
};

/** `owner PATH rw,`, `rw PATH,`, `file PATH r,` and bare `file,`. Other rules are none of files. */
function fileRule({ text, at }: Line): FileRule[] {
  const words = text
    .replace(/,\s*$/, '')
    .replace(/\s*->.*$/, '')
    .split(/\s+/);
  const flags: string[] = [];
  while (/^(?:audit|allow|deny|owner|file|priority=.*)$/.test(words[0] ?? '')) flags.push(words.shift() ?? '');
  const deny = flags.includes('deny');
  const owner = flags.includes('owner');
  if (words.length === 0) return flags.includes('file') ? [{ pattern: '/**', permissions: 'rwaklmx', deny, owner, at }] : [];
  const [first = '', second = ''] = words.map((w) => w.replace(/^"|"$/g, ''));
  const [pattern, permissions] = /^[/@]/.test(first) ? [first, second] : [second, first];
  if (!/^[/@]/.test(pattern) || !/^[rwaklmxUPCiup]+$/.test(permissions)) return [];
  const filled = pattern.replace(/@\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(usual, name) ? (usual[name] ?? '') : whole)).replace(/\/{2,}/g, '/');
  return [{ pattern: filled, permissions, deny, owner, at }];
}

/** The rule that grants a path, or refuses it; undefined: none does. `own`: whoever opens the file owns it. */
export function deciding(rules: readonly FileRule[], path: string, permission: 'r' | 'w', own: boolean): FileRule | undefined {
  const meant = rules.filter((r) => r.permissions.includes(permission) && (own || !r.owner) && ruleMatches(r.pattern, path));
  return meant.find((r) => r.deny) ?? meant[0];
}
