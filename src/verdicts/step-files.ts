/** The files that steps write, where the host decides nothing else, and the commands that write one. */
import { replacing } from './edits.ts';
import { quoted, shellLine } from './shell-line.ts';

/** Where a drop-in of the system's manager goes, or of the account's. */
export const dropInFile = ({ dropIn, name, manager, file }: { dropIn: string; name: string; manager?: string; file?: string }): string =>
  file ?? `${manager === 'user' ? '~/.config/systemd/user' : '/etc/systemd/system'}/${dropIn}.d/${name}.conf`;

/** The file of a parameter where nothing overrides it that sorts later. */
export const sysctlFile = (key: string): string => `/etc/sysctl.d/zz-${key.replace(/[^\w]+/g, '-')}.conf`;

export const moduleFile = (module: string): string => `/etc/modules-load.d/${module}.conf`;

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** Commands that write a file whole. */
export function written(path: string, content: string, mode?: string): string[] {
  return [shellLine(['mkdir', '-p', directoryOf(path)]), filled(shellLine([path]), content), ...(mode === undefined ? [] : [shellLine(['chmod', mode, path])])];
}

/** What ends without an end of line stays so: a machine id that is to be made anew is an empty file. */
function filled(at: string, content: string): string {
  if (content === '') return `: >${at}`;
  if (!content.endsWith('\n')) return `printf %s ${quoted(content)} >${at}`;
  const mark = content.split('\n').includes('EOF') ? 'END-OF-FILE' : 'EOF';
  return `cat >${at} <<'${mark}'\n${content}${mark}`;
}

/** Commands that put lines before all others of a file, by what POSIX knows; nothing where they stand there. */
export function prepended(path: string, content: string): string[] {
  const at = shellLine([path]);
  const lines = content.replace(/\n$/, '').split('\n');
  const put = `{ printf '%s\\n' ${shellLine(lines)}; cat ${at}; } >${replacing(path)}`;
  return [
    `${shellLine(['mkdir', '-p', directoryOf(path)])} && touch ${at}`,
    `test "$(head -n ${lines.length} ${at})" = ${shellLine([lines.join('\n')])} || { ${put}; }`,
  ];
}
