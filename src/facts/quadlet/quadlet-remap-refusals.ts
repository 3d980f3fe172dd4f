/** Keys of user namespaces that the generator refuses (containers/podman:pkg/systemd/quadlet/quadlet.go handleUserMappings, handleUserRemap). */

import { since } from '../containers/podman-release.ts';
import type { Where } from '../fact.ts';
import type { Conversion, ConversionError } from './quadlet-conversion.ts';
import { sectionOf } from './quadlet-keys.ts';
import { lastOf, valuesOf } from './quadlet-text.ts';
import { stringsOf } from './quadlet-words.ts';

const explicit = ['UserNS', 'UIDMap', 'GIDMap', 'SubUIDMap', 'SubGIDMap'];
const deprecated = ['RemapUid', 'RemapGid', 'RemapUsers'];

/** The deprecated Remap keys: which of them a kind of file takes, and that they stand alone. */
export function remapRefusals({ ending, release, assignments, user, path }: Conversion): ConversionError[] {
  const own = sectionOf(ending);
  if (!(ending === 'container' || ending === 'kube' || (ending === 'pod' && since(release, '5.3')))) return [];
  const at = (key: string): Where => assignments.findLast((a) => a.section === own && a.key === key)?.where ?? { path };
  const refuse = (key: string, said: string): ConversionError[] => [{ said, where: [at(key)] }];
  const mapped = explicit.find((key) => (lastOf(assignments, own, key) ?? '') !== '' || (/Map$/.test(key) && valuesOf(assignments, own, key).length > 0));
  const old = deprecated.find((key) => assignments.some((a) => a.section === own && a.key === key));
  if (mapped && since(release, '4.8')) return old ? refuse(old, `${old}= beside ${mapped}=: the deprecated Remap keys stand alone`) : [];
  const maps = (key: string): number => stringsOf(assignments, own, key).length;
  const found = assignments.findLast((a) => a.section === own && a.key === 'RemapUsers')?.value ?? '';
  if (found === '') return (['RemapUid', 'RemapGid'] as const).flatMap((key) => (maps(key) > 0 ? refuse(key, `${key}= without RemapUsers=`) : [])).slice(0, 1);
  if (found === 'auto') return [];
  if (found === 'manual') return ending === 'kube' ? refuse('RemapUsers', 'RemapUsers=manual is not for .kube files') : [];
  if (found !== 'keep-id') return refuse('RemapUsers', `RemapUsers=${found} is not supported`);
  if (!user && !since(release, '5.3')) return refuse('RemapUsers', `RemapUsers=keep-id is refused for units of the system before Podman 5.3`);
  const many = since(release, '4.5') ? (['RemapUid', 'RemapGid'] as const).find((key) => maps(key) > 1) : undefined;
  return many ? refuse(many, `RemapUsers=keep-id takes one ${many}=`) : [];
}
