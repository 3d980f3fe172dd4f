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
/** The same of a service where another program than systemd starts what runs; undefined where that has no counterpart. */
export function withoutSystemd(unit: string, act: string): string | undefined {
  const name = /^(.+)\.service$/.exec(unit)?.[1];
  const [word = '', now] = unitWords(act);
  const start = word === 'enable' || word === 'reenable';
  if (name === undefined || word === 'reset-failed' || word === 'unmask') return undefined;
  if (start) return `Let init start ${name} at boot${now ? ', and start it if this host runs' : ''}`;
  if (word === 'disable' || word === 'mask') return `Keep init from starting ${name} at boot${now ? ', and stop it if this host runs' : ''}`;
  return `${word.charAt(0).toUpperCase()}${word.slice(1)} ${name} with its init script`;
}
export const managers = ['system', 'user'] as const;
