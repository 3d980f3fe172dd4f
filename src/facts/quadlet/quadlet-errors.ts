/**
 * Why the generator makes no service of a file that it could load, or why the one that it makes cannot start: each reason
 * loses that unit alone, but for a panic (containers/podman:pkg/systemd/quadlet/quadlet.go ConvertContainer and its
 * siblings, handleUserMappings, addNetworks, handleStorageSource at v4.4.4 to v5.8.2 and main). Compared with the
 * generators of these releases over upstream's own test files: test/upstream/quadlet.ts.
 */

import { type Release, since } from '../containers/podman-release.ts';
import type { Where } from '../fact.ts';
import type { Assignment } from '../systemd/syntax.ts';
import type { Conversion, ConversionError } from './quadlet-conversion.ts';
import { keySince, sectionOf, takesKey } from './quadlet-keys.ts';
import { mountRefusals } from './quadlet-mount-refusals.ts';
import { referenceRefusals } from './quadlet-reference-refusals.ts';
import { remapRefusals } from './quadlet-remap-refusals.ts';
import { lastOf, valuesOf } from './quadlet-text.ts';
import { argumentsOf } from './quadlet-words.ts';

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

/** Every other reason. */
export function conversionErrors(unit: Conversion): ConversionError[] {
  const about = new About(unit);
  const { ending } = unit;
  if (ending === 'container') containerErrors(about);
  if (ending === 'kube') kubeErrors(about);
  if (ending === 'image') about.needs('Image');
  if (ending === 'build') buildErrors(about);
  if (ending === 'artifact') about.needs('Artifact');
  if (ending === 'volume') volumeErrors(about);
  if (ending === 'network') networkErrors(about);
  if (['container', 'kube', 'pod'].includes(ending) && !since(unit.release, '5.3')) portErrors(about);
  if (ending === 'container' || ending === 'kube') serviceErrors(about);
  return [...about.errors, ...remapRefusals(unit), ...referenceRefusals(unit), ...(ending === 'container' ? mountRefusals(unit) : [])];
}

/** Collects what is wrong with one file. */
class About {
  readonly errors: ConversionError[] = [];
  readonly unit: Conversion;
  readonly own: string;
  constructor(unit: Conversion) {
    this.unit = unit;
    this.own = sectionOf(unit.ending);
  }
  /** The last value of a key; `''` where there is none. */
  last(key: string, section = this.own): string {
    return lastOf(this.unit.assignments, section, key) ?? '';
  }
  has(key: string): boolean {
    return this.unit.assignments.some((a) => a.section === this.own && a.key === key);
  }
  values(key: string): readonly Assignment[] {
    return valuesOf(this.unit.assignments, this.own, key);
  }
  add(said: string, where: Where = { path: this.unit.path }): void {
    this.errors.push({ said, where: [where] });
  }
  /** Says something of a key, where its last value stands. */
  at(key: string, said: string, section = this.own): void {
    this.add(said, this.unit.assignments.findLast((a) => a.section === section && a.key === key)?.where);
  }
  needs(key: string): void {
    if (this.last(key) === '') this.add(`[${this.own}] has no ${key}=`);
  }
}

function containerErrors(about: About): void {
  const { release } = about.unit;
  const rootfs = since(release, '4.5') ? about.last('Rootfs') : '';
  if (about.last('Image') === '' && rootfs === '')
    about.add(since(release, '4.5') ? '[Container] has neither Image= nor Rootfs=' : '[Container] has no Image=');
  if (about.last('Image') !== '' && rootfs !== '') about.at('Rootfs', 'Image= and Rootfs= exclude each other');
  if (since(release, '4.8') && about.last('Group') !== '' && about.last('User') === '') about.at('Group', 'Group= without User=');
  for (const { value, where } of about.values('ExposeHostPort')) if (!isPortRange(value)) about.add(`ExposeHostPort=${value} is not a port`, where);
  if (since(release, '4.5') && !since(release, '5.3'))
    for (const { value, where } of about.values('Tmpfs'))
      if (value.split(':').length > 2) about.add(`Tmpfs=${value}: Podman ${release.said} takes no more than PATH:OPTIONS`, where);
  if (since(release, '5.5') && about.last('ReloadSignal') !== '') {
    const commands = argumentsOf(about.values('ReloadCmd').slice(-1), about.own, 'ReloadCmd');
    if (commands.length > 0) about.at('ReloadSignal', 'ReloadCmd= and ReloadSignal= exclude each other');
  }
}

