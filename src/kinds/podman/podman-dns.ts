/** Kind `podman-dns`: whether aardvark-dns of root's Podman can bind its port on the gateways of networks. */
import { type Answer, type Asking, read, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { ofRoot } from '../../facts/podman/patterns.ts';
import { boolean, list, number, record, string } from '../../facts/shape.ts';

const tables = ['udp', 'udp6', 'tcp', 'tcp6'].map((t) => `/proc/net/${t}`);

export const podmanDns = defineKind({
  name: 'podman-dns',
  noun: "aardvark-dns's port",
  describe: 'The port on which aardvark-dns answers for networks of the system, and who else listens on it.',
  fields: {},
  shape: record({
    port: number('the port: network.dns_bind_port, else 53'),
    moved: boolean('dns_bind_port sets another port than 53'),
    taken: boolean('another program listens on that port on every address, so that no gateway is left'),
    listeners: list(string('ADDRESS (protocol)'), 'who listens on that port'),
  }),
  touches: () => [...ofRoot([containersConf]), ...tables.map((path) => ({ do: 'read', path }) as const)],
  *learn(): Asking<Fact> {
    const [conf, ...texts] = yield* together([containersConf(rootAccount), ...tables.map((t) => read(t))]);
    if (conf.is === 'unknown') return conf;
    const set = lookup(conf, 'network', 'dns_bind_port');
    if (set.gap) return set.gap;
    const port = typeof set.value === 'number' && set.value > 0 ? set.value : 53;
    const fact = new FactBuilder().consulted(...tables.map((path) => ({ path }))).set('port', port, ...set.where);
    fact.set('moved', port !== 53, ...(set.where.length > 0 ? set.where : [{ path: '/etc/containers/containers.conf', said: 'no dns_bind_port' }]));
    const found: { address: string; where: Where }[] = [];
    let seen = false;
    for (const [at, path] of tables.entries()) {
      const text = texts[at] as Answer<string>;
      if (text.is === 'blocked') return fact.gap('taken', unknown(text, path)).gap('listeners', unknown(text, path)).build();
      if (text.is !== 'got') continue;
      seen = true;
      for (const one of listenersIn(text.value, path)) if (one.port === port) found.push(one);
    }
    if (!seen) {
      const why = { is: 'unknown', why: 'unsupported', said: 'who listens shows on a running host only', where: [{ path: '/proc/net' }] } as const;
      return fact.gap('taken', why).gap('listeners', why).build();
    }
    const where = found.length > 0 ? found.map((f) => f.where) : tables.map((path) => ({ path }));
    const every = found.filter((f) => f.address === '0.0.0.0' || f.address === '[::]');
    return fact
      .set(
        'listeners',
        found.map((f) => f.where.said ?? ''),
        ...where,
      )
      .set('taken', every.length > 0, ...(every.length > 0 ? every.map((f) => f.where) : where))
      .build();
  },
});

/** Rows of /proc/net/{udp,tcp}[6] (proc(5)): bound UDP sockets (07) and listening TCP sockets (0A). Addresses are in host order. */
export function listenersIn(text: string, path: string): { address: string; port: number; where: Where }[] {
  const protocol = path.slice(path.lastIndexOf('/') + 1);
  return text.split('\n').flatMap((line, at) => {
    const found = /^\s*\d+:\s+([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})\s+\S+\s+([0-9A-F]{2})\s/.exec(line);
    if (!found || found[3] !== (protocol.startsWith('udp') ? '07' : '0A')) return [];
    const address = addressOf(found[1] ?? '');
    const port = Number.parseInt(found[2] ?? '0', 16);
    return [{ address, port, where: { path, line: at + 1, said: `${address}:${port} (${protocol})` } }];
  });
}

function addressOf(hex: string): string {
  if (/^0+$/.test(hex)) return hex.length === 8 ? '0.0.0.0' : '[::]';
  if (hex.length === 8) return [6, 4, 2, 0].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)).join('.');
  return `[${hex.toLowerCase()}]`;
}
