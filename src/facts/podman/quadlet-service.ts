/** The service that is generated from a Quadlet file, and what an administrator adds to it with drop-ins. */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { dropInNames, parseUnitName } from '../systemd/names.ts';
import { type Assignment, parseUnitText } from '../systemd/syntax.ts';
import type { QuadletFile } from './quadlet-disk.ts';

const unitDirectories = { system: ['/etc/systemd/system', '/run/systemd/system'], user: ['/etc/systemd/user', '/run/systemd/user'] } as const;

export const serviceDropInTouches = Object.values(unitDirectories).flatMap((ds) =>
  ds.flatMap((d) => [{ do: 'list', path: `${d}/*.service.d` } as const, { do: 'read', path: `${d}/*.service.d/*.conf` } as const]),
);

export interface ServiceDropIns {
  readonly assignments: readonly Assignment[];
  readonly unseen?: Unknown;
}

/** Drop-ins that an administrator wrote for the generated unit itself. */
export function* serviceDropIns(name: string, place: 'system' | 'user'): Asking<ServiceDropIns> {
  const unit = parseUnitName(name);
  const directories = unit ? unitDirectories[place].flatMap((d) => dropInNames(unit).map((n) => `${d}/${n}`)) : [];
  const lists = yield* together(directories.map((d) => list(d)));
  const paths: string[] = [];
  let unseen: Unknown | undefined;
  for (const [at, directory] of directories.entries()) {
    const names = lists[at] as Answer<readonly string[]>;
    if (names.is === 'blocked') unseen ??= unknown(names, directory);
    if (names.is === 'got') paths.push(...names.value.filter((n) => n.endsWith('.conf')).map((n) => `${directory}/${n}`));
  }
  const texts = yield* together(paths.map((path) => read(path)));
  const assignments = paths.flatMap((path, at) => {
    const text = texts[at] as Answer<string>;
    if (text.is === 'blocked') unseen ??= unknown(text, path);
    return text.is === 'got' ? parseUnitText(text.value, path, new Set(['Unit', 'Service', 'Install'])).assignments.filter((a) => a.section === 'Service') : [];
  });
  return { assignments, ...(unseen ? { unseen } : {}) };
}

/** `.container` and `.kube` give NAME.service, the others NAME-TYPE.service; ServiceName= replaces it (since 5.3). */
export function serviceNameOf({ name }: QuadletFile, own?: string): string {
  const dot = name.lastIndexOf('.');
  const ending = name.slice(dot + 1).toLowerCase();
  if (own) return `${own}.service`;
  return `${name.slice(0, dot)}${ending === 'container' || ending === 'kube' ? '' : `-${ending}`}.service`;
}
