/** Counts what is looked at in lists: work that does not depend on the machine. */

let comparisons = 0;
const scans = ['includes', 'indexOf', 'lastIndexOf'] as const;
const visits = ['some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'filter', 'map', 'flatMap', 'forEach', 'reduce'] as const;

/** Counts what is looked at in lists while some work is done. */
export function counted(work: () => unknown): number {
  const proto = Array.prototype as unknown as Record<string, (...given: unknown[]) => unknown>;
  const own = Object.fromEntries([...scans, ...visits].map((name) => [name, proto[name] as (...given: unknown[]) => unknown]));
  for (const name of scans)
    proto[name] = function (this: unknown[], ...given) {
      comparisons += this.length;
      return own[name]?.apply(this, given);
    };
  for (const name of visits)
    proto[name] = function (this: unknown[], look, ...rest) {
      const counting = (...given: unknown[]): unknown => {
        comparisons++;
        return (look as (...given: unknown[]) => unknown).apply(rest[0], given);
      };
      return own[name]?.apply(this, [counting, ...rest]);
    };
  comparisons = 0;
  try {
    work();
    return comparisons;
  } finally {
    Object.assign(proto, own);
  }
}
