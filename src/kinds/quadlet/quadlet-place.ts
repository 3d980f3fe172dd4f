/** Kind `quadlet-place`: whether a Quadlet file is there when its generator runs, and who else takes it. */
import { type Answer, type Asking, nothing, read } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { type Mount, mountOf, parseFstab } from '../../facts/host/mount-table.ts';
import { defineKind } from '../../facts/kind.ts';
import type { QuadletFile } from '../../facts/quadlet/quadlet-disk.ts';
import { underEachRelease } from '../../facts/quadlet/quadlet-each.ts';
import { type ManagerUnits, managerUnits } from '../../facts/quadlet/quadlet-manager.ts';
import { placementOf, unseenFor } from '../../facts/quadlet/quadlet-placement.ts';
import { type QuadletHost, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { record, string } from '../../facts/shape.ts';

const fstab = '/etc/fstab';

const shape = record({
  later: string('the mount that it lies on and that comes after the generators of the system; unset when there is none'),
  copyFrom: string('where its text lies, where that is mounted too late; unset otherwise'),
  alsoRoot: string("why root's own user manager takes it as well; unset when it does not"),
});

export const quadletPlace = defineKind({
  name: 'quadlet-place',
  noun: 'the place of the file',
  describe:
    "Whether a Quadlet file is there when its generator runs, wherever links lead (generators of the system run before what /etc/fstab and mount units name is mounted), and whether root's own user manager takes a file that is meant for users.",
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path of the file' } },
  shape,
  touches: () => [quadletHosts, managerUnits.of('system'), { do: 'read', path: fstab }],
  *learn({ path }): Asking<Fact> {
    return yield* underEachRelease(path, Object.keys(shape.fields), describePlace);
  },
});

function* describePlace(host: QuadletHost, file: QuadletFile): Asking<FactBuilder | Unknown> {
  const placed = placementOf(host, file);
  const here: Where = { path: file.path };
  const fact = new FactBuilder().consulted(here).at('later', here).at('alsoRoot', here);
  const unseen = placed.place === 'none' ? undefined : unseenFor(host, placed);
  if (unseen) fact.gap('alsoRoot', unseen);
  else {
    const roots = host.users.find((u) => u.account?.uid === 0);
    // What lies in root's own home is meant for root.
    const shared = file.directory.startsWith('/etc/') || file.directory.startsWith('/usr/');
    if (placed.place === 'user' && shared && !/\/users\/0(?:\/|$)/.test(file.directory) && roots?.taken.get(file.name)?.path === file.path)
      fact.set('alsoRoot', "users/ is read by every user's manager, that of root too: root runs it as soon as root has a session", here);
  }
  if (placed.place !== 'system') return fact;
  const end = file.stat.real?.is === 'got' ? file.stat.real.value.path : `${host.disk.directories.get(file.directory)?.real ?? file.directory}/${file.name}`;
  const table: Answer<string> = yield* read(fstab);
  if (table.is === 'blocked') return end === file.path ? fact : fact.gap('later', unknown(table, fstab));
  // What lies on these is there when generators run, whatever units say.
  const units = /^\/(?:etc|usr|run)\//.test(end) ? yield* nothing() : yield* managerUnits('system', rootAccount);
  const hidden = units?.unseen[0];
  const mount = mountOf([...(table.is === 'got' ? parseFstab(table.value) : []), ...mountsOf(units)], end);
  if (hidden && (!mount || early(mount))) return fact.gap('later', hidden);
  if (mount && !early(mount))
    fact
      .set('later', `${end} lies on ${mount.point}, which is mounted after the generators ran`, mount.at, here)
      .set('copyFrom', file.stat.real?.is === 'got' ? end : undefined, here);
  return fact;
}

/** What the administrator's own mount units mount, those that something pulls in (systemd.mount(5)). */
function mountsOf(units: ManagerUnits | undefined): Mount[] {
  return (units?.local ?? []).flatMap(({ name, path, assignments }) => {
    const last = (key: string) => assignments.findLast((a) => a.section === 'Mount' && a.key === key);
    const where = last('Where');
    const pulled = units?.links.some((l) => l.unit.replace(/\.automount$/, '.mount') === name);
    if (!name.endsWith('.mount') || !where || !pulled || units?.masked.has(name)) return [];
    const [source, type, options] = ['What', 'Type', 'Options'].map((key) => last(key)?.value ?? '') as [string, string, string];
    return [{ point: where.value.replace(/(?<=.)\/+$/, ''), source, type, options: options.split(','), at: where.where ?? { path } }];
  });
}

/** Mounted before systemd runs generators: the root, /usr, and what the initrd is told to mount (systemd.mount(5) x-initrd.mount). */
const early = ({ point, options }: { readonly point: string; readonly options: readonly string[] }): boolean =>
  ['/', '/usr', '/etc', '/run'].includes(point) || options.includes('x-initrd.mount');
