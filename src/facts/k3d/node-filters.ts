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

/** Which of the numbered nodes of a role the filters name. No filter at all names every node. */
function nodesNamed(filters: readonly string[], role: 'server' | 'agent', count: number): Set<number> {
  const all = new Set(Array.from({ length: Math.min(count, 1000) }, (_, i) => i));
  if (filters.length === 0 || filters.includes('all')) return all;
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

/** Whether every kubelet of a role gets `KubeletInUserNamespace=true`. */
export function gateReaches(args: readonly NodeArg[], role: 'server' | 'agent', count: number): boolean {
  const reached = new Set<number>();
  for (const { arg, filters } of args) {
    const gate = gateIn(arg);
    if (gate === undefined) continue;
    for (const i of nodesNamed(filters, role, count)) {
      if (gate) reached.add(i);
      else reached.delete(i);
    }
  }
  return reached.size >= count;
}

/** What an argument does to the gate: sets it true or false, or says nothing about it. */
function gateIn(arg: string): boolean | undefined {
  const m = /^--kubelet-arg[= ]"?(?:--)?feature-gates=(.*?)"?$/s.exec(arg.trim());
  const gate = m?.[1]?.split(',').findLast((g) => /^\s*KubeletInUserNamespace=/.test(g));
  return gate === undefined ? undefined : /=\s*(?:true|True|TRUE|t|T|1)\s*$/.test(gate);
}
