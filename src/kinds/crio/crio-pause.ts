/** Kind `crio-pause`: where CRI-O has the image of every pod's first container from. */
import { type Asking, list, read, together } from '../../facts/ask.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { registriesConf } from '../../facts/containers/registries-conf.ts';
import { storageConf } from '../../facts/containers/storage-conf.ts';
import { crioSettings } from '../../facts/crio/crio-settings.ts';
import { type Fact, FactBuilder, type Json, type Known, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';
import { aboutAccount } from '../../facts/source.ts';
import { parseJson } from '../../facts/text/json.ts';
import { plain } from '../../facts/text/node.ts';

const usualRoots = ['/var/lib/containers/storage', '/var/lib/crio/storage'];
const images = 'overlay-images/images.json';

export const crioPause = defineKind({
  name: 'crio-pause',
  noun: 'the pause image',
  absent: 'CRI-O is not installed',
  describe: 'The pause image of CRI-O: whether it lies in the store, where it is pulled from, and what tells that the host does without the internet.',
  fields: {},
  shape: record({
    image: string('pause_image, or the built-in one'),
    registry: string('the registry that it names'),
    stored: boolean("it lies in CRI-O's store"),
    redirected: boolean('registries.conf has a mirror or another location for it, or refuses that registry'),
    offline: listOf(string('a path or a flag'), 'signs that the node is to do without the internet: archives of images for K3s, a registry of its own'),
  }),
  touches: () => [
    crioSettings,
    ...aboutAccount([storageConf, registriesConf], rootAccount),
    k3sModel,
    ...usualRoots.map((root) => ({ do: 'read' as const, path: `${root}/${images}` })),
    { do: 'read', named: "images.json in CRI-O's store", later: true },
    { do: 'list', path: `${usualDataDir}/agent/images` },
    { do: 'list', named: 'agent/images below the data directory of K3s', later: true },
  ],
  *learn(): Asking<Fact> {
    const crio = yield* crioSettings();
    if (crio.is === 'unknown') return crio;
    if (crio.is === 'absent') return missing(...crio.consulted);
    const fact = new FactBuilder().consulted(...crio.fact.consulted);
    const { value, where, gap } = lookup(crio.fact, 'crio', 'image', 'pause_image');
    yield* offline(fact);
    if (gap) {
      for (const field of ['image', 'registry', 'stored', 'redirected']) fact.gap(field, gap);
      return fact.build();
    }
    const image = String(value);
    fact.set('image', image, ...where).set('registry', image.split('/')[0] ?? '', ...where);
    yield* stored(fact, crio.fact, image);
    yield* redirected(fact, image);
    return fact.build();
  },
});

function* stored(fact: FactBuilder, conf: Known, image: string): Asking<void> {
  const own = lookup(conf, 'crio', 'root').value;
  const storage = own ? undefined : yield* storageConf(rootAccount);
  if (storage?.is === 'unknown') return void fact.gap('stored', storage);
  const root = String(own || storage?.value.graphRoot);
  const path = `${root.replace(/\/+$/, '')}/${images}`;
  const text = yield* read(path);
  if (text.is === 'blocked') return void fact.gap('stored', unknown(text, path));
  const parsed = parseJson(text.is === 'got' ? text.value : '[]');
  if (parsed.is === 'broken') return void fact.gap('stored', { is: 'unknown', why: 'unparsable', said: `${path} is no JSON`, where: [{ path }] });
  const all = plain(parsed.root) as Json;
  const names = Array.isArray(all) ? all.flatMap((one) => (((one ?? {}) as { names?: Json }).names ?? []) as readonly Json[]) : [];
  fact.set('stored', names.includes(image), { path });
}

function* redirected(fact: FactBuilder, image: string): Asking<void> {
  const conf = yield* registriesConf(rootAccount);
  if (conf.is === 'unknown') return void fact.gap('redirected', conf);
  const gap = conf.gaps.get('registry') ?? conf.gaps.get('');
  if (gap) return void fact.gap('redirected', gap);
  const all = (conf.value.registry ?? []) as readonly { prefix?: string; location?: string; blocked?: boolean; mirror?: readonly unknown[] }[];
  const at = all.findIndex(({ prefix, location }) => covers(prefix ?? location ?? '', image));
  const found = all[at];
  const moved = found !== undefined && ((found.mirror ?? []).length > 0 || (found.location !== undefined && !covers(found.location, image)));
  const where: readonly Where[] = found ? (conf.where.get(`registry.${at}`) ?? conf.consulted) : conf.consulted;
  fact.set('redirected', moved, ...where);
}

const covers = (prefix: string, image: string): boolean =>
  prefix !== '' && (image === prefix || image.startsWith(`${prefix}/`) || image.startsWith(`${prefix}:`));

function* offline(fact: FactBuilder): Asking<void> {
  const model = yield* k3sModel();
  const dataDir = model.is === 'model' ? model.dataDir.value : usualDataDir;
  const path = `${dataDir}/agent/images`;
  const [names] = yield* together([list(path)]);
  if (names.is === 'blocked') return void fact.gap('offline', unknown(names, path));
  const archives = (names.is === 'got' ? names.value : [])
    .filter((n) => /\.tar(?:\.|$)|\.t[a-z]*z/.test(n))
    .map((n) => ({ name: `${path}/${n}`, where: { path: `${path}/${n}` } }));
  const own =
    model.is === 'model'
      ? ['system-default-registry', 'disable-default-registry-endpoint'].flatMap((flag) => {
          const found = model.flags.one(flag);
          return found && !['', 'false'].includes(found.value) ? [{ name: flag, where: found.where }] : [];
        })
      : [];
  const signs = [...archives, ...own];
  if (signs.length === 0 && model.is === 'unknown') return void fact.gap('offline', model as Unknown);
  fact.set(
    'offline',
    signs.map((s) => s.name),
    ...(signs.length > 0 ? signs.map((s) => s.where) : [{ path }]),
  );
}
