/** The root file system of the QM partition (containers/qm): what `Rootfs=` of qm.container names, with its variables filled in. */
import { type Asking, stat } from '../ask.ts';
import { mergeEnvironment } from '../environment/unit-lines.ts';
import type { FactBuilder, Unknown, Where } from '../fact.ts';
import { unknown } from '../fact.ts';
import { type Assignment, sinceReset } from '../systemd/syntax.ts';

const usual = '/usr/lib/qm/rootfs';

/** What may be asked: where the package puts it, and wherever the file says. */
export const rootfsTouches = [
  { do: 'stat', path: usual },
  { do: 'stat', named: 'what Rootfs= of qm.container names' },
] as const;

/** Sets `rootfs.path` and `rootfs.present`. A file without `Rootfs=` (one with an image) sets neither. */
export function* learnRootfs(fact: FactBuilder, own: readonly Assignment[]): Asking<void> {
  const set = own.findLast((a) => a.section === 'Container' && a.key === 'Rootfs');
  if (!set || set.value === '') return void fact.at('rootfs', set?.where ?? own[0]?.where ?? { path: 'qm.container' });
  const path = pathOf(set, own);
  if (typeof path !== 'string') return void fact.gap('rootfs', path);
  const where: Where = { ...set.where, said: `Rootfs=${set.value}` };
  fact.set(['rootfs', 'path'], path, where);
  const found = yield* stat(path);
  const end = found.is === 'got' ? (found.value.real ?? found) : found;
  if (end.is === 'blocked') return void fact.gap(['rootfs', 'present'], unknown(end, path));
  const present = end.is === 'got' && end.value.type === 'directory';
  fact.set(['rootfs', 'present'], present, { path, ...(present ? {} : { said: end.is === 'got' ? 'no directory' : 'not there' }) }, where);
}

/** systemd fills in `${NAME}` from Environment= of the service; options behind a colon are Podman's (podman-run(1) --rootfs). */
function pathOf(set: Assignment, own: readonly Assignment[]): string | Unknown {
  const lines = own.filter((a) => a.section === 'Service' && a.key === 'Environment');
  const { variables } = mergeEnvironment(sinceReset(lines), (value) => value);
  const missing: string[] = [];
  const text = set.value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = variables.get(name)?.value;
    if (value === undefined) missing.push(name);
    return value ?? '';
  });
  const path = text.replace(/:[^/]*$/, '');
  if (missing.length === 0 && path.startsWith('/') && !path.includes('%')) return path;
  const why = missing.length > 0 ? `${missing.join()} is not set in [Service]` : 'it is no absolute path';
  return { is: 'unknown', why: 'ambiguous', said: `what Rootfs=${set.value} names cannot be told: ${why}`, where: [set.where] };
}
