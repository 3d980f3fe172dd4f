/** Where systemd looks for units, first directory first (systemd.unit(5) "Unit File Load Path"). */
import type { Account } from '../ask.ts';

export type Manager = 'system' | 'user';

export const managers: readonly Manager[] = ['system', 'user'];

/** The managers that may be meant: both where the name is not known yet. */
export const managersFor = (name: string): readonly Manager[] => managers.filter((m) => m === name || !managers.some((known) => known === name));

/** `/lib/systemd/system` comes before `/usr/lib/systemd/system` where `/lib` is a directory of its own (split /usr). */
export const splitUsrDir = '/lib/systemd/system';

const systemDirs: readonly string[] = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/run/systemd/generator.early',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  splitUsrDir,
  '/usr/lib/systemd/system',
  '/run/systemd/generator.late',
];

/**
 * The search directories of a manager, highest precedence first.
 * The user manager is taken to run without XDG_CONFIG_HOME and the like: it is started by
 * PAM before a login shell could set them.
 */
export function searchDirs(manager: Manager, home: string, runtime: string): readonly string[] {
  if (manager === 'system') return systemDirs;
  return [
    `${home}/.config/systemd/user.control`,
    `${runtime}/systemd/user.control`,
    `${runtime}/systemd/transient`,
    `${runtime}/systemd/generator.early`,
    `${home}/.config/systemd/user`,
    '/etc/xdg/systemd/user',
    '/etc/systemd/user',
    `${runtime}/systemd/user`,
    '/run/systemd/user',
    `${runtime}/systemd/generator`,
    `${home}/.local/share/systemd/user`,
    '/usr/local/share/systemd/user',
    '/usr/share/systemd/user',
    '/usr/local/lib/systemd/user',
    '/usr/lib/systemd/user',
    `${runtime}/systemd/generator.late`,
  ];
}

export const runtimeDirOf = (as: Account): string => `/run/user/${as.uid}`;
