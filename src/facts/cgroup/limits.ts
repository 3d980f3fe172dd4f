/** Limits of a slice, in numbers (systemd.resource-control(5)). */

/** One of them: tasks, bytes, or percent of what the host has. */
export type SliceLimit = { readonly tasks: number } | { readonly tasksPercent: number } | { readonly memory: number } | { readonly memoryPercent: number };

const units: Readonly<Record<string, number>> = { '': 1, B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50, E: 2 ** 60 };

/** What `TasksMax=`, `MemoryMax=` or `MemoryHigh=` says: bytes with K to E, or a percentage. Undefined: no limit, or none that can be read. */
export function limitOf(key: string, value: string): SliceLimit | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([%BKMGTPE]?)$/.exec(value) ?? [];
  if (number === undefined) return undefined;
  if (unit === '%') return key === 'TasksMax' ? { tasksPercent: Number(number) } : { memoryPercent: Number(number) };
  const amount = Number(number) * (units[unit] ?? 1);
  return key === 'TasksMax' ? { tasks: amount } : { memory: amount };
}
