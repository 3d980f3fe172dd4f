/** Kind `podman-networking`: the network back end of an account, its DNS server, and the rootless network command. */

import { type Account, type Asking, list as listOf, read, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { dependsOnVersion, type PodmanRelease, podmanRelease } from '../../facts/containers/podman-release.ts';
import { storageConf } from '../../facts/containers/storage-conf.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { helperDirectories } from '../../facts/host/tool-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { backendOf, usedBefore } from '../../facts/podman/backend.ts';
import { findHelper, type Helper, pluginDirectories } from '../../facts/podman/helpers.ts';
import { type Network, parseNetworks } from '../../facts/podman/network-parse.ts';
import { type NetworkFiles, networkFiles } from '../../facts/podman/networks.ts';
import { rootlessCommand } from '../../facts/podman/rootless-command.ts';
import { graphRoot, type Settings, settings } from '../../facts/podman/settings.ts';
import { askPodman, database, movedStore } from '../../facts/podman/store.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';
import type { Touches } from '../../facts/source.ts';
import { parseJson } from '../../facts/text/json.ts';
import { entry, plain, type TextNode } from '../../facts/text/node.ts';

const cniDirectories = ['/etc/cni/net.d', '~/.config/cni/net.d'];
const infoArgv = ['podman', 'info', '--format', 'json'];

const program = (what: string) => record({ present: boolean('an executable file is where Podman looks for it'), path: string('its path') }, what);

export const podmanNetworking = defineKind({
  name: 'podman-networking',
  noun: "Podman's networking",
  describe:
    "How an account's Podman makes networks: the back end with its programs, the name server for containers, and the command that rootless containers need.",
  fields: { dnsAlways: { type: 'boolean', describe: 'whether a network with DNS is expected although none exists yet (k3d makes one)' } },
  shape: record({
    backend: record(
      {
        name: string('the back end in force', ['netavark', 'cni']),
        present: boolean('its program is installed'),
        refused: string('why Podman refuses every command because of the back end; unset when it does not'),
      },
      'the network back end',
    ),
    nameless: list(string('a network'), 'networks of CNI, but for the default one, whose list has no plugin dnsname: names are not answered there'),
    aardvark: program('aardvark-dns, which answers names on networks with DNS'),
    dns: record(
      { needed: boolean('a network with DNS exists or is expected'), networks: list(string('a network'), 'the networks with DNS') },
      'name service for containers',
    ),
    rootless: record(
      {
        command: string('the command that connects rootless containers: pasta or slirp4netns'),
        valid: boolean('Podman knows the command'),
        present: boolean('its program is installed'),
        path: string('its path'),
      },
      'rootless network command',
    ),
  }),
  touches: () => [
    settings,
    storageConf,
    { do: 'read', path: '/var/lib/containers/storage/defaultNetworkBackend' },
    { do: 'read', path: '~/.local/share/containers/storage/defaultNetworkBackend' },
    networkFiles,
    ...cniDirectories.flatMap(
      (path): Touches => [
        { do: 'list', path },
        { do: 'read', path: `${path}/*.conflist` },
      ],
    ),
    database,
    podmanRelease,
    ...['netavark', 'aardvark-dns'].map((name) => findHelper.of(name, helperDirectories, false)),
    ...['pasta', 'slirp4netns'].map((name) => findHelper.of(name, helperDirectories, true)),
    findHelper.of('bridge', pluginDirectories, false),
    askPodman.of(infoArgv),
  ],
  *learn(q, as): Asking<Fact> {
    const [set, release, files] = yield* together([settings(as), podmanRelease(), networkFiles(as)]);
    if ('is' in set) return refusedBackend(set) ?? set;
    const fact = new FactBuilder();
    yield* setBackend(fact, as, set, release);
    yield* setAardvark(fact, set);
    setDns(fact, files, q.dnsAlways === true);
    yield* setRootless(fact, set, release);
    return fact.build();
  },
});

/** A word for the back end that no release knows is known, although Podman then reads nothing else of its configuration. */
function refusedBackend(refusal: Unknown): Fact | undefined {
  if (refusal.why !== 'unparsable' || refusal.refuses?.key !== 'network.network_backend') return undefined;
  const fact = new FactBuilder().set(['backend', 'refused'], `network_backend of [network] ${refusal.refuses.wrong}`, ...refusal.where);
  for (const field of ['name', 'present']) fact.gap(['backend', field], refusal);
  for (const field of ['nameless', 'aardvark', 'dns', 'rootless']) fact.gap(field, refusal);
  return fact.build();
}

function* setBackend(fact: FactBuilder, as: Account, set: Settings, release: PodmanRelease): Asking<void> {
  const recordPath = `${graphRoot(as)}/defaultNetworkBackend`;
  const [recorded, info, netavark, cni] = yield* together([
    read(recordPath),
    askPodman(infoArgv, as),
    findHelper('netavark', set.helperDirectories.value, false),
    findHelper('bridge', pluginDirectories, false),
  ]);
  const moved = yield* movedStore(as);
  const store = yield* database(as);
  const told = info.is === 'got' && info.value.exit === 0 ? infoBackend(info.value.stdout) : undefined;
  const unseen = moved ?? (recorded.is === 'blocked' ? unknown(recorded, recordPath) : undefined);
  if (unseen && !told && set.networkBackend.value === '') {
    fact.gap('backend', unseen).gap('nameless', unseen);
    return;
  }
  const judged = release.candidates.map((candidate) =>
    backendOf(candidate, {
      ...(recorded.is === 'got' ? { recorded: { value: recorded.value, where: { path: recordPath, line: 1 } } } : {}),
      configured: set.networkBackend,
      used: store.is !== 'none',
      netavark,
      ...(told ? { told } : {}),
    }),
  );
  const [first, ...others] = judged;
  const differs = others.some((o) => o.name !== first?.name || o.refused !== first?.refused);
  if (!first || differs) {
    const said = dependsOnVersion('the network back end', release.unknown);
    const open: Unknown = { is: 'unknown', why: 'ambiguous', said, where: first?.where ?? [] };
    fact.gap('backend', open).gap('nameless', open);
    return;
  }
  if (first.name !== undefined) fact.set(['backend', 'name'], first.name, ...first.where);
  else if (first.refused === undefined) {
    const open: Unknown = { is: 'unknown', why: 'ambiguous', said: usedBefore, where: store.where };
    const why = netavark.is === 'unknown' ? netavark : store.is === 'unknown' ? store : open;
    fact.gap(['backend', 'name'], why).gap('nameless', why);
  }
  fact.at(['backend', 'refused'], ...first.where).set(['backend', 'refused'], first.refused, ...first.where);
  if (first.name === 'cni') yield* setNameless(fact, as);
  else if (first.name !== undefined || first.refused !== undefined) fact.set('nameless', [], ...first.where);
  const binary = first.name === 'cni' ? cni : netavark;
  setPresent(fact, ['backend', 'present'], binary);
}

/** Podman 3 and 4 keep CNI networks as lists; names need the plugin dnsname in them, which few distributions ship. */
function* setNameless(fact: FactBuilder, as: Account): Asking<void> {
  const folder = as.uid === 0 ? '/etc/cni/net.d' : `${as.home}/.config/cni/net.d`;
  const names = yield* listOf(folder);
  if (names.is === 'blocked') return void fact.gap('nameless', unknown(names, folder));
  const paths = (names.is === 'got' ? names.value : []).filter((n) => n.endsWith('.conflist')).map((n) => `${folder}/${n}`);
  const texts = yield* together(paths.map((p) => read(p)));
  const shut = texts.findIndex((t) => t.is === 'blocked');
  const refused = texts[shut];
  if (refused?.is === 'blocked') return void fact.gap('nameless', unknown(refused, paths[shut] ?? folder));
  const each = texts.flatMap((t, at) => (t.is === 'got' ? networksIn(t.value, paths[at] ?? folder) : []));
  const nameless = each.filter((n) => n.dnsEnabled !== true && n.name !== 'podman');
  const where = nameless.flatMap((n) => n.where.get('dnsEnabled') ?? []);
  fact.set(
    'nameless',
    nameless.map((n) => n.name),
    ...(nameless.length > 0 ? where : [{ path: folder }]),
  );
}

/** What does not parse is passed over by CNI as well. */
function networksIn(text: string, path: string): readonly Network[] {
  const parsed = parseNetworks(text, path);
  return parsed.is === 'parsed' ? parsed.each : [];
}

/** 3.x has no such field and knows CNI alone. Undefined: not the output of podman info. */
function infoBackend(text: string): { name: string; where: Where } | undefined {
  const where = { path: commandPlace(infoArgv) };
  const parsed = parseJson(text);
  const host = parsed.is === 'parsed' ? entry(parsed.root, 'host')?.value : undefined;
  if (!host) return undefined;
  const field = entry(host, 'networkBackend');
  const name = field ? plain(field.value as TextNode) : 'cni';
  return typeof name === 'string'
    ? { name, where: { ...where, said: field ? `networkBackend ${name}` : 'no networkBackend: Podman 3 knows CNI alone' } }
    : undefined;
}

function* setAardvark(fact: FactBuilder, set: Settings): Asking<void> {
  const found = yield* findHelper('aardvark-dns', set.helperDirectories.value, false);
  setPresent(fact, ['aardvark', 'present'], found, set.helperDirectories.where);
  if (found.is === 'found') fact.set(['aardvark', 'path'], found.path, { path: found.path });
}

function setPresent(fact: FactBuilder, path: readonly string[], found: Helper, because: readonly Where[] = []): void {
  if (found.is === 'unknown') fact.gap(path, found);
  else fact.set(path, found.is === 'found', ...(found.is === 'found' ? [{ path: found.path }] : [...found.consulted, ...because]));
}

function setDns(fact: FactBuilder, files: NetworkFiles, always: boolean): void {
  if (files.is === 'unknown') {
    fact.gap(['dns', 'networks'], files);
    if (always) fact.set(['dns', 'needed'], true, ...files.where);
    else fact.gap(['dns', 'needed'], files);
    return;
  }
  const named = files.each.filter((n) => n.dnsEnabled === true);
  const where = named.length > 0 ? named.map((n) => n.where.get('dnsEnabled') ?? n.at) : files.consulted;
  const unseen = files.broken.find((b) => b.why !== 'unparsable');
  if (named.length === 0 && unseen) fact.gap(['dns', 'networks'], unseen);
  else
    fact.set(
      ['dns', 'networks'],
      named.map((n) => n.name),
      ...where,
    );
  if (always || named.length > 0) fact.set(['dns', 'needed'], true, ...where);
  else if (unseen) fact.gap(['dns', 'needed'], unseen);
  else fact.set(['dns', 'needed'], false, ...where);
}

function* setRootless(fact: FactBuilder, set: Settings, release: PodmanRelease): Asking<void> {
  const chosen = rootlessCommand(set, release);
  if (chosen.is === 'unknown') return void fact.gap('rootless', chosen);
  const { command, where } = chosen;
  fact.set(['rootless', 'command'], command, ...where);
  fact.set(['rootless', 'valid'], command === 'pasta' || command === 'slirp4netns', ...where);
  if (command !== 'pasta' && command !== 'slirp4netns') {
    fact.set(['rootless', 'present'], false, ...where);
    return;
  }
  const own = command === 'slirp4netns' && set.slirpPath.value.endsWith('/slirp4netns') ? [set.slirpPath.value.replace(/\/[^/]*$/, '')] : undefined;
  const found = yield* findHelper(command, own ?? set.helperDirectories.value, own === undefined);
  setPresent(fact, ['rootless', 'present'], found, where);
  if (found.is === 'found') fact.set(['rootless', 'path'], found.path, { path: found.path });
}
