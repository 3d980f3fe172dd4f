/** k3d's node filters, and which kubelets get the user-namespace gate. */

/** An argument for K3s and the nodes it goes to. */
export interface NodeArg {
  readonly arg: string;
  readonly filters: readonly string[];
}

/** The grammar of k3d pkg/util/filter.go (NodeFilterRegexp). */
const grammar = /^(servers?|agents?|loadbalancer|all)(?::(?:(\d[\d,]*)|(\d*)-(\d*)|(\*)))?(?::[A-Za-z]+)?$/;

export const isNodeFilter = (filter: string): boolean => grammar.test(filter) && !/,,/.test(filter);

/** Splits `ARG@FILTER[;FILTER…]` (k3d cmd/util/filter.go). An escaped `\@` is text; a second bare `@`, or nothing behind it, is refused by k3d. */
export function splitFilters(flag: string): NodeArg | { readonly arg: string; readonly filters?: never; readonly reason: string } {
  const parts = flag.split(/(?<!\\)@/).map((p) => p.replaceAll('\\@', '@'));
  const [arg = '', filters] = parts;
  if (parts.length === 1) return { arg, filters: [] };
  if (parts.length > 2) return { arg: flag, reason: 'more than one unescaped @' };
  return { arg, filters: (filters ?? '').split(';') };
}

/** Which of the numbered nodes of a role the filters name. Without a filter k3d refuses the argument, unless there is one node in all (pkg/config/transform.go). */
function nodesNamed(filters: readonly string[], role: 'server' | 'agent', count: number, alone: boolean): Set<number> {
  const all = new Set(Array.from({ length: Math.min(count, 1000) }, (_, i) => i));
  if (filters.length === 0) return alone ? all : new Set();
  if (filters.includes('all')) return all;
  const named = new Set<number>();
  for (const filter of filters) {
    const m = grammar.exec(filter);
    if (!m?.[1]?.startsWith(role)) continue;
    const [, , list, from, to] = m;
    for (const i of all) {
      if (list !== undefined ? list.split(',').includes(String(i)) : i >= Number(from || 0) && i <= (to ? Number(to) : count - 1)) named.add(i);
    }
  }
  return named;
}

/** Whether an argument sets gates of the kubelet, and lacks the filter that k3d wants. */
export const gateWithoutFilter = ({ arg, filters }: NodeArg): boolean => filters.length === 0 && gateIn(arg) !== undefined;

/**
 * Whether every kubelet of a role gets `KubeletInUserNamespace=true`. The kubelet merges repeated --feature-gates, and of
 * one gate the last value counts (kubernetes/component-base cli/flag/map_string_bool.go); K3s passes all of them on in
 * their order, `+=` too, and `-=` in front (k3s-io/k3s:pkg/util/args.go). `alone`: there is one node in all.
 */
export function gateReaches(args: readonly NodeArg[], role: 'server' | 'agent', count: number, alone: boolean): boolean {
  const reached = new Map<number, boolean>();
  for (const { arg, filters } of args) {
    const gate = gateIn(arg);
    if (gate === undefined) continue;
    for (const i of nodesNamed(filters, role, count, alone)) if (!(gate.first && reached.has(i))) reached.set(i, gate.on);
  }
  return [...reached.values()].filter((on) => on).length >= count;
}

/** What an argument does to the gate: sets it true or false, perhaps before the others, or says nothing about it. */
function gateIn(arg: string): { readonly on: boolean; readonly first: boolean } | undefined {
  const m = /^--?kubelet-arg="?(?:--)?feature-gates([-+]?)=(.*?)"?$/s.exec(arg.trim());
  const gate = m?.[2]?.split(',').findLast((g) => /^\s*KubeletInUserNamespace=/.test(g));
  return gate === undefined ? undefined : { on: /=\s*(?:true|True|TRUE|t|T|1)\s*$/.test(gate), first: m?.[1] === '-' };
}
