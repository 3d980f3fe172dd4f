/** The table that `k3d node list` prints. */

import type { Answer, Output } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown } from '../fact.ts';

/**
 * A table without headers: name, role, cluster, state (k3d cmd/node/nodeList.go).
 * The JSON of `k3d cluster list` is not asked for: it holds the token of each cluster.
 */
export const nodesArgv = ['k3d', 'node', 'list', '--no-headers'] as const;

export interface Node {
  readonly name: string;
  readonly role: string;
  /** Empty for a registry that no cluster owns. */
  readonly cluster: string;
  readonly state: string;
}

/** The rows of the answer; undefined when there is no k3d, unknown when it failed or printed something else. */
export function nodesFrom(answer: Answer<Output>): readonly Node[] | Unknown | undefined {
  const path = commandPlace(nodesArgv);
  if (answer.is === 'absent') return undefined;
  if (answer.is === 'blocked') return unknown(answer, path);
  const { exit, stdout, stderr } = answer.value;
  if (exit !== 0) return unknown({ is: 'blocked', why: 'failed', said: `exit ${exit}: ${stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? ''}` }, path);
  const rows = stdout
    .split('\n')
    .filter((l) => l.trim() !== '')
    .map(rowOf);
  const strange = rows.indexOf(undefined);
  if (strange >= 0) return unknown({ is: 'blocked', why: 'failed', said: `line ${strange + 1} is no row of nodes` }, path);
  return rows.filter((r) => r !== undefined);
}

const roles = /^(?:server|agent|loadbalancer|registry|noRole)$/;

function rowOf(line: string): Node | undefined {
  const [name = '', role = '', ...rest] = line.trim().split(/\s+/);
  if (!roles.test(role) || rest.length < 1 || rest.length > 2) return undefined;
  return { name, role, cluster: rest.length === 2 ? (rest[0] ?? '') : '', state: rest.at(-1) ?? '' };
}
