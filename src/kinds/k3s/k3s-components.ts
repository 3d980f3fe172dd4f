/** Kind `k3s-components`: what K3s deploys into the cluster by itself (k3s-io/k3s:pkg/deploy/controller.go, pkg/server/server.go). */
import { type Asking, list } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown, type Where } from '../../facts/fact.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, record, string } from '../../facts/shape.ts';

const packaged = ['coredns', 'local-storage', 'metrics-server', 'servicelb', 'traefik'];
const usual = `${usualDataDir}/server/manifests`;

export const k3sComponents = defineKind({
  name: 'k3s-components',
  noun: 'the components that K3s deploys',
  absent: 'no K3s server is set up here',
  describe:
    'The components that a K3s server brings along and deploys: all but those that `disable` names and those with a `.skip` file beside their manifest.',
  fields: {},
  shape: record({ deployed: listOf(string('a component', packaged), 'what is deployed'), left: listOf(string('a component'), 'what is left out') }),
  touches: () => [
    k3sModel,
    { do: 'list', path: usual },
    { do: 'list', named: 'the manifests below the data directory of K3s', later: true, unasked: 'only where data-dir moves it' },
  ],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started' || model.role === 'agent') return missing(...(model.is === 'model' ? [model.where] : model.consulted));
    const directory = `${model.dataDir.value}/server/manifests`;
    const left = new Map<string, Where>();
    for (const name of packaged) {
      const where = model.flags.lists('disable', name);
      if (where) left.set(name, where);
    }
    const fact = new FactBuilder().consulted(model.where, { path: directory });
    const names = yield* manifests(model.dataDir.value);
    if (names.is === 'blocked') return fact.gap('deployed', unknown(names, directory)).gap('left', unknown(names, directory)).build();
    for (const name of packaged) {
      const skip = names.is === 'got' ? names.value.find((n) => n === `${name}.yaml.skip` || n === `${name}.skip`) : undefined;
      if (skip && !left.has(name)) left.set(name, { path: `${directory}/${skip}` });
    }
    const deployed = packaged.filter((name) => !left.has(name));
    return fact
      .set('deployed', deployed, model.where, ...left.values())
      .set('left', [...left.keys()], ...left.values())
      .build();
  },
});

function* manifests(dataDir: string): ReturnType<typeof list> {
  let path = dataDir;
  for (const name of dataDir === usualDataDir ? [] : ['server', 'manifests']) {
    const names = yield* list(path);
    if (names.is !== 'got') return names;
    if (!names.value.includes(name)) return { is: 'absent' };
    path = `${path}/${name}`;
  }
  return yield* list(dataDir === usualDataDir ? usual : path);
}
