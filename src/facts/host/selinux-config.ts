/**
 * The mode that /etc/selinux/config asks for, as libselinux reads it (SELinuxProject/selinux:libselinux/src/selinux_config.c
 * selinux_getenforcemode): the first line that begins with `SELINUX=`, without blanks, and goes on with a mode in any case. Pure.
 */
const modes = ['enforcing', 'permissive', 'disabled'] as const;
export type SelinuxMode = (typeof modes)[number];

export const selinuxConfigPath = '/etc/selinux/config';

/** Takes the text of the file; returns the mode with its line, or undefined where no line names one. */
export function selinuxConfigured(text: string): { readonly mode: SelinuxMode; readonly line: number } | undefined {
  for (const [index, line] of text.split('\n').entries()) {
    if (!line.startsWith('SELINUX=')) continue;
    const word = line.slice('SELINUX='.length).toLowerCase();
    const mode = modes.find((m) => word.startsWith(m));
    if (mode) return { mode, line: index + 1 };
  }
  return undefined;
}

/** The policy that `SELINUXTYPE=` names; targeted where no line does. */
export function selinuxType(text: string): string {
  const line = text.split('\n').find((l) => l.startsWith('SELINUXTYPE='));
  return line?.slice('SELINUXTYPE='.length).trim() || 'targeted';
}
