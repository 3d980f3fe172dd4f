/** Files of variables that Podman reads for a container, and whom their modes, and those of the directories above, let in. */
import type { Answer, Stat } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { endOf } from '../host/disk.ts';
import { parentsOf } from '../host/path-list.ts';
import { flagsNamed } from '../podman/podman-flags.ts';
import { octal } from '../podman/socket-reach.ts';
import type { Finding, Findings } from './quadlet-each.ts';
import type { Source } from './quadlet-source.ts';
import { absolute, type Surroundings } from './quadlet-surroundings.ts';

interface VariableFile {
  readonly path: string;
  readonly mode: number;
  /** A directory above it that others may not search. */
  readonly closed?: string;
  /** Why such a directory may be there. */
  readonly unseen?: Unknown;
}

/** The files that are there, and why there may be more. `open`: why not every option is known. */
export function variableFiles(
  source: Source,
  seen: Surroundings,
  open: Unknown | undefined,
): { readonly each: readonly VariableFile[]; readonly unseen?: Unknown } {
  const each: VariableFile[] = [];
  let unseen = open;
  for (const flag of flagsNamed(source.command.flags, 'env-file')) {
    const path = absolute(flag.value, source.file.directory);
    const answer = seen.environmentFiles.get(path) ?? { is: 'absent' };
    const end = answer.is === 'got' ? (answer.value.real ?? { is: 'got' as const, value: answer.value }) : answer;
    if (end.is === 'blocked') unseen ??= unknown(end, path);
    if (end.is === 'got') each.push({ path, mode: end.value.mode, ...doorsAbove(path, answer, seen.directories) });
  }
  return { each, ...(unseen ? { unseen } : {}) };
}

/**
 * Reading a file takes search permission on every directory above (path_resolution(7)). Behind a link there is a second way,
 * which what lies before the link does not close; and who may search by the group of a directory reads what others may.
 */
function doorsAbove(path: string, answer: Answer<Stat>, directories: Surroundings['directories']): Pick<VariableFile, 'closed' | 'unseen'> {
  if (answer.is !== 'got' || answer.value.real) return {};
  const { gid } = answer.value;
  let found: Pick<VariableFile, 'closed' | 'unseen'> = {};
  for (const directory of parentsOf(path)) {
    const above = directories.get(directory) ?? { is: 'absent' };
    const end = endOf(above);
    // What cannot be looked at may be a link.
    if (above.is === 'blocked') found = { unseen: unknown(above, directory) };
    else if (above.is === 'got' && above.value.real) found = {};
    if (end && (end.mode & 0o001) === 0 && ((end.mode & 0o010) === 0 || end.gid === gid)) found = { closed: directory };
  }
  return found;
}

export const placeOf = ({ path, mode, closed }: VariableFile): Where => ({
  path,
  said: `mode ${octal(mode)}${closed === undefined ? '' : `, in ${closed}, which is closed to others`}`,
});

/** Those that grant more than `allowed`; what others get counts only where they come that far. */
export function tooOpen(files: readonly VariableFile[], allowed: number, unseen: Unknown | undefined): Findings {
  const each: Finding[] = [];
  let open = unseen;
  for (const file of files) {
    const more = file.mode & ~allowed;
    const forOthers = (more & ~0o007) === 0;
    if (more === 0 || (forOthers && file.closed !== undefined)) continue;
    if (forOthers && file.unseen) open ??= file.unseen;
    else each.push({ said: file.path, where: placeOf(file) });
  }
  return { each, unseen: open };
}
