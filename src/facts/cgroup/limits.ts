/** Limits on a whole user slice that are too small for a cluster in containers. */

/** Threads of K3s and its system pods run into thousands; systemd's own default is 33 % of all tasks. */
const fewTasks = 4096;
const fewTasksPercent = 33;
/** K3s documents 2 GiB as the least memory of a server. */
const littleMemory = 2 * 2 ** 30;
const littleMemoryPercent = 50;

const units: Readonly<Record<string, number>> = { '': 1, B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50, E: 2 ** 60 };

/** Whether `TasksMax=`, `MemoryMax=` or `MemoryHigh=` is set to little (systemd.resource-control(5): bytes with K to E, or a percentage). */
export function isSmall(key: string, value: string): boolean {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([%BKMGTPE]?)$/.exec(value) ?? [];
  if (number === undefined) return false;
  if (unit === '%') return Number(number) < (key === 'TasksMax' ? fewTasksPercent : littleMemoryPercent);
  return Number(number) * (units[unit ?? ''] ?? 1) < (key === 'TasksMax' ? fewTasks : littleMemory);
}
