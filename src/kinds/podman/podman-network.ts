/** Kind `podman-network`: a network of an account, as Podman has it. */

import { type Account, type Asking, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Hidden, type Known, missing, type Subject, type Subjects, type Unknown } from '../../facts/fact.ts';
import { rootAccount, rootlessUse } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { type FoundNetwork, network, networkFiles } from '../../facts/podman/networks.ts';
import { ofAnyone } from '../../facts/podman/patterns.ts';
import { boolean, map, record, string } from '../../facts/shape.ts';

const shape = record({
  name: string('name of the network'),
  account: string('whose network it is'),
  driver: string('driver: bridge, macvlan, …'),
  dnsEnabled: boolean('containers on it can find each other by name, if aardvark-dns is installed'),
  internal: boolean('it has no way out'),
  isolate: string('the option isolate: true, strict or false; unset when the network has none'),
  labels: map(string('value'), 'labels'),
  forK3d: boolean('k3d uses it, or will: it bears its label (app=k3d), or is called k3d or k3d-…'),
  source: string('who told', ['podman', 'file', 'built-in']),
});

export const podmanNetwork = defineKind({
  name: 'podman-network',
  describe: 'A network as `podman network inspect` shows it, else as its file has it; the default network needs no file.',
  absent: 'the network {label} is not there',
  main: 'name',
  fields: {
    name: { type: 'string', required: true, describe: 'name of the network' },
    forClient: {
      type: 'boolean',
      describe:
        'the name is what a client of the Docker API gives, such as k3d: bridge is the default network, host and none are none, and one that is not there yet is unknown',
    },
  },
  shape,
  touches: (q) => [network.of(q.name), ...(q.forClient === true ? [network.of('podman')] : [])],
  *learn(q, as): Asking<Fact> {
    const name = q.name;
    if (q.forClient === true && (name === 'host' || name === 'none')) return factOf(noNetwork(name), as);
    // containers/podman:pkg/api/handlers/compat/networks.go: bridge is the default network's other name.
    const found = yield* network(q.forClient === true && name === 'bridge' ? 'podman' : name, as);
    if (found.is === 'unknown') return found;
    if (found.is === 'missing' && q.forClient === true)
      return { is: 'unknown', why: 'ambiguous', said: `the network ${name} is not made yet`, where: found.consulted };
    return found.is === 'missing' ? missing(...found.consulted) : factOf(found.network, as);
  },
  find: {
    shape,
    none: 'no network of Podman was found',
    touches: () => [rootlessUse, networkFiles, ...ofAnyone([networkFiles])],
    *learn(as): Asking<Subjects> {
      const uses = yield* rootlessUse(as);
      const users = uses.is === 'known' ? uses.each.filter((u) => u.rootless === true).map((u) => u.entry) : [];
      const unsure = uses.is === 'unknown' ? uses : (uses.each.map((u) => u.rootless).find((r): r is Unknown => typeof r === 'object') ?? uses.elsewhere);
      const accounts: Account[] = [rootAccount, ...users.map(({ name, uid, gid, home }) => ({ name, uid, gid, home }))];
      const files = yield* together(accounts.map(networkFiles));
      const each: Subject[] = [];
      const hidden: Hidden[] = unsure ? [{ of: 'others', why: unsure }] : [];
      for (const [at, account] of accounts.entries()) {
        const own = files[at];
        const why = own?.is === 'known' ? own.broken[0] : own;
        if (why) hidden.push({ of: account.uid, why });
        if (own?.is !== 'known') continue;
        for (const n of own.each)
          each.push({ key: keyOf(n.name, account), as: account, ...(account.uid === 0 ? { roots: true } : {}), fact: factOf(n, account) });
      }
      const consulted = files.flatMap((f) => (f.is === 'known' ? f.consulted : []));
      return { is: 'known', each, consulted, ...(hidden[0] ? { incomplete: hidden[0].why, hidden } : {}) };
    },
  },
});

const keyOf = (name: string, { uid, name: owner }: Account): string => (uid === 0 ? `network:${name}` : `network:${owner}/${name}`);

/** `host` and `none` are no networks: names are not resolved there. */
function noNetwork(name: string): FoundNetwork {
  const at = { path: commandPlace(['podman', 'network', 'inspect']), said: `${name} is no network` };
  return { name, driver: name, dnsEnabled: false, labels: {}, where: new Map(), source: 'built-in', at };
}

function factOf(n: FoundNetwork, as: Account): Known {
  const fact = new FactBuilder()
    .consulted(n.at)
    .set('name', n.name, n.at)
    .set('account', as.name, n.at)
    .set('source', n.source, n.at)
    .set('labels', n.labels, n.at)
    .set('forK3d', n.labels.app === 'k3d' || /^k3d(?:-|$)/.test(n.name), n.at);
  for (const part of ['driver', 'dnsEnabled', 'internal', 'isolate'] as const) {
    const where = n.where.get(part) ?? n.at;
    if (n[part] === undefined) fact.at(part, where);
    else fact.set(part, n[part], where);
  }
  return fact.build();
}
