/**
 * Kind `kernel-flavour`: whether the kernel's package has the modules that programs of this host load on demand.
 * kernel-default-base leaves many of kernel-default's out.
 */
import { type Asking, list, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { hostModules } from '../../facts/host/kernel-modules.ts';
import { kernelRelease, moduleRoots } from '../../facts/host/kernel-release.ts';
import { moduleOfFile } from '../../facts/host/module-files.ts';
import { whetherEnabled } from '../../facts/host/whether-enabled.ts';
import { startOfK3s } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, record, string } from '../../facts/shape.ts';

/** Modules by what loads them, with the folders in which kernels of several years have them. */
const folders: Readonly<Record<string, readonly string[]>> = {
  br_netfilter: ['kernel/net/bridge'],
  overlay: ['kernel/fs/overlayfs'],
  vxlan: ['kernel/drivers/net/vxlan', 'kernel/drivers/net'],
  iscsi_tcp: ['kernel/drivers/scsi'],
};
const forK3s = ['br_netfilter', 'overlay', 'vxlan'];
const iscsi = 'iscsid.service';

export const kernelFlavour = defineKind({
  name: 'kernel-flavour',
  noun: 'the kernel',
  absent: 'nothing here needs modules that a kernel of SUSE may lack',
  describe: 'Modules that K3s, and iscsid for Longhorn, load on demand, and which of them the installed kernel does not have.',
  fields: {},
  shape: record({
    needed: listOf(string('a module'), 'what K3s and iscsid load, where they start here'),
    without: listOf(string('a module'), 'those that are neither files of the kernel nor built in'),
    release: string('the release of the kernel'),
  }),
  touches: () => [
    startOfK3s,
    whetherEnabled.of(iscsi),
    hostModules,
    kernelRelease,
    ...[...new Set(Object.values(folders).flat())].flatMap((folder) => moduleRoots.map((root) => ({ do: 'list' as const, path: `${root}/*/${folder}` }))),
  ],
  *learn(): Asking<Fact> {
    const [start, initiator] = yield* together([startOfK3s(), whetherEnabled(iscsi)]);
    if (start.is === 'unknown') return start;
    if (initiator.is === 'unknown') return initiator;
    const needed = [...(start.is === 'started' ? forK3s : []), ...(initiator.enabled ? ['iscsi_tcp'] : [])];
    const consulted: readonly Where[] = start.is === 'started' ? [{ path: start.file }] : [...start.consulted, ...initiator.where];
    if (needed.length === 0) return missing(...consulted);
    const fact = new FactBuilder().consulted(...consulted).set('needed', needed, ...consulted);
    const [release, modules] = yield* together([kernelRelease(), hostModules()]);
    if (release.is === 'unknown') return fact.gap('without', release).gap('release', release).build();
    fact.set('release', release.release, release.where);
    const known = new Set([...modules.loaded.each, ...modules.builtIn.each].map((m) => m.name));
    const open = modules.builtIn.unseen ?? modules.loaded.unseen;
    const states = yield* together(needed.filter((name) => !known.has(name)).map((name) => fileOf(name, release.release)));
    const hidden = states.find((s): s is Unknown => typeof s === 'object' && 'is' in s) ?? open;
    const lacking = states.flatMap((s) => ('lacks' in s ? [s.lacks] : []));
    const where = states.flatMap((s) => ('lacks' in s ? s.where : []));
    if (lacking.length > 0 ? open : hidden) return fact.gap('without', (open ?? hidden) as Unknown).build();
    return fact.set('without', lacking, ...(where.length > 0 ? where : [release.where])).build();
  },
});

type State = { readonly there: string } | { readonly lacks: string; readonly where: readonly Where[] } | Unknown;

function* fileOf(name: string, release: string): Asking<State> {
  const paths = moduleRoots.flatMap((root) => (folders[name] ?? []).map((folder) => `${root}/${release}/${folder}`));
  const lists = yield* together(paths.map((path) => list(path)));
  if (lists.some((l) => l.is === 'got' && l.value.some((file) => moduleOfFile(file) === name))) return { there: name };
  const shut = lists.findIndex((l) => l.is === 'blocked');
  const why = lists[shut];
  if (why?.is === 'blocked') return unknown(why, paths[shut] ?? '');
  return { lacks: name, where: paths.slice(0, folders[name]?.length ?? 1).map((path) => ({ path, said: `${name} is not there` })) };
}