/** Its pattern is not anchored in front (quadlet.go validPortRange). */
const isPortRange = (value: string): boolean => /\d(-\d+)?(\/udp|\/tcp)?$/.test(value.trim().slice(-32));

/** Up to 5.2 the generator looked at published ports itself; an address may stand in brackets. */
function portErrors(about: About): void {
  for (const { value, where } of about.values('PublishPort')) {
    const parts = value
      .trim()
      .replace(/\[[^\]]*\]?/g, '')
      .split(':');
    const strange = parts.slice(-2).find((p, at) => p !== '' && !isPortRange(p) && (parts.length > 1 || at === 0));
    if (parts.length > 3) about.add(`PublishPort=${value} has too many parts`, where);
    else if (strange !== undefined) about.add(`PublishPort=${value}: ${strange} is not a port`, where);
  }
}

function serviceErrors(about: About): void {
  const { assignments, release, ending } = about.unit;
  const kill = lastOf(assignments, 'Service', 'KillMode');
  if (kill !== undefined && kill !== 'mixed' && kill !== 'control-group')
    about.at('KillMode', `KillMode=${kill}: only mixed and control-group are taken`, 'Service');
  const type = lastOf(assignments, 'Service', 'Type');
  if (type !== undefined && type !== 'notify' && type !== 'oneshot' && (ending === 'container' || since(release, '4.8')))
    about.at('Type', `Type=${type}: only notify and oneshot are taken`, 'Service');
}

function kubeErrors(about: About): void {
  about.needs('Yaml');
  const directory = about.last('SetWorkingDirectory').toLowerCase();
  if (!['', 'yaml', 'unit'].includes(directory)) about.at('SetWorkingDirectory', `SetWorkingDirectory=${directory}: a .kube file takes yaml and unit`);
  const paths = about.values('Yaml').flatMap((a) => a.value.split(/\s+/));
  if (directory === 'yaml' && paths.length > 1 && since(about.unit.release, '5.7'))
    about.at('SetWorkingDirectory', 'SetWorkingDirectory=yaml wants a single Yaml=');
}

/** What is no relative path; from 5.7 on what begins with a specifier neither (quadlet.go isURL, startsWithSystemdSpecifier; tried on 5.2.5 to 5.8.2). */
const wholePath = /^(?:\/|https?|git:\/\/)|github\.com\/./;
const wholePathOrSpecifier = /^(?:\/|%[^%]|https?|git:\/\/)|github\.com\/./;

function buildErrors(about: About): void {
  if ((about.values('ImageTag')[0]?.value ?? '') === '') about.add('[Build] has no ImageTag=');
  const file = about.last('File');
  const directory = about.last('SetWorkingDirectory');
  const word = directory.toLowerCase();
  if (word === 'yaml') about.at('SetWorkingDirectory', 'SetWorkingDirectory=yaml is for .kube files');
  else if (word === 'file' && !about.has('File')) about.at('SetWorkingDirectory', 'SetWorkingDirectory=file without File=');
  else if (directory === '' && about.last('WorkingDirectory', 'Service') === '') {
    if (file === '') about.add('[Build] has neither File= nor SetWorkingDirectory=');
    else if (!(since(about.unit.release, '5.7') ? wholePathOrSpecifier : wholePath).test(file))
      // Taking it out heals nothing: what is missing is the other key.
      about.add(`File=${file} is relative, which wants SetWorkingDirectory=`);
  }
}

function volumeErrors(about: About): void {
  const { release } = about.unit;
  if (about.last('Driver') === 'image') {
    if (!about.has('Image') && since(release, '4.8')) about.at('Driver', 'Driver=image without Image=');
    return;
  }
  for (const key of since(release, '6.0') ? ['Type'] : ['Type', 'Options'])
    if (about.last(key) !== '' && about.last('Device') === '') about.at(key, `${key}= without Device=`);
}

function networkErrors(about: About): void {
  const subnets = about.values('Subnet').length;
  for (const key of ['Gateway', 'IPRange']) {
    const found = about.values(key);
    if (found.length > subnets) about.add(subnets === 0 ? `${key}= without Subnet=` : `more ${key}= than Subnet=`, found.at(-1)?.where);
  }
}
