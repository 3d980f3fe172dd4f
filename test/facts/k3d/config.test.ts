import { describe, expect, it } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import type { Known } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { clusterFact } from '../../../src/facts/k3d/cluster-plan.ts';
import { configPlan } from '../../../src/facts/k3d/config-file.ts';
import { k3dCommands } from '../../../src/facts/k3d/k3d-commands.ts';
import { gateReaches, isNodeFilter, splitFilters } from '../../../src/facts/k3d/node-filters.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3dConfig } from '../../../src/kinds/k3d/k3d-config.ts';

const gate = '--kubelet-arg=feature-gates=KubeletInUserNamespace=true';

describe('node filters', () => {
  it.each([
    ['server:*', true],
    ['servers:0,1', true],
    ['agent:0-2', true],
    ['all', true],
    ['loadbalancer', true],
    ['server:0:direct', true],
    ['server[0]', false],
    ['master:0', false],
    ['server:', false],
    ['', false],
  ])('%s', (filter, valid) => expect(isNodeFilter(filter)).toBe(valid));

  it.each([
    ['a@server:*', ['server:*']],
    ['a@server:0;agent:*', ['server:0', 'agent:*']],
    ['a', []],
    ['a\\@b@all', ['all']],
    ['a@b@c', undefined],
  ])('splits %s', (flag, filters) => expect(splitFilters(flag).filters).toEqual(filters));

  it.each<[string, readonly (readonly [string, readonly string[]])[], 'server' | 'agent', number, boolean]>([
    ['all servers', [[gate, ['server:*']]], 'server', 3, true],
    ['servers only', [[gate, ['server:*']]], 'agent', 1, false],
    ['one of two', [[gate, ['server:0']]], 'server', 2, false],
    [
      'two filters for two servers',
      [
        [gate, ['server:0']],
        [gate, ['server:1']],
      ],
      'server',
      2,
      true,
    ],
    ['a range', [[gate, ['agent:0-2']]], 'agent', 3, true],
    ['an open range', [[gate, ['agent:1-']]], 'agent', 3, false],
    ['no filter, which k3d refuses', [[gate, []]], 'agent', 2, false],
    ['among other gates', [['--kubelet-arg=feature-gates=A=true,KubeletInUserNamespace=true', ['all']]], 'server', 1, true],
    [
      'switched off',
      [
        [gate, ['all']],
        ['--kubelet-arg=feature-gates=KubeletInUserNamespace=false', ['all']],
      ],
      'server',
      1,
      false,
    ],
    ['another argument', [['--kubelet-arg=v=4', ['all']]], 'server', 1, false],
    [
      'another gate given later, which is merged',
      [
        [gate, ['all']],
        ['--kubelet-arg=feature-gates=A=true', ['all']],
      ],
      'server',
      1,
      true,
    ],
    ['appended', [['--kubelet-arg=feature-gates+=KubeletInUserNamespace=true', ['all']]], 'server', 1, true],
    [
      'put in front of one that switches it off',
      [
        ['--kubelet-arg=feature-gates=KubeletInUserNamespace=false', ['all']],
        ['--kubelet-arg=feature-gates-=KubeletInUserNamespace=true', ['all']],
      ],
      'server',
      1,
      false,
    ],
  ])('gate: %s', (_, args, role, count, reached) => {
    expect(
      gateReaches(
        args.map(([arg, filters]) => ({ arg, filters })),
        role,
        count,
        false,
      ),
    ).toBe(reached);
  });

  it('needs no filter where there is one node in all', () => {
    const whole = (yaml: string): Known =>
      clusterFact(
        configPlan(`apiVersion: k3d.io/v1alpha5\nkind: Simple\noptions:\n  k3s:\n    extraArgs: [ { arg: "${gate}" } ]\n  k3d: { ${yaml} }\n`, '/k.yaml'),
      );
    const plan = (yaml: string): unknown => whole(yaml).value.kubeletUserns;
    expect(plan('disableLoadbalancer: true')).toEqual({ servers: true, agents: true });
    expect(plan('disableLoadbalancer: false')).toEqual({ servers: false, agents: true });
    expect(whole('disableLoadbalancer: $LB').gaps.has('kubeletUserns')).toBe(true);
    const command = (line: string): unknown => {
      const [found] = k3dCommands(line, '/up.sh');
      return found && clusterFact(found).value.kubeletUserns;
    };
    expect(command(`k3d cluster create --no-lb --k3s-arg ${gate}`)).toEqual({ servers: true, agents: true });
    expect(command(`k3d cluster create --k3s-arg ${gate}`)).toEqual({ servers: false, agents: true });
    expect(command(`k3d cluster create --no-lb --agents 1 --k3s-arg ${gate}`)).toEqual({ servers: false, agents: false });
  });
});

