/** The line of tmpfiles.d that lets an account linger from a boot on. */
import type { Asking } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { tmpfilesFiles } from './tmpfiles-d.ts';

/** The line that makes the file at this path, `/var/lib/systemd/linger/USER`; what it may touch is that of tmpfiles.d. */
export function* lingerLine(path: string): Asking<{ where?: Where } | Unknown> {
  const found = yield* tmpfilesFiles();
  if (found.is === 'unknown') return found;
  let unseen: Unknown | undefined;
  for (const file of found.files) {
    if (file.text.is === 'blocked') unseen ??= unknown(file.text, file.path);
    const lines = file.text.is === 'got' ? file.text.value.split('\n') : [];
    const at = lines.findIndex((line) => makes(line, path));
    if (at >= 0) return { where: { path: file.path, line: at + 1 } };
  }
  return unseen ?? {};
}

/** Lines of type `f` (`F` is an old name of `f+`) make a file; `%S` is /var/lib for the system instance. */
function makes(line: string, path: string): boolean {
  const [type = '', name = ''] = line.trim().split(/[ \t]+/);
  return /^[fF][-+!=~^$?]*$/.test(type) && name.replace(/^"|"$/g, '').replace(/^%S\//, '/var/lib/') === path;
}
