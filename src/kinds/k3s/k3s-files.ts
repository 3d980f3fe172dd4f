/** Kind `k3s-files`: files and directories that K3s makes, by the part that they play. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing } from '../../facts/fact.ts';
import { type FlagOfComponent, flagOfComponent, kubeconfigOf } from '../../facts/k3s/component-file.ts';
import type { Component } from '../../facts/k3s/components.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { type OwnFile, ownFiles, type PartName, partNames } from '../../facts/k3s/own-files.ts';
import { hasChange } from '../../facts/k3s/release-changes.ts';
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
    const told = toldOf(model, part as PartName);
    if (told.is === 'unknown') return told;
    const below = isRead(model, part as PartName) ? model.dataDir.value : undefined;
    const seen = yield* ownFiles(part as PartName, below, ...(told.is === 'set' ? [told.value] : []));
    if (seen.is === 'unknown') return seen;
    // Without a release it is open whether the kubelet reads them.
    if (seen.files.length > 0 && isDropIn(part as PartName) && model.release.is === 'unknown') return model.release;
    return seen.files.length === 0 ? missing(...(below === undefined ? model.consulted : seen.consulted)) : factOf(seen.files);
  },
});

const isDropIn = (part: PartName): boolean => part === 'kubelet-config' || part === 'kubelet-config-directory';

/** Whether this release reads the part: what a later one left in kubelet.conf.d is of no effect before 1.32. */
function isRead({ release }: K3sModel, part: PartName): boolean {
  return !isDropIn(part) || release.is === 'unknown' || hasChange(release.release, 'kubeletDropIns') !== false;
}

/** Whose kubeconfig a part is. */
const kubeconfigs: Readonly<Partial<Record<PartName, Component>>> = {
  'kubeproxy-kubeconfig': 'kube-proxy',
  'scheduler-kubeconfig': 'kube-scheduler',
  'controller-kubeconfig': 'kube-controller-manager',
  'kubelet-kubeconfig': 'kubelet',
};

/** A file that the component is told to read instead of the one that K3s makes. */
function toldOf(model: K3sModel, part: PartName): FlagOfComponent {
  // Before 1.32 the kubelet is told of a file; later K3s copies it among its own.
  if (part === 'kubelet-config') return flagOfComponent(model, 'kubelet', 'config');
  const none: FlagOfComponent = { is: 'unset', consulted: model.consulted };
  const component = kubeconfigs[part];
  if (!component) return none;
  const told = kubeconfigOf(model, component);
  // Without a release what K3s gives is not known, yet no other file is named.
  if (told.is === 'unknown') return model.release.is === 'unknown' && told === model.release ? none : told;
  return told.is === 'set' && told.value.startsWith(`${model.dataDir.value}/`) ? none : told;
}

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
