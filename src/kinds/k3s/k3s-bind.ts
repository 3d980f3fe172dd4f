/** Kind `k3s-bind`: where the API server of K3s listens, and which addresses of the host the internet reaches. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing } from '../../facts/fact.ts';
import { ipv4Table, isPublic, ownAddresses } from '../../facts/host/own-addresses.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

export const k3sBind = defineKind({
  name: 'k3s-bind',
  noun: "K3s's API server",
  absent: 'no K3s server runs here',
  describe: 'The address on which a K3s server is told to listen, and the public addresses of the host (of a running one).',
  fields: {},
  shape: record({
    address: string('bind-address; unset: all addresses'),
    port: string('the port, https-listen-port'),
    chosen: list(string('an address'), 'bind-address, where the internet reaches it as far as the address tells'),
    exposed: list(string('an address'), 'where it listens on all addresses: those of the host that the internet reaches, as far as the address tells'),
  }),
  touches: () => [k3sModel, ownAddresses],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    if (model.role !== 'server') return missing(model.where);
    const bind = model.flags.one('bind-address');
    const where = bind?.where ?? model.where;
    const all = bind === undefined || ['', '0.0.0.0', '::'].includes(bind.value);
    const fact = new FactBuilder().consulted(model.where).set('port', model.flags.one('https-listen-port')?.value ?? '6443', where);
    if (bind && bind.value !== '') fact.set('address', bind.value, where);
    fact.set('chosen', !all && isPublic(bind.value) ? [bind.value] : [], where);
    if (!all) return fact.set('exposed', [], where).build();
    const addresses = yield* ownAddresses();
    if ('is' in addresses) return fact.gap('exposed', addresses).build();
    const found = addresses.filter(({ address }) => isPublic(address));
    const places = [...new Set(found.map(({ path }) => path))].map((path) => ({ path }));
    fact.set(
      'exposed',
      found.map(({ address }) => address),
      ...(places.length > 0 ? places : [{ path: ipv4Table }]),
      where,
    );
    return fact.build();
  },
});
