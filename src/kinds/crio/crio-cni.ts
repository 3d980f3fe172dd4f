/** Kind `crio-cni`: the pod network CRI-O chooses, and whether its plugins are there. */
import { type Answer, type Ask, type Asking, type Content, list, textOf } from '../../facts/ask.ts';
import { crioConf } from '../../facts/crio/crio-conf.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { type Pattern, unasked } from '../../facts/pattern.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';
import { parseJson } from '../../facts/text/json.ts';
import { entry, plain, type TextNode } from '../../facts/text/node.ts';

const networkDirs = ['/etc/cni/net.d', '/var/lib/rancher/k3s/agent/etc/cni/net.d', '/usr/local/etc/cni/net.d', '/run/cni/net.d'];
const pluginDirs = [
  '/opt/cni/bin',
  '/usr/libexec/cni',
  '/usr/lib/cni',
  '/usr/lib64/cni',
  '/var/lib/cni/bin',
  '/var/lib/rancher/k3s/data/cni',
  '/var/lib/rancher/k3s/data/*/bin',
];

export const crioCni = defineKind({
  name: 'crio-cni',
  noun: "CRI-O's CNI",
  describe: 'The CNI configuration that CRI-O picks from network_dir, and the plugins it names, looked for in plugin_dirs.',
  fields: {},
  shape: record({
    networkDir: string('where CRI-O looks for networks'),
    files: listOf(string('a file name'), 'the network files there, in the order in which CRI-O tries them'),
    broken: listOf(string('a file name'), 'network files that CRI-O skips, since they do not parse or name no plugin'),
    chosen: string('the first file that parses'),
    network: string('the name of its network'),
    podman: boolean('the chosen file is one that Podman wrote'),
    k3sDir: boolean('the directory is the one of the embedded containerd'),
    plugins: listOf(string('a plugin'), 'the plugins that the chosen file names, and loopback'),
    pluginDirs: listOf(string('a directory'), 'where CRI-O looks for plugins'),
    missing: listOf(string('a plugin'), 'plugins that none of the directories holds'),
    checked: boolean('CRI-O has the plugins check each pod: the network is of 0.4.0 or newer and does not set disableCheck'),
    bandwidth: string('whose bandwidth plugin the network runs: of K3s, or of another directory; unset: it names none', ['k3s', 'other']),
  }),
  touches: () => [
    crioConf,
    ...unasked('some of the directories are tried for all that crio.conf may name', [
      ...[...networkDirs, ...pluginDirs].map((path): Pattern => ({ do: 'list', path })),
      ...networkDirs.map((path): Pattern => ({ do: 'read', path: `${path}/*` })),
    ]),
    { do: 'list', named: 'network_dir and plugin_dirs of crio.conf', later: true },
    { do: 'read', named: 'the networks in network_dir of crio.conf', later: true },
  ],
  *learn(): Asking<Fact> {
    const conf = yield* crioConf();
    if (conf.is === 'unknown') return conf;
    const network = ((conf.value.crio as Record<string, unknown> | undefined)?.network ?? {}) as {
      network_dir?: string;
      plugin_dir?: string;
      plugin_dirs?: readonly string[];
      cni_default_network?: string;
    };
    const at = (key: string): readonly Where[] =>
      conf.where.get(`crio.network.${key}`)?.slice(0, 1) ?? [{ path: '/etc/crio/crio.conf', said: 'built-in value' }];
    const dir = tidy(network.network_dir || '/etc/cni/net.d');
    const dirs = [...(network.plugin_dirs ?? ['/opt/cni/bin']), ...(network.plugin_dir ? [network.plugin_dir] : [])].map(tidy);
    const fact = new FactBuilder().consulted(...conf.consulted, { path: dir });
    fact
      .set('networkDir', dir, ...at('network_dir'))
      .set('k3sDir', /\/agent\/etc\/cni\/net\.d$/.test(dir), ...at('network_dir'))
      .set('pluginDirs', dirs, ...at('plugin_dirs'));
    const refusal = yield* choose(fact, dir, network.cni_default_network);
    if (refusal) return refusal;
    yield* plugins(fact, dirs, at('plugin_dirs'));
    return fact.build();
  },
});

const tidy = (path: string): string => path.replace(/\/+$/, '') || '/';

