/** The keys of a k3d config file (k3d-io/k3d:pkg/config/v1alpha5/schema.json and its forerunner v1alpha4). Pure. */

export type Word = 'string' | 'hostname' | 'ipv4' | 'number' | 'count' | 'positive' | 'boolean';
export type Rule = Word | 'any' | 'filters' | { readonly list: Rule } | Keys;

/** The keys of a map. An open one takes any key and passes over those that are not here; `wants` names those that must be there. */
export interface Keys {
  readonly map: Readonly<Record<string, Rule>>;
  readonly open?: true;
  readonly wants?: readonly string[];
}

const filtered = (field: string): Rule => ({ list: { map: { [field]: 'string', nodeFilters: 'filters' } } });

/** v1alpha5 and what v1alpha4 has of it. k3d checks a file against the schema of its own version, before it migrates. */
export const simple = (version: number): Rule => {
  const only5 = <T>(more: T): T | object => (version < 5 ? {} : more);
  return {
    map: {
      apiVersion: 'string',
      kind: 'string',
      metadata: { map: { name: 'hostname' } },
      servers: 'positive',
      agents: 'count',
      kubeAPI: { map: { host: 'hostname', hostIP: 'ipv4', hostPort: 'string' } },
      image: 'string',
      network: 'string',
      subnet: 'string',
      token: 'string',
      volumes: filtered('volume'),
      ports: filtered('port'),
      env: filtered('envVar'),
      ...only5({
        files: {
          list: { map: { description: 'string', source: 'string', destination: 'string', nodeFilters: 'filters' }, wants: ['source', 'destination'] },
        },
      }),
      hostAliases: { list: { map: { ip: 'string', hostnames: { list: 'string' } }, open: true } },
      // The schema's additionalProperties stands one level too deep here, so that this map is open.
      registries: {
        open: true,
        map: {
          create: {
            map: {
              name: 'string',
              host: 'string',
              hostPort: 'string',
              image: 'string',
              proxy: { map: { remoteURL: 'string', username: 'string', password: 'string' } },
              volumes: { list: 'string' },
              // From k3d 5.9 on.
              ...only5({ enforcePortMatch: 'boolean' }),
            },
          },
          use: { list: 'string' },
          config: 'string',
        },
      },
      options: {
        map: {
          k3d: {
            map: {
              wait: 'boolean',
              timeout: 'any',
              disableLoadbalancer: 'boolean',
              disableImageVolume: 'boolean',
              disableRollback: 'boolean',
              loadbalancer: { map: { configOverrides: { list: 'any' } } },
            },
          },
          k3s: { map: { extraArgs: filtered('arg'), nodeLabels: filtered('label') } },
          kubeconfig: { map: { updateDefaultKubeconfig: 'boolean', switchCurrentContext: 'boolean' } },
          runtime: {
            open: true,
            map: {
              gpuRequest: 'string',
              serversMemory: 'string',
              agentsMemory: 'string',
              hostPidMode: 'boolean',
              labels: filtered('label'),
              ...only5({ ulimits: { list: { map: { name: 'string', soft: 'number', hard: 'number' } } } }),
            },
          },
        },
      },
    },
  };
};
