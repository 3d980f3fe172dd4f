/** Kind `k3s-airgap`: the archives of images that K3s imports when it starts. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown } from '../../facts/fact.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { stateDirectory } from '../../facts/k3s/state-directory.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const below = 'agent/images';
/** rancher/wharfie:pkg/tarfile/tarfile.go; a .txt file lists images that are to be pulled. */
const imported = /\.(tar|tar\.lz4|tar\.bz2|tbz|tar\.gz|tgz|tar\.zst|tzst|txt)$/;
const versionIn = /v?(\d+\.\d+\.\d+)[+-](k3s\d+)/;

export const k3sAirgap = defineKind({
  name: 'k3s-airgap',
  noun: "K3s's archives of images",
  absent: 'K3s has no images in files here',
  describe:
    'The archives below agent/images, which K3s imports when it starts. Their content is not read: of which release they are their names tell, if anything.',
  fields: {},
  shape: record({
    path: string('the directory'),
    release: string('the release of the program'),
    heeded: boolean('K3s runs its own containerd, which imports them'),
    empty: list(string('a file'), 'files without content'),
    passed: list(string('a file'), 'files whose ending K3s does not know'),
    other: list(string('a file'), 'archives of K3s whose names tell another release than that of the program'),
  }),
  touches: () => [k3sModel, stateDirectory.of(undefined, below)],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const directory = yield* stateDirectory(model.dataDir.value, below);
    if (directory.is === 'unknown') return directory;
    const files = directory.is === 'directory' ? directory.entries.filter((e) => !e.name.startsWith('.') && e.end?.type === 'file') : [];
    if (files.length === 0) return missing({ path: directory.path });
    const endpoint = model.flags.one('container-runtime-endpoint');
    const runtime = endpoint?.value ? endpoint : model.flags.on('docker') ? model.flags.one('docker') : undefined;
    const fact = new FactBuilder().consulted({ path: directory.path }).set('path', directory.path, { path: directory.path });
    fact.set('heeded', runtime === undefined, runtime?.where ?? model.where);
    const set = (name: string, found: readonly { readonly path: string }[]): void => {
      const places = found.map(({ path }) => ({ path }));
      fact.set(
        name,
        found.map(({ path }) => path),
        ...(places.length > 0 ? places : [{ path: directory.path }]),
      );
    };
    set(
      'empty',
      files.filter((f) => f.end?.size === 0),
    );
    set(
      'passed',
      files.filter((f) => !imported.test(f.name)),
    );
    const archives = files.filter((f) => f.name.startsWith('k3s-airgap-images') && !f.name.endsWith('.txt'));
    const silent = archives.find((f) => !versionIn.test(f.name));
    const { release } = model;
    if (release.is === 'unknown') return fact.gap('other', release).build();
    fact.set('release', release.release.said, release.where);
    const told = (name: string): string => versionIn.exec(name)?.slice(1).join('+') ?? '';
    const other = archives.filter((f) => versionIn.test(f.name) && told(f.name) !== release.release.said.replace(/^v/, ''));
    if (other.length === 0 && silent) return fact.gap('other', untold(silent.path)).build();
    set('other', other);
    return fact.build();
  },
});

const untold = (path: string): Unknown => ({
  is: 'unknown',
  why: 'ambiguous',
  said: `the name of ${path} does not tell of which release of K3s it is`,
  where: [{ path }],
});
