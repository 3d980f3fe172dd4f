/** What files say of kernel modules: modules-load.d(5), and the lists of depmod(8). Pure. */
import type { Where } from '../fact.ts';

/** A module that a file names. */
export interface NamedModule {
  readonly name: string;
  readonly at: Where;
}

/** Hyphens and underscores are one in names of modules (modprobe(8)). */
export const moduleName = (text: string): string => text.replaceAll('-', '_');

/** One module a line; `#` and `;` begin comments. Debian's /etc/modules may have options behind a name. */
export function parseModulesLoad(text: string, path: string): NamedModule[] {
  return text.split('\n').flatMap((raw, at) => {
    const [name = ''] = raw.trim().split(/\s+/);
    return name === '' || /^[#;]/.test(name) ? [] : [{ name: moduleName(name), at: { path, line: at + 1 } }];
  });
}

/** The first words of /proc/modules (proc_modules(5)): what is loaded. */
export function parseLoaded(text: string, path: string): NamedModule[] {
  return text.split('\n').flatMap((line, at) => {
    const name = line.split(' ')[0] ?? '';
    return name === '' ? [] : [{ name: moduleName(name), at: { path, line: at + 1 } }];
  });
}

/** The name of a module's file: `kernel/drivers/net/tun.ko.xz` is tun. */
export const moduleOfFile = (file: string): string => moduleName(file.slice(file.lastIndexOf('/') + 1).replace(/\.ko(?:\.\w+)?$/, ''));

/** modules.builtin: a file name a line, as if each were one. */
export function parseBuiltin(text: string, path: string): NamedModule[] {
  return text.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [{ name: moduleOfFile(line.trim()), at: { path, line: at + 1 } }]));
}

/** Words of the kernel command line that systemd loads modules by: `modules_load=a,b` (systemd-modules-load.service(8)). */
export const modulesOfArguments = (text: string, path: string): NamedModule[] =>
  text.split(/\s+/).flatMap((word) => {
    const [key = '', value = ''] = word.split('=');
    if (!/^(?:rd\.)?modules[_-]load$/.test(key)) return [];
    return value
      .split(',')
      .filter(Boolean)
      .map((name) => ({ name: moduleName(name), at: { path, line: 1, said: word } }));
  });
