/** Kind `k3s-datastore`: the external datastore of a K3s server, and how the way to it is protected. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing } from '../../facts/fact.ts';
import { datastoreWay, engines, ways } from '../../facts/k3s/datastore-endpoint.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, string } from '../../facts/shape.ts';

export const k3sDatastore = defineKind({
  name: 'k3s-datastore',
  noun: "K3s's datastore",
  absent: 'K3s keeps the state of the cluster on its servers',
  describe:
    'The external datastore that a K3s server is told to use (datastore-endpoint), and whether TLS protects the way to it. No name and no password is kept.',
  fields: {},
  shape: record({
    engine: string('what it is', engines),
    way: string('local: on this host; verified: TLS, and its certificate is checked; unverified: TLS that is not checked, or not asked for; plain: none', ways),
  }),
  touches: () => [k3sModel],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const { flags, datastore } = model;
    if (!datastore) return missing(model.where);
    if (datastore.is === 'unknown') return datastore;
    const endpoint = flags.one('datastore-endpoint');
    if (datastore.is !== 'external' || !endpoint) return missing(...datastore.where);
    const given = (flag: string): boolean => (flags.one(flag)?.value ?? '') !== '';
    const { engine, way } = datastoreWay(endpoint.value, given('datastore-cafile') || (given('datastore-certfile') && given('datastore-keyfile')));
    const fact = new FactBuilder().consulted(endpoint.where).set('engine', engine, endpoint.where);
    const gap = flags.gap('datastore-cafile');
    if (way === undefined)
      fact.gap('way', { is: 'unknown', why: 'unsupported', said: 'what protects the way to this datastore is not known', where: [endpoint.where] });
    else if (gap) fact.gap('way', gap);
    else fact.set('way', way, endpoint.where);
    return fact.build();
  },
});
