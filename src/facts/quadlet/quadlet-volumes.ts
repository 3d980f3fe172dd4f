/** A `.volume` file that binds a directory of the host: who mounts the volume mounts that (podman-systemd.unit(5) Device=, Type=, Options=). */
import type { Unknown, Where } from '../fact.ts';
import type { HostMount } from '../podman/host-mount.ts';
import { boundDevice } from '../podman/mount-option.ts';
import type { Flag } from '../podman/podman-flags.ts';
import { volumesIn } from '../podman/volumes.ts';
import { holdsPlaceholder } from '../redacted.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { shortened } from '../text/shortened.ts';
import type { QuadletFile } from './quadlet-disk.ts';
import type { MergedQuadlet } from './quadlet-merge.ts';
import { argumentsOf, lastWord } from './quadlet-words.ts';

/** The `.volume` files that the generator of an account takes, and how they are merged. */
export interface VolumeUnits {
  file(name: string): QuadletFile | undefined;
  merge(file: QuadletFile): MergedQuadlet;
}

/** What the volumes among these flags bind; unknown when a volume's file could not be seen, or a variable decides. */
export function boundBy(flags: readonly Flag[], units: VolumeUnits, expand: (text: string) => string): HostMount[] | Unknown {
  const found: HostMount[] = [];
  for (const { name, where: _, ...mounted } of volumesIn(flags)) {
    const file = units.file(name);
    if (!file?.name.endsWith('.volume')) continue;
    const { assignments, unseen } = units.merge(file);
    if (unseen) return unseen;
    const given = optionsOf(assignments);
    const masked = [...given.values()].find(({ text }) => holdsPlaceholder(text));
    if (masked) return { is: 'unknown', why: 'redacted', said: 'what a volume binds was masked before it was recorded', where: [masked.where] };
    const filled = [...given.values()].find(({ text }) => text.includes('$'));
    if (filled)
      return {
        is: 'unknown',
        why: 'ambiguous',
        said: `systemd fills a variable into ${shortened(filled.text, 80)} when the service starts`,
        where: [filled.where],
      };
    const device = boundDevice(Object.fromEntries([...given].map(([key, { text }]) => [key, expand(text)])));
    if (device !== undefined) found.push({ ...mounted, source: device, where: given.get('device')?.where ?? { path: file.path } });
  }
  return found;
}

/** By the names that `podman volume create --opt` has for them; what PodmanArgs= says comes last. */
function optionsOf(assignments: readonly Assignment[]): Map<string, { readonly text: string; readonly where: Where }> {
  const found = new Map<string, { readonly text: string; readonly where: Where }>();
  for (const [key, name] of [
    ['Device', 'device'],
    ['Options', 'o'],
    ['Type', 'type'],
  ] as const) {
    const word = lastWord(assignments, 'Volume', key);
    if (word) found.set(name, word);
  }
  const given = argumentsOf(assignments, 'Volume', 'PodmanArgs');
  for (const [at, { text, where }] of given.entries()) {
    const own = text === '--opt' || text === '-o' ? (given[at + 1]?.text ?? '') : (/^(?:--opt=|-o=?)(.+)$/s.exec(text)?.[1] ?? '');
    const equals = own.indexOf('=');
    if (equals > 0) found.set(own.slice(0, equals), { text: own.slice(equals + 1), where });
  }
  return found;
}
