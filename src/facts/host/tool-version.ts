/** Which version a program has, from the program itself where it can be run, else from the package that brought it. */

import { type Answer, type Ask, type Asking, type Output, type Stat, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Note, type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { packageVersion } from './package-version.ts';
import { type Tool, toolNamed } from './tool-table.ts';

export type ToolVersion =
  | { readonly is: 'known'; readonly version: string; readonly where: Where }
  | { readonly is: 'absent'; readonly consulted: readonly Where[] }
  | Unknown;

/** A program as it was found. `version` may be unknown although the program is there. */
export type ToolSeen =
  | {
      readonly is: 'known';
      /** Its place on disk; absent when only its output was seen. */
      readonly path?: string;
      /** Further places with a program of this name, which the first one hides. */
      readonly hidden: readonly string[];
      readonly version: { readonly is: 'known'; readonly version: string; readonly source: 'program' | 'dpkg' | 'rpm'; readonly where: Where } | Unknown;
      readonly notes: readonly Note[];
    }
  | { readonly is: 'absent'; readonly consulted: readonly Where[]; readonly notes: readonly Note[] }
  | Unknown;

/**
 * The version of a program, such as `4.3.1`, `4.9.4-rhel` or `1.34.2+k3s1` (a leading `v` is dropped).
 * `absent`: none of the directories holds it and the target could not run it.
 * Unknown: it is there but nothing could tell its version, or a directory was closed.
 */
export function* toolVersion(name: string): Asking<ToolVersion> {
  const seen = yield* seeTool(name);
  if (seen.is === 'unknown') return seen;
  if (seen.is === 'absent') return { is: 'absent', consulted: seen.consulted };
  return seen.version.is === 'known' ? { is: 'known', version: seen.version.version, where: seen.version.where } : seen.version;
}

function touches(name: string): Touches {
  const tool = toolNamed(name);
  return [
    ...pathsOf(name, tool).map((path): Pattern => ({ do: 'stat', path })),
    ...callsOf(name, tool).map((argv): Pattern => ({ do: 'run', argv })),
    packageVersion.of(tool.deb ?? [name], tool.rpm ?? [name]),
  ];
}

/** Looks for a program on disk and asks it its version, in one round; asks the package database only if that fails. */
export const seeTool = source(touches, lookFor);

function* lookFor(name: string): Asking<ToolSeen> {
  const tool = toolNamed(name);
  const [found, said] = yield* together([places(name, tool), answers(name, tool)]) as Asking<[Place, Answers]>;
  const { present, notes } = found;
  const path = present[0];
  const first = said.find(({ answer }) => answer.is === 'got');
  const told = first ? versionSaid(tool, first) : undefined;
  if (path === undefined && !first) {
    if (found.blocked) return found.blocked;
    const refused = said.find(({ answer }) => answer.is === 'blocked' && answer.why !== 'unsupported');
    if (refused?.answer.is === 'blocked') return unknown(refused.answer, commandPlace(refused.argv));
    return { is: 'absent', consulted: found.consulted, notes };
  }
  // 126 and 127: it could not be executed, or lacks a library.
  if (path === undefined && told?.is === 'unknown' && first?.answer.is === 'got' && first.answer.value.exit >= 126) return told;
  const place = path === undefined ? {} : { path };
  const hidden = present.slice(1);
  if (told?.is === 'known') return { is: 'known', ...place, hidden, version: { ...told, source: 'program' }, notes };
  const version = yield* fromPackage(name, tool, path, told ?? noAnswer(name, said, path));
  return { is: 'known', ...place, hidden, version, notes };
}

interface Place {
  readonly present: readonly string[];
  readonly notes: readonly Note[];
  readonly blocked?: Unknown;
  readonly consulted: readonly Where[];
}

function* places(name: string, tool: Tool): Asking<Place> {
  const paths = pathsOf(name, tool);
  const stats = (yield paths.map((path): Ask => ({ do: 'stat', path }))) as readonly Answer<Stat>[];
  const present: string[] = [];
  const seen = new Set<string>();
  const notes: Note[] = [];
  let blocked: Unknown | undefined;
  for (const [at, path] of paths.entries()) {
    const answer = stats[at] as Answer<Stat>;
    if (answer.is === 'absent') continue;
    if (answer.is === 'blocked') {
      blocked ??= unknown(answer, path);
      continue;
    }
    const real = answer.value.real ?? { is: 'got', value: { ...answer.value, path } };
    if (real.is === 'blocked') blocked ??= unknown(real, path);
    else if (real.is === 'absent') notes.push({ said: `${path} is a dangling link to ${answer.value.target ?? ''}`, where: [{ path }] });
    else if (real.value.type !== 'file' || (real.value.mode & 0o111) === 0) notes.push({ said: `${path} is not an executable file`, where: [{ path }] });
    // /bin and /sbin are links on a merged /usr: the same file is no second program.
    else if (!seen.has(sameUsr(real.value.path))) {
      seen.add(sameUsr(real.value.path));
      present.push(path);
    }
  }
  return { present, notes, consulted: paths.map((path) => ({ path })), ...(blocked ? { blocked } : {}) };
}

/** One name of a program for the names that it has where /usr is merged, or bin and sbin are. */
export const sameUsr = (path: string): string => path.replace(/^\/(s?bin)\//, '/usr/$1/').replace(/^\/usr\/sbin\//, '/usr/bin/');

interface Said {
  readonly argv: readonly string[];
  readonly answer: Answer<Output>;
}
type Answers = readonly Said[];

function* answers(name: string, tool: Tool): Asking<Answers> {
  const calls = callsOf(name, tool);
  const got = calls.length === 0 ? [] : ((yield calls.map((argv): Ask => ({ do: 'run', argv }))) as readonly Answer<Output>[]);
  return calls.map((argv, at) => ({ argv, answer: got[at] as Answer<Output> }));
}

function versionSaid(tool: Tool, { argv, answer }: Said): { is: 'known'; version: string; where: Where } | Unknown | undefined {
  if (answer.is !== 'got') return undefined;
  const where = { path: commandPlace(argv) };
  const { exit, stdout, stderr } = answer.value;
  const said = exit === 0 ? tool.says.exec(stdout)?.[1] : undefined;
  if (said !== undefined) return { is: 'known', version: cut(said, tool), where };
  const heard = (exit === 0 ? stdout : stderr || stdout).split('\n')[0]?.slice(0, 120) ?? '';
  return { is: 'unknown', why: exit === 0 ? 'unparsable' : 'failed', said: `${argv.join(' ')} exited ${exit} and told no version: ${heard}`, where: [where] };
}

/** The package counts only for a program that a package installs: what lies in /usr/local or /opt it knows nothing of. */
function* fromPackage(name: string, tool: Tool, path: string | undefined, otherwise: Unknown): Asking<Extract<ToolSeen, { is: 'known' }>['version']> {
  if (path === undefined || !/^\/(usr\/)?(s?bin|lib|libexec)\//.test(path)) return otherwise;
  const found = yield* packageVersion(tool.deb ?? [name], tool.rpm ?? [name]);
  if (found.is === 'absent') return otherwise;
  if (found.is === 'unknown') return { ...found, said: `the version of ${path}: ${found.said}` };
  return {
    is: 'known',
    version: cut(found.version, tool),
    source: found.database,
    where: { ...found.where, said: `package ${found.name}, since the program could not tell` },
  };
}

function noAnswer(name: string, said: Answers, path: string | undefined): Unknown {
  const blocked = said.find(({ answer }) => answer.is === 'blocked');
  const where = path === undefined ? [] : [{ path }];
  if (blocked?.answer.is === 'blocked') return { ...unknown(blocked.answer, commandPlace(blocked.argv)), where };
  return {
    is: 'unknown',
    why: 'failed',
    said: `${path ?? name} is there but told no version`,
    where,
    next: `find out why ${path ?? name} tells no version, then scan again`,
  };
}

const cut = (version: string, tool: Tool): string =>
  tool.parts === undefined
    ? version
    : version
        .split(/[.~+-]/)
        .slice(0, tool.parts)
        .join('.');
const pathsOf = (name: string, tool: Tool): readonly string[] => tool.directories.map((d) => `${d}/${name}`);

function callsOf(name: string, tool: Tool): readonly (readonly string[])[] {
  const { args } = tool;
  if (!args) return [];
  return tool.byPath ? pathsOf(name, tool).map((path) => [path, ...args]) : [[name, ...args]];
}
