/**
 * A Quadlet file or drop-in as the generator's own parser reads it, which differs from systemd's: a line
 * that is neither section, assignment nor comment loses the file (containers/podman:pkg/systemd/parser/unitfile.go).
 */
import { type Release, since } from '../containers/podman-release.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { isOldComment, oldLines, trimmed } from './quadlet-text-old.ts';

export interface QuadletText {
  readonly assignments: readonly Assignment[];
  /** Section names in file order, with the line of the first header. */
  readonly sections: ReadonlyMap<string, number>;
}

/** `endless`: the generator never ends on it, and makes no unit at all. */
export type ParsedQuadlet =
  | { readonly is: 'parsed'; readonly text: QuadletText }
  | { readonly is: 'broken'; readonly said: string; readonly line: number; readonly endless?: true };

/** Parses the text of one file as a release does. Names of sections and keys keep their case: the generator tells `[container]` from `[Container]`. */
export function parseQuadlet(text: string, path: string, release: Release): ParsedQuadlet {
  if (since(release, '5.4')) return assignmentsOf(logicalLines(text), path, (content) => content === '' || content.startsWith('#') || content.startsWith(';'));
  const { lines, stuck } = oldLines(text, release);
  const parsed = assignmentsOf(lines, path, isOldComment);
  if (parsed.is === 'broken' || stuck === undefined) return parsed;
  return { is: 'broken', said: `Podman ${release.said} never ends on the blank line that follows the backslash`, line: stuck, endless: true };
}

function assignmentsOf(lines: Iterable<{ line: number; content: string }>, path: string, isComment: (content: string) => boolean): ParsedQuadlet {
  const assignments: Assignment[] = [];
  const sections = new Map<string, number>();
  let section: string | undefined;
  for (const { line, content } of lines) {
    if (isComment(content)) continue;
    const header = /^\[([^\]]*)\][ \t]*$/.exec(content);
    const equals = content.indexOf('=');
    if (header) {
      const name = header[1] ?? '';
      if (name === '' || /[[\p{Cc}]/u.test(name)) return { is: 'broken', said: `${JSON.stringify(name)} is not a section name`, line };
      section = name;
      if (!sections.has(name)) sections.set(name, line);
    } else if (equals <= 0) return { is: 'broken', said: `${JSON.stringify(content.slice(0, 80))} is neither a section, an assignment nor a comment`, line };
    else if (section === undefined) return { is: 'broken', said: 'an assignment before any section', line };
    else if (content.startsWith(' ')) return { is: 'broken', said: `${JSON.stringify(content.slice(0, 80))} begins with a blank`, line };
    else assignments.push({ section, key: content.slice(0, equals).trimEnd(), value: content.slice(equals + 1).trimStart(), where: { path, line } });
  }
  return { is: 'parsed', text: { assignments, sections } };
}

/** Lines after joining continuations; a comment or blank line inside one is passed over. */
function* logicalLines(text: string): Generator<{ line: number; content: string }> {
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  let pending: string[] = [];
  let from = 0;
  for (const [at, raw] of lines.entries()) {
    const line = trimmed(raw);
    const comment = line === '' || line.startsWith('#') || line.startsWith(';');
    if (comment && pending.length > 0) continue;
    const continues = !comment && line.endsWith('\\');
    const part = continues ? line.slice(0, -1) : line;
    if (pending.length === 0) from = at;
    if (continues && at !== lines.length - 1) {
      // An empty part does not count as begun, as in the generator.
      if (part !== '') pending.push(part);
      continue;
    }
    yield { line: from + 1, content: [...pending, part].join('') };
    pending = [];
  }
}

/** All values of a key, after every empty assignment took those before it away. */
export function valuesOf(assignments: readonly Assignment[], section: string, key: string): Assignment[] {
  const all = assignments.filter((a) => a.section === section && a.key === key);
  return all.slice(all.findLastIndex((a) => a.value === '') + 1);
}

/** The last value of a key without surrounding quotes; undefined when the key does not occur. */
export function lastOf(assignments: readonly Assignment[], section: string, key: string): string | undefined {
  return assignments
    .findLast((a) => a.section === section && a.key === key)
    ?.value.trim()
    .replace(/^"+|"+$/g, '');
}
