/** What a policy lets in: containers-policy.json(5), "the most specific scope wins" (containers/image:signature/policy_eval.go). */
import type { Policy } from './policy-file.ts';
import type { Requirement } from './policy-requirements.ts';

/** Every transport that containers/image has had; any other name parses and restricts nothing. */
export const transports = [
  'atomic',
  'containers-storage',
  'dir',
  'docker',
  'docker-archive',
  'docker-daemon',
  'oci',
  'oci-archive',
  'openshift',
  'ostree',
  'sif',
  'tarball',
] as const;

/** Transports by which an image can enter the store. */
export const entrances = ['containers-storage', 'dir', 'docker', 'docker-archive', 'docker-daemon', 'oci', 'oci-archive', 'sif'] as const;

/** All of a list must hold, so one requirement that is not accept-anything restricts. */
export const restricts = (list: readonly Requirement[]): boolean => list.some((r) => r.type !== 'insecureAcceptAnything');
const rejects = (list: readonly Requirement[]): boolean => list.some((r) => r.type === 'reject');

/** The requirements for a scope: itself, its parents, the whole transport, the default. */
export function requirementsFor(policy: Policy, transport: string, scope: string): readonly Requirement[] {
  const scopes = policy.transports.get(transport);
  for (const name of scope === '' ? [] : [scope, ...parents(scope)]) {
    const found = scopes?.get(name);
    if (found) return found;
  }
  return scopes?.get('') ?? policy.default;
}

/** `host/a/b:tag` → `host/a/b`, `host/a`, `host`, `*.parent`, … (PolicyConfigurationNamespaces of the docker transport). */
function parents(scope: string): string[] {
  const names: string[] = [];
  let at = scope.replace(/@.*$/, '');
  const slash = at.lastIndexOf('/');
  if (at.indexOf(':', slash + 1) > 0 && slash >= 0) at = at.replace(/:[^:/]*$/, '');
  if (at !== scope) names.push(at);
  for (let cut = at.lastIndexOf('/'); cut > 0; cut = at.lastIndexOf('/')) {
    at = at.slice(0, cut);
    names.push(at);
  }
  let host = at.replace(/^\*\./, '').replace(/:\d+$/, '');
  for (let dot = host.indexOf('.'); dot > 0 && names.length < 64; dot = host.indexOf('.')) {
    host = host.slice(dot + 1);
    names.push(`*.${host}`);
  }
  return names;
}

/** Whether `other` lets in something that `system` does not. Requirements that differ in text count as weaker unless they reject. */
export function weakerThan(other: Policy, system: Policy): boolean {
  const pairs = new Set<string>(entrances.map((t) => JSON.stringify([t, ''])));
  for (const policy of [other, system])
    for (const [transport, scopes] of policy.transports) for (const scope of scopes.keys()) pairs.add(JSON.stringify([transport, scope]));
  for (const pair of pairs) {
    const [transport, scope] = JSON.parse(pair) as [string, string];
    const theirs = requirementsFor(other, transport, scope);
    const ours = requirementsFor(system, transport, scope);
    if (!restricts(ours) || rejects(theirs)) continue;
    const texts = new Set(theirs.map((r) => r.text));
    if (!ours.every((r) => texts.has(r.text))) return true;
  }
  return false;
}