describe('config files', () => {
  const fact = (yaml: string): Known => clusterFact(configPlan(`apiVersion: k3d.io/v1alpha5\nkind: Simple\n${yaml}`, '/k.yaml'));

  it('reads what rules ask about, with lines', () => {
    const f = fact(
      'servers: 1\nagents: 2\nnetwork: k3d\nregistries:\n  create: {name: r}\n  use: [k3d-a]\noptions:\n  k3s:\n    extraArgs:\n      - arg: --x\n        nodeFilters: [all]\n',
    );
    expect(f.value).toMatchObject({
      servers: 1,
      agents: 2,
      network: 'k3d',
      joins: 'custom',
      registries: { create: true, use: ['k3d-a'] },
      extraArgs: [{ arg: '--x', filters: ['all'], valid: true }],
    });
    expect(f.where.get('network')?.[0]).toMatchObject({ path: '/k.yaml', line: 5 });
  });

  it.each([
    ['registries: {create: null}', false],
    ['registries: {create: true}', true],
    ['registries: {create: false}', false],
    ['registries: {}', false],
  ])('registry of %s', (yaml, create) => expect(fact(yaml).value).toMatchObject({ registries: { create } }));

  it('reads the arguments of v1alpha2', () => {
    const f = clusterFact(configPlan(`apiVersion: k3d.io/v1alpha2\nkind: Simple\nagents: 1\noptions:\n  k3s:\n    extraServerArgs: ["${gate}"]\n`, '/k.yaml'));
    expect(f.value).toMatchObject({ kubeletUserns: { servers: true, agents: false } });
  });

  it('leaves open what k3d expands', () => {
    const f = fact('network: ${NET}\nagents: $N\n');
    expect([...f.gaps.keys()]).toEqual(expect.arrayContaining(['network', 'joins', 'agents', 'kubeletUserns.agents']));
  });

  it.each(['- a', 'a: [', '__proto__: {x: 1}\nnetwork: k3d', `a: ${'['.repeat(5000)}`, 'network: [1]', 'agents: many', 'volumes: {a: b}', 'registries: 7'])(
    'does not stumble over %#',
    (yaml) => {
      expect(() => clusterFact(configPlan(yaml, '/k.yaml'))).not.toThrow();
    },
  );
});

describe('subjects', () => {
  const find = (spec: Parameters<typeof answerer>[0]): string[] => {
    const found = k3dConfig.find && settle(k3dConfig.find.learn(rootAccount, { files: spec.given ?? [] }), answerer(spec));
    return found?.is === 'known' ? [...found.each.map((s) => s.key), ...(found.incomplete ? ['…'] : [])] : ['unknown'];
  };
  const simple = 'apiVersion: k3d.io/v1alpha5\nkind: Simple\n';

  it('finds usual and given files, once each', () => {
    expect(
      find({
        files: { '/root/k3d.yaml': simple, '/root/.k3d/a.yml': simple, '/etc/k3d/b.yaml': 'other: true', '/s.sh': 'k3d cluster create' },
        given: ['/s.sh', '/root/k3d.yaml'],
      }),
    ).toEqual(['k3d-command:/s.sh:1', 'k3d-config:/root/.k3d/a.yml', 'k3d-config:/root/k3d.yaml']);
  });

  it('is incomplete when a place is closed or a given file missing', () => {
    expect(find({ files: { '/etc/k3d': { type: 'directory', blocked: 'denied' } } })).toEqual(['…']);
    expect(find({ given: ['/gone'] })).toEqual(['…']);
  });

  it('joins a command with the config file that it names; flags win', () => {
    const spec = {
      files: { '/w/k3d.yaml': `${simple}agents: 1\nnetwork: podman\n`, '/w/up.sh': 'k3d cluster create -c k3d.yaml --network k3d' },
    };
    const files = ['/w/k3d.yaml', '/w/up.sh'];
    const fact = settle(k3dConfig.learn({ id: 'k3d-command:/w/up.sh:1' }, rootAccount, { files }), answerer(spec));
    expect(fact.is === 'known' && fact.value).toMatchObject({ agents: 1, network: 'k3d' });
  });
});
