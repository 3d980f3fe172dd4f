/** Whether the administrator masks a unit of systemd's own, by a link to /dev/null or an empty file (systemd.unit(5)). */
import { type Account, type Asking, stat } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { isTakenAway } from './enablement.ts';
import { searchUnits } from './find.ts';
import { searchDirs } from './paths.ts';

const system: Account = { name: 'root', uid: 0, gid: 0, home: '/root' };

/** The mask; nothing where there is none. Only a file that comes before the vendor's is looked at. */
export const maskedUnit = source(
  (name: string): Touches => [
    searchUnits.of('system', system),
    ...searchDirs('system', '~', '').map((dir) => ({ do: 'stat', path: `${dir}/${name}` }) as const),
  ],
  lookForMask,
);

function* lookForMask(name: string): Asking<Where | Unknown | undefined> {
  const search = yield* searchUnits('system', system);
  if (search.unseen[0]) return search.unseen[0];
  const first = search.dirs.find((d) => d.entries.has(name))?.path;
  if (first === undefined || /^\/(?:usr\/)?lib\//.test(first)) return undefined;
  const path = `${first}/${name}`;
  const inode = yield* stat(path);
  if (inode.is === 'blocked') return unknown(inode, path);
  const masked = inode.is === 'got' && (isTakenAway(inode.value) || (inode.value.type === 'file' && inode.value.size === 0));
  return masked ? { path, said: 'masked' } : undefined;
}
