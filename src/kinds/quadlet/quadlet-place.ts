/** Kind `quadlet-place`: whether a Quadlet file is there when its generator runs, and who else takes it. */
import { type Answer, type Asking, read } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { mountOf, parseFstab } from '../../facts/host/mount-table.ts';
import { defineKind } from '../../facts/kind.ts';
import type { QuadletFile } from '../../facts/quadlet/quadlet-disk.ts';
import { underEachRelease } from '../../facts/quadlet/quadlet-each.ts';
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
    "Whether a Quadlet file is there when its generator runs, wherever links lead (generators of the system run before /etc/fstab is mounted), and whether root's own user manager takes a file that is meant for users.",
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path of the file' } },
  shape,
  touches: () => [quadletHosts, { do: 'read', path: fstab }],
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
  const mount = mountOf(table.is === 'got' ? parseFstab(table.value) : [], end);
  if (mount && !early(mount))
    fact
      .set('later', `${end} lies on ${mount.point}, which is mounted after the generators ran`, mount.at, here)
      .set('copyFrom', file.stat.real?.is === 'got' ? end : undefined, here);
  return fact;
}

/** Mounted before systemd runs generators: the root, /usr, and what the initrd is told to mount (systemd.mount(5) x-initrd.mount). */
const early = ({ point, options }: { readonly point: string; readonly options: readonly string[] }): boolean =>
  ['/', '/usr', '/etc', '/run'].includes(point) || options.includes('x-initrd.mount');
