/** Kind `k3s-args`: the arguments that K3s and each of its components have in force, by files alone. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, missing, type Unknown, unparsable, type Where } from '../../facts/fact.ts';
import type { ComponentFlag, Given } from '../../facts/k3s/component-args.ts';
import { isBooleanFlag, isListFlag, knownFlags } from '../../facts/k3s/flag-table.ts';
import { type Placed, placeText } from '../../facts/k3s/given.ts';
import { goBool } from '../../facts/k3s/go.ts';
import { type K3sModel, k3sModel, rootlessModel } from '../../facts/k3s/k3s-model.ts';
import { datastores } from '../../facts/k3s/node-settings.ts';
import { withoutSecret } from '../../facts/k3s/secret-flags.ts';
import { argumentsOfNode } from '../../facts/k3s/started-in-node.ts';
import { defineKind } from '../../facts/kind.ts';
import { any, boolean, list, map, record, type Shape, string, version } from '../../facts/shape.ts';

const flag: Shape = record(
  {
    value: any('the value, or all of them where the flag is given several times'),
    last: string('the value that counts where only one can: the last'),
    on: boolean('that value as Go reads a boolean: 1, t, T, TRUE, true, True, or 0, f, F, FALSE, false, False; unset where it is none of them'),
    items: list(string('a part'), 'what stands between commas, of all values'),
    where: string('the place of the value: a line, or `K3s VERSION` for a default'),
    beaten: list(record({ value: string('a value'), where: string('its place') }), 'values that are not in force: what a later place replaced'),
    key: string("its key in a file of the component's own, where that file counts instead of arguments"),
  },
  'a flag that is set; one that is not set is not there',
);

export const k3sArgs = defineKind({
  name: 'k3s-args',
  noun: "K3s's arguments",
  absent: 'no service here starts K3s',
  describe:
    'The arguments in force of K3s and of each of its components, worked out from unit, environment files, config.yaml with its drop-ins and the defaults of the installed release. No journal is needed.',
  fields: { rootless: { type: 'boolean', describe: "the account's own K3s, started by its manager, instead of the system's" } },
  shape: record({
    role: string('what this node is', ['server', 'agent']),
    service: string('the service to restart for it: what starts it, or what usually does where no unit of systemd was found to'),
    inContainer: boolean('it runs in a container, such as a node of k3d: its arguments stand with process 1'),
    config: string('the main file of its configuration, whether it is there or not'),
    release: version('the installed K3s'),
    dataDir: string('where K3s keeps its state'),
    datastore: string('of a server: what keeps the state of the cluster', datastores),
    runs: list(string('a component'), 'the components that run here: what has flags'),
    flags: map(
      map(flag, 'its flags by name'),
      'kube-apiserver, kube-controller-manager, kube-scheduler, kube-cloud-controller-manager, kubelet, kube-proxy, and etcd with the dotted keys of its file: those that run here',
    ),
    anonymous: boolean('the API server here answers requests of nobody in particular: by its flag, or by the file of authentication-config'),
    authorizers: list(
      string('a mode'),
      'what the API server here asks whether a request is allowed: Node, RBAC; by its flag, or by the file of authorization-config',
    ),
    own: map(flag, "K3s's own flags by their long names; secrets are masked"),
    kubelet: map(flag, 'what the kubelet has in force of arguments and files, by the names of the arguments: anonymous-auth, read-only-port'),
    kubeProxy: map(flag, 'of kube-proxy, by the names of the arguments, what is in force of them and of a file of its own: metrics-bind-address'),
    kubeScheduler: map(flag, 'the same of the scheduler: profiling'),
    kubeletFiles: map(flag, 'settings of the kubelet in kubelet.conf.d by dotted name, from K3s 1.32; arguments beat them'),
  }),
  touches: ({ rootless }) => [rootless ? rootlessModel : k3sModel],
  *learn({ rootless }, as): Asking<Fact> {
    const model = rootless ? yield* rootlessModel(as) : yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    return factOf(model);
  },
});

const usualService = (role: K3sModel['role']): string => (role === 'agent' ? 'k3s-agent.service' : 'k3s.service');

function factOf(model: K3sModel): Fact {
  const fact = new FactBuilder().consulted(...model.consulted).set('role', model.role, model.where);
  const { release, dataDir, datastore, access, kubelet, dropIns } = model;
  fact.set('service', model.unit ?? usualService(model.role), model.where).set('inContainer', model.where.path === argumentsOfNode, model.where);
  if (model.config !== undefined) fact.set('config', model.config, ...model.consulted);
  if (release.is === 'known') fact.set('release', release.release.said, release.where);
  else fact.gap('release', release);
  fact.set('dataDir', dataDir.value, ...(dataDir.where ? [dataDir.where] : model.consulted));
  if (datastore?.is === 'unknown') fact.gap('datastore', datastore);
  else if (datastore) fact.set('datastore', datastore.is, ...datastore.where);
  fact.set('runs', [...model.components.keys()], ...model.consulted);
  fact.set('flags', {}, ...model.consulted).set('own', {}, ...model.consulted);
  for (const [component, flags] of model.components) put(fact, ['flags', component], flags, model.consulted);
  // A server skips a key that is no flag, an agent does not start with one: neither has it.
  for (const name of model.flags.names()) if (knownFlags[model.role].has(name)) putOwn(fact, name, model);
  for (const name of ['anonymous', 'authorizers'] as const) {
    const one = access?.[name];
    if (one?.is === 'unknown') fact.gap(name, one);
    else if (one) fact.set(name, one.value, ...one.where);
  }
  if (kubelet) put(fact, ['kubelet'], kubelet, model.consulted);
  putInForce(fact, model);
  if (!dropIns) return fact.build();
  if (dropIns.is === 'unknown') return fact.gap('kubeletFiles', dropIns).build();
  put(fact, ['kubeletFiles'], dropIns.settings, [{ path: `${dataDir.value}/agent/etc/kubelet.conf.d` }]);
  return fact.build();
}

function put(fact: FactBuilder, path: readonly string[], flags: ReadonlyMap<string, ComponentFlag> | Unknown, consulted: readonly Where[]): void {
  if ('is' in flags) return void fact.gap(path, flags);
  fact.set(path, {}, ...consulted);
  for (const [name, one] of flags) {
    if ('is' in one) fact.gap([...path, name], one);
    else putOne(fact, [...path, name], name, one);
  }
}

const inForceFields = { 'kube-proxy': 'kubeProxy', 'kube-scheduler': 'kubeScheduler' } as const;

function putInForce(fact: FactBuilder, { inForce, consulted }: K3sModel): void {
  for (const [component, settings] of inForce) {
    const field = inForceFields[component];
    fact.set(field, {}, ...consulted);
    for (const [name, { flag: one, key }] of settings) {
      if ('is' in one) fact.gap([field, name], one);
      else putOne(fact, [field, name], name, one, key);
    }
  }
}

/** Of a list all values count, of another flag the last; a value that is no list beats those before it. */
function putOwn(fact: FactBuilder, name: string, { flags }: K3sModel): void {
  const all = flags.all(name);
  const one = flags.one(name);
  if (!one) return;
  const given = isListFlag(name) && all.length > 0;
  putOne(fact, ['own', name], name, given ? { values: all, beaten: all.at(-1)?.beaten ?? [] } : { values: [one], beaten: one.beaten });
  if (isBooleanFlag(name) && goBool(one.value) === undefined)
    fact.gap(
      ['own', name, 'on'],
      unparsable(`${name} is ${one.value === '' ? 'empty' : one.value}, which is no yes or no of Go, so K3s does not start`, one.where),
    );
}

function putOne(fact: FactBuilder, path: readonly string[], name: string, { values, beaten }: Given, key?: string): void {
  const texts = values.map((v) => withoutSecret(name, v.value));
  const lost = beaten.map((b): Placed => ({ ...b, value: withoutSecret(name, b.value) }));
  const last = values.at(-1);
  const value: Json = texts.length === 1 ? (texts[0] as string) : texts;
  const on = goBool(texts.at(-1) ?? '');
  const places = [...values].reverse().map((v) => v.where);
  fact.set(
    path,
    {
      value,
      last: texts.at(-1) ?? '',
      ...(on === undefined ? {} : { on }),
      items: texts
        .flatMap((t) => t.split(','))
        .map((t) => t.trim())
        .filter((t) => t !== ''),
      where: last ? placeText(last.where) : '',
      beaten: lost.map((b) => ({ value: b.value, where: placeText(b.where) })),
      ...(key === undefined ? {} : { key }),
    },
    ...places,
    ...lost.map((b) => ({ ...b.where, said: `${b.value === '' ? 'nothing' : b.value} is not in force` })),
  );
}
