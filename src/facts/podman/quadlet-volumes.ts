/** A `.volume` file that binds a directory of the host: who mounts the volume mounts that (podman-volume-create(1) --opt). */
import type { Unknown } from '../fact.ts';
import type { Assignment } from '../systemd/syntax.ts';
import type { Flag } from './podman-flags.ts';
import type { QuadletFile } from './quadlet-disk.ts';
import type { MergedQuadlet } from './quadlet-merge.ts';
import { lastOf } from './quadlet-text.ts';
import { argumentsOf, lastWord } from './quadlet-words.ts';

/** The `.volume` files that the generator of an account takes, and how they are merged. */
export interface VolumeUnits {
  file(name: string): QuadletFile | undefined;
  merge(file: QuadletFile): MergedQuadlet;
}

/** What the volumes among these flags bind, as flags of their own; unknown when a volume's file could not be seen. */
export function boundBy(flags: readonly Flag[], units: VolumeUnits, expand: (text: string) => string): Flag[] | Unknown {
  const found: Flag[] = [];
  for (const { unit, rest } of flags.flatMap(volumeIn)) {
    const file = units.file(unit);
    if (!file) continue;
    const merged = units.merge(file);
    if (merged.unseen) return merged.unseen;
    const device = deviceOf(merged.assignments);
    if (device) found.push({ name: 'volume', value: `${expand(device.text)}${rest}`, where: device.where });
  }
  return found;
}

function volumeIn({ name, value }: Flag): { unit: string; rest: string }[] {
  if (name === 'volume') {
    const at = value.indexOf(':');
    const unit = at < 0 ? value : value.slice(0, at);
    return unit.endsWith('.volume') ? [{ unit, rest: at < 0 ? ':/' : value.slice(at) }] : [];
  }
  const unit = name === 'mount' ? (/(?:^|,)(?:source|src)=([^,]*\.volume)(?:,|$)/.exec(value)?.[1] ?? '') : '';
  return unit === '' ? [] : [{ unit, rest: /(?:^|,)(?:ro|readonly)(?:=true)?(?:,|$)/.test(value) ? ':/:ro' : ':/' }];
}

/** Options with `bind`, or a type of that name, make the device a directory that is bound. */
function deviceOf(assignments: readonly Assignment[]): { text: string; where: Flag['where'] } | undefined {
  const given = argumentsOf(assignments, 'Volume', 'PodmanArgs');
  const opts = given.flatMap((w, at) => {
    const own = /^(?:--opt=|-o=?)(.+)$/s.exec(w.text)?.[1];
    const next = w.text === '--opt' || w.text === '-o' ? given[at + 1]?.text : undefined;
    const text = own ?? next;
    return text === undefined ? [] : [{ text, where: w.where }];
  });
  const opt = (name: string): { text: string; where: Flag['where'] } | undefined => {
    const found = opts.findLast((o) => o.text.startsWith(`${name}=`));
    return found && { ...found, text: found.text.slice(name.length + 1) };
  };
  const device = opt('device') ?? lastWord(assignments, 'Volume', 'Device');
  const kinds = [opt('o')?.text, opt('type')?.text, lastOf(assignments, 'Volume', 'Options'), lastOf(assignments, 'Volume', 'Type')];
  return device && kinds.some((k) => /(?:^|,)r?bind(?:,|$)/.test(k ?? '')) ? device : undefined;
}
