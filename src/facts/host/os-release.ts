/** os-release(5): shell-like assignments without expansion. */
import { type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';

export interface OsRelease {
  readonly path: string;
  /** Values by key, each with its line. */
  readonly values: ReadonlyMap<string, { readonly value: string; readonly at: Where }>;
}

/** First found wins; the second is the vendor's copy. */
export const osReleasePaths = ['/etc/os-release', '/usr/lib/os-release'] as const;

/** The os-release of the target; undefined when neither file is there. Links end inside the target. */
export function* osRelease(): Asking<OsRelease | Unknown | undefined> {
  const answers = yield* together(osReleasePaths.map((p) => read(p)));
  for (const [at, answer] of answers.entries()) {
    const path = osReleasePaths[at] as string;
    if (answer.is === 'blocked') return unknown(answer, path);
    if (answer.is === 'got') return { path, values: parseOsRelease(answer.value, path) };
  }
  return undefined;
}

/** Parses the text; a later assignment of the same key wins, as in a shell. Lines that are no assignment are ignored. */
export function parseOsRelease(text: string, path: string): OsRelease['values'] {
  const values = new Map<string, { value: string; at: Where }>();
  for (const [index, raw] of text.split('\n').entries()) {
    const m = /^[ \t]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(raw.replace(/\r$/, ''));
    if (m) values.set(m[1] as string, { value: unquote((m[2] as string).trim()), at: { path, line: index + 1 } });
  }
  return values;
}

function unquote(text: string): string {
  if (text.startsWith("'")) return text.slice(1, text.indexOf("'", 1) < 0 ? undefined : text.indexOf("'", 1));
  const body = text.startsWith('"') ? (/^"((?:[^"\\]|\\.)*)/.exec(text)?.[1] ?? '') : text;
  return body.replace(/\\(.)/g, '$1');
}
