/**
 * Objects of the cluster, as `kubectl get` prints them with the kubeconfig of the host; asked for only where the caller
 * wants it (--kubectl). Secrets are never among them.
 */
import { type Asking, run } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { clusterCommand } from '../cluster.ts';
import { type Json, type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { parseJson } from '../text/json.ts';
import { plain } from '../text/node.ts';

export const resources = [
  'nodes',
  'pods',
  'namespaces',
  'serviceaccounts',
  'networkpolicies',
  'roles',
  'clusterroles',
  'rolebindings',
  'clusterrolebindings',
] as const;
export type Resource = (typeof resources)[number];

/** An object of the cluster: nobody vouches for what it holds. */
export type ApiObject = { readonly [key: string]: Json };

export interface ApiObjects {
  readonly is: 'listed';
  readonly items: readonly ApiObject[];
  readonly where: Where;
}

const touches = (resource: Resource): Touches => [{ do: 'run', argv: clusterCommand(resource) }];

/** All objects of a resource, in all namespaces. */
export const apiObjects = source(touches, listObjects);

function* listObjects(resource: Resource): Asking<ApiObjects | Unknown> {
  const argv = clusterCommand(resource);
  const where = { path: commandPlace(argv) };
  const answer = yield* run(argv);
  if (answer.is === 'absent' || (answer.is === 'blocked' && (answer.why === 'not-recorded' || answer.why === 'unsupported')))
    return { is: 'unknown', why: 'unasked', said: `the cluster was not asked for its ${resource}`, where: [where] };
  if (answer.is === 'blocked') return unknown(answer, where.path);
  const { exit, stdout, stderr } = answer.value;
  if (exit !== 0) return { is: 'unknown', why: 'failed', said: `${argv.slice(0, 4).join(' ')} failed: ${firstLine(stderr)}`, where: [where] };
  const parsed = parseJson(stdout);
  const root = parsed.is === 'parsed' ? plain(parsed.root) : null;
  const items = field(root, 'items');
  if (!Array.isArray(items) || !items.every(isObject)) return unparsable(`${argv.slice(0, 4).join(' ')} printed no list of ${resource}`, where);
  return { is: 'listed', items: items as readonly ApiObject[], where };
}

const firstLine = (text: string): string => text.trim().split('\n')[0] || 'it said nothing';

const isObject = (value: Json | undefined): value is ApiObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field below an object, by its keys; undefined where there is none. */
export function field(from: Json | undefined, ...keys: readonly string[]): Json | undefined {
  let here = from;
  for (const key of keys) here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  return here;
}

/** The elements of a list below an object; none where it is no list. */
export function elements(from: Json | undefined, ...keys: readonly string[]): readonly Json[] {
  const found = field(from, ...keys);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}

/** Texts of a list below an object. */
export const textsAt = (from: Json | undefined, ...keys: readonly string[]): readonly string[] =>
  elements(from, ...keys).filter((one): one is string => typeof one === 'string');

export const nameOf = (one: Json | undefined): string => String(field(one, 'metadata', 'name') ?? '');
export const namespaceOf = (one: Json | undefined): string => String(field(one, 'metadata', 'namespace') ?? '');
