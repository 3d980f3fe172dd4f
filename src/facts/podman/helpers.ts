/** Helper programs of Podman: where it would find them. */

import { type Answer, type Asking, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { programDirectories } from '../host/tool-table.ts';
import { source, type Touches } from '../source.ts';

export type Helper = { readonly is: 'found'; readonly path: string } | { readonly is: 'absent'; readonly consulted: readonly Where[] } | Unknown;

/** CNI's plugins: where Podman 3 and 4 look for them (containers/common:pkg/config/default.go). */
export const pluginDirectories: readonly string[] = ['/usr/lib/cni', '/usr/libexec/cni', '/opt/cni/bin', '/usr/local/lib/cni', '/usr/local/libexec/cni'];

/** The usual directories that are looked into; where a configuration names others, the last pattern holds. */
const touches = (name: string, directories: readonly string[], onPath: boolean): Touches => [
  ...[...directories, ...(onPath ? programDirectories : [])].map((d) => ({ do: 'stat', path: `${d}/${name}` }) as const),
  { do: 'stat', path: `/**/${name}`, later: true },
];

/**
 * The first executable file of that name: in the helper directories, then on PATH if `onPath`
 * (containers/common:pkg/config/config.go FindHelperBinary). A file without the execute bit is passed over.
 */
export const findHelper = source(touches, seekHelper);

function* seekHelper(name: string, directories: readonly string[], onPath: boolean): Asking<Helper> {
  const paths = [...new Set([...directories.filter((d) => d.startsWith('/')), ...(onPath ? programDirectories : [])])].map((d) => `${d}/${name}`);
  const stats = (yield* together(paths.map((p) => stat(p)))) as Answer<Stat>[];
  const consulted: Where[] = [];
  for (const [at, path] of paths.entries()) {
    const answer = stats[at] as Answer<Stat>;
    if (answer.is === 'blocked') return unknown(answer, path);
    const real = answer.is === 'got' ? (answer.value.real ?? { is: 'got' as const, value: { ...answer.value, path } }) : answer;
    if (real.is === 'blocked') return unknown(real, path);
    if (real.is === 'got' && real.value.type === 'file' && (real.value.mode & 0o111) !== 0) return { is: 'found', path };
    consulted.push({ path, ...(answer.is === 'got' ? { said: real.is === 'absent' ? 'a dangling link' : 'not an executable file' } : {}) });
  }
  return { is: 'absent', consulted };
}
