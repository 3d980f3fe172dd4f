/**
 * Why the generator makes no service of a file that it could load: each reason loses that unit alone
 * (containers/podman pkg/systemd/quadlet/quadlet.go ConvertContainer and its siblings).
 */

import type { Release } from '../containers/podman-release.ts';
import type { Where } from '../fact.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { keySince, sectionOf, takesKey } from './quadlet-keys.ts';
import { lastOf, valuesOf } from './quadlet-text.ts';

export interface ConversionError {
  readonly said: string;
  readonly where: readonly Where[];
}

/** Keys of the file's own section, and of [Quadlet], that the release does not take. */
export function unknownKeys(release: Release, ending: string, all: readonly Assignment[]): { key: string; where: Where }[] {
  return all
    .filter(
      (a) =>
        (a.section === sectionOf(ending) || (a.section === 'Quadlet' && takesKey(release, 'Quadlet', 'DefaultDependencies'))) &&
        !takesKey(release, a.section, a.key),
    )
    .map((a) => {
      const from = keySince(a.section, a.key);
      return {
        key: a.key,
        where: { ...a.where, said: from === undefined ? `no release of Podman takes ${a.key}= in [${a.section}]` : `${a.key}= came with Podman ${from}` },
      };
    });
}

/** Every other reason. `names` are the files that the same generator took. */
export function conversionErrors(ending: string, all: readonly Assignment[], names: ReadonlySet<string>, path: string): ConversionError[] {
  const errors: ConversionError[] = [];
  const own = sectionOf(ending);
  const last = (key: string): string => lastOf(all, own, key) ?? '';
  const at = (section: string, key: string): Where[] => {
    const found = all.findLast((a) => a.section === section && a.key === key);
    return [found?.where ?? { path }];
  };
  const add = (said: string, where: readonly Where[]): void => void errors.push({ said, where });
  const needs = (key: string): void => {
    if (last(key) === '') add(`[${own}] has no ${key}=`, [{ path }]);
  };
  if (ending === 'container') {
    if (last('Image') === '' && last('Rootfs') === '') add('[Container] has neither Image= nor Rootfs=', [{ path }]);
    if (last('Image') !== '' && last('Rootfs') !== '') add('Image= and Rootfs= exclude each other', at(own, 'Rootfs'));
    if (last('Group') !== '' && last('User') === '') add('Group= without User=', at(own, 'Group'));
    const pod = last('Pod');
    if (pod !== '' && !pod.endsWith('.pod')) add(`Pod=${pod} does not name a .pod file`, at(own, 'Pod'));
    else if (pod !== '' && !names.has(pod)) add(`Pod=${pod}: there is no such file`, at(own, 'Pod'));
  }
  if (ending === 'kube') needs('Yaml');
  if (ending === 'image') needs('Image');
  if (ending === 'build') {
    needs('ImageTag');
    if (last('File') === '' && last('SetWorkingDirectory') === '') add('[Build] has neither File= nor SetWorkingDirectory=', [{ path }]);
  }
  if (ending === 'artifact') needs('Artifact');
  if (ending === 'volume') {
    if (last('Driver') === 'image' && last('Image') === '') add('Driver=image without Image=', at(own, 'Driver'));
    for (const key of ['Type', 'Options'])
      if (last(key) !== '' && last('Device') === '' && last('Driver') !== 'image') add(`${key}= without Device=`, at(own, key));
  }
  if (ending === 'network') networkErrors(all, own, add);
  if (ending === 'container') containerErrors(all, own, add);
  if (ending === 'container' || ending === 'kube') {
    const kill = lastOf(all, 'Service', 'KillMode');
    if (kill !== undefined && kill !== 'mixed' && kill !== 'control-group')
      add(`KillMode=${kill}: only mixed and control-group are taken`, at('Service', 'KillMode'));
    const type = lastOf(all, 'Service', 'Type');
    if (type !== undefined && type !== 'notify' && type !== 'oneshot') add(`Type=${type}: only notify and oneshot are taken`, at('Service', 'Type'));
  }
  for (const { name, where } of references(ending, all, own)) if (!names.has(name)) add(`${name} is named but there is no such file`, [where]);
  return errors;
}

type Add = (said: string, where: readonly Where[]) => void;

function networkErrors(all: readonly Assignment[], own: string, add: Add): void {
  const subnets = valuesOf(all, own, 'Subnet').length;
  for (const key of ['Gateway', 'IPRange']) {
    const found = valuesOf(all, own, key);
    const last = found.at(-1);
    if (last && found.length > subnets) add(subnets === 0 ? `${key}= without Subnet=` : `more ${key}= than Subnet=`, [last.where]);
  }
}

/** Its pattern is not anchored in front (quadlet.go validPortRange). */
const portRange = /\d(-\d+)?(\/udp|\/tcp)?$/;

function containerErrors(all: readonly Assignment[], own: string, add: Add): void {
  for (const { value, where } of valuesOf(all, own, 'ExposeHostPort'))
    if (!portRange.test(value.trim().slice(-32))) add(`ExposeHostPort=${value} is no port`, [where]);
  const remap = all.findLast((a) => a.section === own && a.key === 'RemapUsers');
  if (remap && remap.value !== '' && remap.value !== 'auto' && remap.value !== 'keep-id') add(`RemapUsers=${remap.value} is not supported`, [remap.where]);
}

/** Other Quadlet files that a file names. */
function references(ending: string, all: readonly Assignment[], own: string): { name: string; where: Where }[] {
  const found: { name: string; where: Where }[] = [];
  const take = (key: string, endings: readonly string[], part: (value: string) => string): void => {
    for (const { value, where } of valuesOf(all, own, key)) {
      const name = part(value.trim());
      if (!name.startsWith('/') && !name.startsWith('.') && endings.some((e) => name.endsWith(e))) found.push({ name, where });
    }
  };
  const first = (value: string): string => value.split(':')[0] ?? '';
  if (ending === 'container' || ending === 'volume') {
    const image = all.findLast((a) => a.section === own && a.key === 'Image');
    if (image && /\.(build|image)$/.test(image.value)) found.push({ name: image.value, where: image.where });
  }
  if (['container', 'pod', 'kube', 'build'].includes(ending)) take('Network', ['.network', '.container'], first);
  if (['container', 'pod', 'build'].includes(ending)) take('Volume', ['.volume'], first);
  if (ending === 'container') take('Mount', ['.volume', '.image'], (value) => /(?:^|,)(?:source|src)=([^,]*)/.exec(value)?.[1] ?? '');
  return found;
}
