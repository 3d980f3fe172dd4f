/** Kind `ping-range`: whether the account in question may send pings without privilege. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unparsable, type Where } from '../../facts/fact.ts';
import { kernelValue, valueAtBoot } from '../../facts/host/kernel-value.ts';
import { subIds } from '../../facts/host/subids.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

const key = 'net.ipv4.ping_group_range';
/** The kernel's own value (Documentation/networking/ip-sysctl.rst): an empty range, nobody may. */
const usual = '1 0';

export const pingRange = defineKind({
  name: 'ping-range',
  noun: key,
  absent: 'this kernel has no net.ipv4.ping_group_range',
  describe: 'The groups that may open ping sockets (net.ipv4.ping_group_range), compared with the groups of the account and of its containers.',
  fields: {},
  shape: record({
    range: string('two group ids, first and last'),
    default: boolean('it is the kernel’s own empty range'),
    covers: boolean('the primary group of the account is within'),
    later: string('the range that sysctl.d sets at the next boot, where it leaves out the primary group; unset otherwise'),
    coversContainers: boolean('the subordinate groups are within too, as which processes of containers on the host’s network run'),
  }),
  touches: () => [kernelValue.of(key), valueAtBoot.of(key), subIds],
  *learn(_q, as): Asking<Fact> {
    const found = yield* kernelValue(key);
    if (found.is === 'unknown') return found;
    if (found.value === undefined && found.live) return new FactBuilder().consulted(...found.where).build(false);
    const text = found.value ?? usual;
    const where = found.value === undefined ? found.where.map((w) => ({ ...w, said: `nothing sets it: ${usual}` })) : found.where;
    const fact = new FactBuilder().consulted(...where).set('range', text, ...where);
    const within = rangeOf(text);
    if (!within) {
      const why = noRange(text, where);
      return fact.gap('default', why).gap('covers', why).gap('coversContainers', why).build();
    }
    fact.set('default', text === usual, ...where).set('covers', within(as.gid, as.gid), ...where);
    yield* setLater(fact, as.gid);
    const groups = yield* subIds('subgid', as);
    if (groups.is === 'unknown') return fact.gap('coversContainers', groups).build();
    const all = groups.ranges.every((r) => within(r.start, r.start + r.count - 1));
    return fact.set('coversContainers', within(as.gid, as.gid) && all, ...where, ...groups.ranges.map((r) => r.at)).build();
  },
});

/** Whether groups are within a range of two ids; undefined where the text is none. */
function rangeOf(text: string): ((from: number, to: number) => boolean) | undefined {
  const [, low, high] = /^(\d+) (\d+)$/.exec(text) ?? [];
  return low === undefined || high === undefined ? undefined : (from, to) => from >= Number(low) && to <= Number(high);
}

const noRange = (text: string, where: readonly Where[]): Unknown => unparsable(`${key} is "${text}", which is not a pair of numbers`, ...where);

/** Whoever set the live value by hand set it until the next boot. */
function* setLater(fact: FactBuilder, gid: number): Asking<void> {
  const next = yield* valueAtBoot(key);
  if (next.is === 'unknown') return void fact.gap('later', next);
  const { value, where } = next;
  const within = value === undefined ? undefined : rangeOf(value);
  // The kernel refuses it, or takes a part of it.
  if (value !== undefined && !within) return void fact.gap('later', noRange(value, where));
  fact.at('later', ...where).set('later', within && !within(gid, gid) ? value : undefined, ...where);
}
