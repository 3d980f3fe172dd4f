/** Flags that would do nothing for the targets that are named are refused, rather than ignored. */
import { heedersOf, sortOfTarget } from '../collect/targets/open.ts';
import { type Heeded, heedable } from '../collect/targets/target.ts';
import { eachOf, UsageError } from './errors.ts';

interface Said {
  readonly as?: string | undefined;
  readonly via?: string | undefined;
}

/** Throws UsageError for each flag of the command line, `given`, that no target heeds. A target that cannot be told may heed all. */
export async function refuseUseless(targets: readonly string[], { as, via }: Said, given: ReadonlySet<string>): Promise<void> {
  const asked: Heeded[] = heedable.filter((flag) => given.has(flag));
  if (asked.length === 0) return;
  const sorts = await Promise.all(targets.map((name) => sortOfTarget({ name, as, via })));
  if (sorts.includes(undefined)) return;
  const known = sorts.filter((sort) => sort !== undefined);
  eachOf(asked, (flag) => {
    if (known.some((sort) => sort.heeds.includes(flag))) return;
    const kinds = [...new Set(known.map((sort) => sort.written.replace(/ \(.*\)$/, '')))].join(' and ');
    throw new UsageError(`--${flag} does nothing for ${kinds}`, `leave it out; it is for ${heedersOf(flag).join(', ')}`);
  });
}
