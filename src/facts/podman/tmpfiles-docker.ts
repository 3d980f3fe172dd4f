/** Which tmpfiles.d lines make a docker.sock link at boot (tmpfiles.d(5)). */
import { type Answer, type Asking, list, read, stat, together } from '../ask.ts';
import { type Note, type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../kind.ts';

/**
 * Foremost directory first: a file hides those of the same name in the directories after it.
 * Without /run/tmpfiles.d: what lies there, and what it hides, is another thing after a boot (tried on systemd 252).
 */
const directories = ['/etc/tmpfiles.d', '/usr/local/lib/tmpfiles.d', '/usr/lib/tmpfiles.d'];

export const tmpfilesTouches: readonly Pattern[] = directories.flatMap((d): Pattern[] => [
  { do: 'list', path: d },
  { do: 'stat', path: `${d}/*.conf` },
  { do: 'read', path: `${d}/*.conf` },
]);

export type BootLinks = { readonly is: 'known'; readonly target?: string; readonly where: readonly Where[]; readonly notes: readonly Note[] } | Unknown;

/** The link that systemd-tmpfiles makes for /run/docker.sock (or its old name below /var/run) at boot, if any. */
export function* bootLink(): Asking<BootLinks> {
  const lists = yield* together(directories.map((d) => list(d)));
  const chosen = new Map<string, { path: string; hidden: string[] }>();
  for (const [at, directory] of directories.entries()) {
    const names = lists[at] as Answer<readonly string[]>;
    if (names.is === 'blocked') return unknown(names, directory);
    for (const name of names.is === 'got' ? names.value : []) {
      if (!name.endsWith('.conf')) continue;
      const known = chosen.get(name);
      if (known) known.hidden.push(`${directory}/${name}`);
      else chosen.set(name, { path: `${directory}/${name}`, hidden: [] });
    }
  }
  const files = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  const texts = yield* together(files.flatMap(({ path, hidden }) => [textAt(path), ...hidden.map((h) => textAt(h))]));
  const notes: Note[] = [];
  let next = 0;
  let first: { target: string; where: Where } | undefined;
  let unseen: Unknown | undefined;
  for (const { path, hidden } of files) {
    const text = texts[next++] as Answer<string>;
    if (text.is === 'blocked') unseen ??= unknown(text, path);
    const link = text.is === 'got' ? linkIn(text.value, path) : undefined;
    if (link) first ??= link;
    for (const other of hidden) {
      const lower = texts[next++] as Answer<string>;
      const masked = lower.is === 'got' ? linkIn(lower.value, other) : undefined;
      if (masked && !link) notes.push({ said: `${path} hides the line in ${other}`, where: [{ path }, masked.where] });
    }
  }
  if (first) return { is: 'known', target: first.target, where: [first.where], notes };
  return unseen ?? { is: 'known', where: directories.map((path) => ({ path })), notes };
}

/** A link to /dev/null is an empty file: the usual way to switch a packaged file off. */
function* textAt(path: string): Asking<Answer<string>> {
  const inode = yield* stat(path);
  if (inode.is === 'got' && (inode.value.target === '/dev/null' || (inode.value.real?.is === 'got' && inode.value.real.value.path === '/dev/null')))
    return { is: 'got', value: '' };
  return yield* read(path);
}

/** The first `L` line for the Docker socket. Modifiers such as `L+` and `L!` count; `%t` is /run for the system instance. */
function linkIn(text: string, path: string): { target: string; where: Where } | undefined {
  for (const [at, line] of text.split('\n').entries()) {
    const fields = line.trim().split(/[ \t]+/);
    const name = fields[1]?.replace(/^"|"$/g, '').replaceAll('%t', '/run');
    if (!/^L[-+!=~^$?]*$/.test(fields[0] ?? '') || (name !== '/run/docker.sock' && name !== '/var/run/docker.sock')) continue;
    const target = fields.slice(6).join(' ').replace(/^"|"$/g, '').replaceAll('%t', '/run');
    return { target: target === '-' ? '' : target, where: { path, line: at + 1, said: line.trim() } };
  }
  return undefined;
}
