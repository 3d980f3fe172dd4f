/** The files that steps write, where the host decides nothing else, and the commands that write one. */
import { shellLine } from './shell-line.ts';

/** Where a drop-in of the system's manager goes, or of the account's. */
export const dropInFile = ({ dropIn, name, manager, file }: { dropIn: string; name: string; manager?: string; file?: string }): string =>
  file ?? `${manager === 'user' ? '~/.config/systemd/user' : '/etc/systemd/system'}/${dropIn}.d/${name}.conf`;

/** The file of a parameter where nothing overrides it that sorts later. */
export const sysctlFile = (key: string): string => `/etc/sysctl.d/zz-${key.replace(/[^\w]+/g, '-')}.conf`;

export const moduleFile = (module: string): string => `/etc/modules-load.d/${module}.conf`;

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** Commands that write a file whole. */
export function written(path: string, content: string, mode?: string): string[] {
  const mark = content.split('\n').includes('EOF') ? 'END-OF-FILE' : 'EOF';
  const text = content.endsWith('\n') ? content : `${content}\n`;
  return [
    shellLine(['mkdir', '-p', directoryOf(path)]),
    `cat >${shellLine([path])} <<'${mark}'\n${text}${mark}`,
    ...(mode === undefined ? [] : [shellLine(['chmod', mode, path])]),
  ];
}
