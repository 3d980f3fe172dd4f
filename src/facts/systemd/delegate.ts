/**
 * `Delegate=` and `DisableControllers=` as systemd adds them up over files
 * (systemd.resource-control(5); systemd/systemd:src/core/load-fragment.c config_parse_delegate()).
 */
import type { Where } from '../fact.ts';
import type { Assignment } from './syntax.ts';
import { parseBoolean, splitWords } from './words.ts';

/** Controllers of the unified hierarchy that the kernel offers and systemd passes on. */
const controllers: readonly string[] = ['cpu', 'cpuset', 'io', 'memory', 'pids'];

/** Further names that systemd knows: version 1 only, or its own BPF ones. */
const otherNames: readonly string[] = [
  'cpuacct',
  'blkio',
  'devices',
  'bpf-firewall',
  'bpf-devices',
  'bpf-foreign',
  'bpf-socket-bind',
  'bpf-restrict-network-interfaces',
];

const isController = (word: string): boolean => controllers.includes(word) || otherNames.includes(word);

export interface Delegation {
  /** Whether anything is delegated at all. Delegation may be on with no controller. */
  readonly on: boolean;
  readonly controllers: readonly string[];
  /** Last assignment first. */
  readonly where: readonly Where[];
}

/** Adds up the assignments in the order in which they are read. */
export function mergeDelegate(assignments: readonly Assignment[]): Delegation {
  let on = false;
  let set = new Set<string>();
  const where: Where[] = [];
  for (const { value, where: at } of assignments) {
    const flag = parseBoolean(value);
    if (value === '') {
      on = true;
      set = new Set();
      where.unshift({ ...at, said: 'resets the list: on, with no controller' });
    } else if (flag !== undefined) {
      on = flag;
      set = new Set(flag ? controllers : []);
      where.unshift({ ...at, said: flag ? `${value}: every controller` : `${value}: turns delegation off and clears the list` });
    } else {
      const { words, broken } = splitWords(value);
      if (broken) {
        where.unshift({ ...at, said: `ignored: ${value} (quotes or backslash left open)` });
        continue;
      }
      on = true;
      const good = words.filter(isController);
      for (const word of good) set.add(word);
      where.unshift({
        ...at,
        said: saidOf(
          good,
          words.filter((w) => !isController(w)),
        ),
      });
    }
  }
  return { on, controllers: sortControllers(set), where };
}

/** `DisableControllers=`: lists add up, an empty assignment clears. */
export function mergeControllers(assignments: readonly Assignment[]): { readonly controllers: readonly string[]; readonly where: readonly Where[] } {
  let set = new Set<string>();
  const where: Where[] = [];
  for (const { value, where: at } of assignments) {
    const { words } = splitWords(value);
    if (value === '') set = new Set();
    for (const word of words) if (isController(word)) set.add(word);
    where.unshift({
      ...at,
      said:
        value === ''
          ? 'resets the list'
          : saidOf(
              words.filter(isController),
              words.filter((w) => !isController(w)),
            ),
    });
  }
  return { controllers: sortControllers(set), where };
}

function saidOf(good: readonly string[], bad: readonly string[]): string {
  const dropped = bad.length > 0 ? `ignored: ${bad.map((w) => JSON.stringify(w)).join(' ')} (no such controller)` : '';
  if (good.length === 0) return dropped || 'adds nothing';
  return `adds ${good.join(' ')}${dropped ? `; ${dropped}` : ''}`;
}

const order = [...controllers, ...otherNames];

function sortControllers(set: ReadonlySet<string>): string[] {
  return order.filter((c) => set.has(c));
}