/** ocicni loadNetworks: names ending in .conf, .conflist or .json, in byte order; what does not parse is skipped. */
function* choose(fact: FactBuilder, dir: string, wanted: string | undefined): Asking<Unknown | undefined> {
  const names = yield* list(dir);
  if (names.is === 'blocked') return unknown(names, dir);
  const files = names.is === 'got' ? names.value.filter((n) => /\.(conf|conflist|json)$/.test(n)) : [];
  const texts = files.length === 0 ? [] : ((yield files.map((n): Ask => ({ do: 'read', path: `${dir}/${n}` }))) as readonly Answer<Content>[]);
  const broken: { name: string; where: Where }[] = [];
  let chosen: { name: string; root: TextNode; types: readonly string[] } | undefined;
  for (const [at, name] of files.entries()) {
    const path = `${dir}/${name}`;
    const text = textOf(texts[at] as Answer<Content>);
    if (text.is === 'blocked') return unknown(text, path);
    const parsed = parseJson(text.is === 'got' ? text.value : '');
    const types = parsed.is === 'parsed' ? typesIn(parsed.root, name) : [];
    if (parsed.is === 'broken' || types.length === 0)
      broken.push({
        name,
        where: { path, ...(parsed.is === 'broken' ? { line: parsed.problem.line, said: parsed.problem.message } : { said: 'names no plugin' }) },
      });
    else if (!wanted || nameOf(parsed.root) === wanted) chosen ??= { name, root: parsed.root, types };
  }
  fact.set('files', files, { path: dir }).set(
    'broken',
    broken.map((b) => b.name),
    ...broken.map((b) => b.where),
  );
  if (!chosen) {
    if (wanted) fact.note('chosen', `cni_default_network asks for ${wanted}, which no file provides`, { path: dir });
    fact.at('chosen', { path: dir }).set('podman', false, { path: dir });
    return undefined;
  }
  const where = { path: `${dir}/${chosen.name}` };
  fact
    .set('chosen', chosen.name, where)
    .set('network', nameOf(chosen.root), where)
    .set('podman', /podman/.test(chosen.name) || nameOf(chosen.root) === 'podman', where);
  fact.set('plugins', [...new Set([...chosen.types, 'loopback'])], where).set('checked', isChecked(chosen.root), where);
  return undefined;
}

function nameOf(root: TextNode): string | undefined {
  const name = entry(root, 'name');
  return name ? String(plain(name.value)) : undefined;
}

/** libcni CheckNetworkList; cri-o/ocicni:pkg/ocicni/ocicni.go checkNetwork. */
function isChecked(root: TextNode): boolean {
  const version = entry(root, 'cniVersion');
  const disabled = entry(root, 'disableCheck');
  const [major = 0, minor = 0] = version ? String(plain(version.value)).split('.').map(Number) : [0, 1];
  return (major > 0 || minor >= 4) && !(disabled && [true, 'true'].includes(plain(disabled.value) as boolean | string));
}

function typesIn(root: TextNode, file: string): readonly string[] {
  const plugins = entry(root, 'plugins')?.value;
  const each = file.endsWith('.conflist') ? (plugins?.is === 'list' ? plugins.items : []) : [root];
  return each.flatMap((p) => entry(p, 'type') ?? []).map((t) => String(plain(t.value)));
}

function* plugins(fact: FactBuilder, dirs: readonly string[], at: readonly Where[]): Asking<void> {
  const wanted = (fact.build().value.plugins ?? []) as readonly string[];
  const answers = dirs.length === 0 ? [] : ((yield dirs.map((path): Ask => ({ do: 'list', path }))) as readonly Answer<readonly string[]>[]);
  const there = new Set(answers.flatMap((a) => (a.is === 'got' ? a.value : [])));
  const missing = wanted.filter((p) => !there.has(p));
  bandwidthOf(fact, wanted, dirs, answers);
  const unseen = answers.findIndex((a) => a.is === 'blocked');
  const blocked = answers[unseen];
  if (missing.length > 0 && blocked?.is === 'blocked') return void fact.gap('missing', unknown(blocked, dirs[unseen] as string));
  if (wanted.length > 0) fact.set('missing', missing, ...dirs.map((path) => ({ path })), ...at);
}

/** The first directory that holds the plugin is the one whose plugin runs; those of K3s are known by their names, wherever data-dir is. */
function bandwidthOf(fact: FactBuilder, wanted: readonly string[], dirs: readonly string[], answers: readonly Answer<readonly string[]>[]): void {
  if (!wanted.includes('bandwidth')) return;
  for (const [at, path] of dirs.entries()) {
    const answer = answers[at];
    if (answer?.is === 'blocked') return void fact.gap('bandwidth', unknown(answer, path));
    if (answer?.is !== 'got' || !answer.value.includes('bandwidth')) continue;
    return void fact.set('bandwidth', /\/data\/(?:cni|current\/bin|[0-9a-f]{20,}\/bin)$/.test(path) ? 'k3s' : 'other', { path: `${path}/bandwidth` });
  }
}
