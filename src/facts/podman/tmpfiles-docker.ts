/** Which tmpfiles.d lines make a docker.sock link at boot (tmpfiles.d(5)). */
import type { Asking } from '../ask.ts';
import { type Note, type Unknown, unknown, type Where } from '../fact.ts';
import { tmpfilesDirectories, tmpfilesFiles } from '../host/tmpfiles-d.ts';

export type BootLinks = { readonly is: 'known'; readonly target?: string; readonly where: readonly Where[]; readonly notes: readonly Note[] } | Unknown;

/** The link that systemd-tmpfiles makes for /run/docker.sock (or its old name below /var/run) at boot, if any. */
export function* bootLink(): Asking<BootLinks> {
  const found = yield* tmpfilesFiles();
  if (found.is === 'unknown') return found;
  const notes: Note[] = [];
  let first: { target: string; where: Where } | undefined;
  let unseen: Unknown | undefined;
  for (const { path, text, hidden } of found.files) {
    if (text.is === 'blocked') unseen ??= unknown(text, path);
    const link = text.is === 'got' ? linkIn(text.value, path) : undefined;
    if (link) first ??= link;
    for (const other of hidden) {
      const masked = other.text.is === 'got' ? linkIn(other.text.value, other.path) : undefined;
      if (masked && !link) notes.push({ said: `${path} hides the line in ${other.path}`, where: [{ path }, masked.where] });
    }
  }
  if (first) return { is: 'known', target: first.target, where: [first.where], notes };
  return unseen ?? { is: 'known', where: tmpfilesDirectories.map((path) => ({ path })), notes };
}

/** The first `L` line for the Docker socket. Modifiers such as `L+` and `L!` count; `%t` is /run for the system instance. */
function linkIn(text: string, path: string): { target: string; where: Where } | undefined {
  for (const [at, line] of text.split('\n').entries()) {
    // Hundreds of lines are about other things: they need not be taken apart.
    if (!line.includes('docker.sock')) continue;
    const fields = line.trim().split(/[ \t]+/);
    const name = fields[1]?.replace(/^"|"$/g, '').replaceAll('%t', '/run');
    if (!/^L[-+!=~^$?]*$/.test(fields[0] ?? '') || (name !== '/run/docker.sock' && name !== '/var/run/docker.sock')) continue;
    const target = fields.slice(6).join(' ').replace(/^"|"$/g, '').replaceAll('%t', '/run');
    return { target: target === '-' ? '' : target, where: { path, line: at + 1, said: line.trim() } };
  }
  return undefined;
}
