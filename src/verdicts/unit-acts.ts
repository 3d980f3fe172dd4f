/** What systemctl(1) does to units, and how it is taken back. */

export const systemctlOf = (manager: string | undefined): readonly string[] => (manager === 'user' ? ['systemctl', '--user'] : ['systemctl']);
export const unitActs = [
  'enable',
  'enable-now',
  'disable',
  'disable-now',
  'mask',
  'mask-now',
  'unmask',
  'start',
  'stop',
  'restart',
  'reload',
  'reenable',
  'reset-failed',
] as const;
export const opposite: Readonly<Record<string, string>> = {
  enable: 'disable',
  disable: 'enable',
  mask: 'unmask',
  unmask: 'mask',
  start: 'stop',
  stop: 'start',
};
export const unitWords = (act: string): string[] => (act.endsWith('-now') ? [act.slice(0, -4), '--now'] : [act]);
export const managers = ['system', 'user'] as const;
