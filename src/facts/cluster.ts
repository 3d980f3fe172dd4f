/** The commands that ask a cluster for its objects, with the kubeconfig of the host: put only where somebody has asked for that. */

/** Lists all objects of a resource. Never secrets. */
export const clusterCommand = (resource: string): readonly string[] => ['k3s', 'kubectl', 'get', resource, '--all-namespaces', '-o', 'json'];

const [program, tool, verb] = clusterCommand('');

/** Whether an ask, or a pattern of them, is put to the cluster. */
export const asksCluster = (ask: { readonly do: string; readonly argv?: readonly string[] }): boolean =>
  ask.do === 'run' && ask.argv?.[0] === program && ask.argv?.[1] === tool && ask.argv?.[2] === verb;
