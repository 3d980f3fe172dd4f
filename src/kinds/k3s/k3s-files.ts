/** Kind `k3s-files`: files and directories that K3s makes, by the part that they play. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing } from '../../facts/fact.ts';
import { flagOfComponent } from '../../facts/k3s/component-file.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { type OwnFile, ownFiles, type PartName, partNames } from '../../facts/k3s/own-files.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, mode, number, record, string } from '../../facts/shape.ts';

export const k3sFiles = defineKind({
  name: 'k3s-files',
  noun: "K3s's files",
  absent: '{label} is not there',
  describe: 'Files and directories that K3s makes below its data directory, by the part that they play: their modes and owners. Contents are not read.',
  main: 'part',
  fields: { part: { type: 'string', required: true, values: partNames, describe: 'the part they play' } },
  shape: record({
    files: list(
      record({
        path: string('absolute path'),
        type: string('file or directory'),
        mode: mode('permission bits'),
        uid: number('owner'),
        gid: number('group'),
        owner: string('owner and group by number: 0:0'),
      }),
      'those that are there',
    ),
  }),
  touches: ({ part }) => [k3sModel, ownFiles.of(part as PartName)],
  *learn({ part }): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    // Before 1.32 the kubelet is told of a file; later K3s copies it among its own.
    const told = part === 'kubelet-config' ? flagOfComponent(model, 'kubelet', 'config') : undefined;
    if (told?.is === 'unknown') return told;
    const seen = yield* ownFiles(part as PartName, model.dataDir.value, ...(told?.is === 'set' ? [told.value] : []));
    if (seen.is === 'unknown') return seen;
    return seen.files.length === 0 ? missing(...seen.consulted) : factOf(seen.files);
  },
});

function factOf(files: readonly OwnFile[]): Fact {
  const fact = new FactBuilder();
  fact.set(
    'files',
    files.map((file) => ({ ...file, owner: `${file.uid}:${file.gid}` })),
    ...files.map(({ path }) => ({ path })),
  );
  for (const [at, { path }] of files.entries()) fact.at(['files', String(at)], { path });
  return fact.consulted(...files.map(({ path }) => ({ path }))).build();
}
