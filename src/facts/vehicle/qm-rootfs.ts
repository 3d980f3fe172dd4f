/** The root file system of the QM partition (containers/qm): what `Rootfs=` of qm.container names, with its variables filled in. */
import { type Asking, list, stat } from '../ask.ts';
import { mergeEnvironment } from '../environment/unit-lines.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { type Assignment, sinceReset } from '../systemd/syntax.ts';

const usual = '/usr/lib/qm/rootfs';

/** What `Rootfs=` names, and whether a directory is there that holds something. */
export interface Rootfs {
  readonly is: 'named';
  readonly path: string;
  readonly where: Where;
  readonly present: boolean | Unknown;
  /** The place looked at, and what is there in place of a directory. */
  readonly seen: Where;
}

/** A file without `Rootfs=` (one with an image). */
export interface NoRootfs {
  readonly is: 'none';
  readonly where: Where;
}

/** The root file system that the lines of qm.container and its drop-ins name; unknown where what they name cannot be told. */
export const learnRootfs = source(
  [
    { do: 'stat', path: usual },
    { do: 'list', path: usual },
    { do: 'stat', named: 'what Rootfs= of qm.container names' },
    { do: 'list', named: 'what Rootfs= of qm.container names' },
  ],
  rootfsOf,
);

function* rootfsOf(own: readonly Assignment[]): Asking<Rootfs | NoRootfs | Unknown> {
  const set = own.findLast((a) => a.section === 'Container' && a.key === 'Rootfs');
  if (!set || set.value === '') return { is: 'none', where: set?.where ?? own[0]?.where ?? { path: 'qm.container' } };
  const path = pathOf(set, own);
  if (typeof path !== 'string') return path;
  const named = { is: 'named', path, where: { ...set.where, said: `Rootfs=${set.value}` } } as const;
  const found = yield* stat(path);
  const end = found.is === 'got' ? (found.value.real ?? found) : found;
  if (end.is === 'blocked') return { ...named, present: unknown(end, path), seen: { path } };
  if (end.is === 'absent' || end.value.type !== 'directory')
    return { ...named, present: false, seen: { path, said: end.is === 'got' ? 'no directory' : 'not there' } };
  const inside = yield* list(path);
  if (inside.is === 'blocked') return { ...named, present: unknown(inside, path), seen: { path } };
  // Made before its time, by a package or as a file system of its own: only the setup fills it.
  const empty = inside.is === 'got' && inside.value.every((name) => name === 'lost+found');
  return { ...named, present: !empty, seen: { path, ...(empty ? { said: 'empty' } : {}) } };
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
  const why = missing.length > 0 ? `[Service] does not set ${missing.join()}` : 'it is not an absolute path';
  return { is: 'unknown', why: 'ambiguous', said: `what Rootfs=${set.value} names cannot be told: ${why}`, where: [set.where] };
}
