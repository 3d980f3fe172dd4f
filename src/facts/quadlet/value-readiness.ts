/**
 * `Notify=healthy`: the service counts as started when its container is healthy, for which Podman wants a health check
 * (containers/podman:pkg/systemd/quadlet/quadlet.go, from 5.0; pkg/specgen/generate/container_create.go, from 4.7; tried
 * with 4.3.1, 5.4.2 and 5.8.6).
 */

import { type Release, since } from '../containers/podman-release.ts';
import type { Unknown } from '../fact.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { shortened } from '../text/shortened.ts';
import { type BadValue, bad } from './bad-value.ts';
import type { Given } from './quadlet-given.ts';
import { lastWord } from './quadlet-words.ts';

/** The file, its service, and the release that reads them. */
interface Unit {
  readonly ending: string;
  readonly release: Release;
  readonly assignments: readonly Assignment[];
  readonly dropIns: readonly Assignment[];
}

interface Health {
  readonly refused: readonly BadValue[];
  readonly idle: readonly BadValue[];
  /** The image decides. */
  readonly open?: Unknown;
}

const nothing: Health = { refused: [], idle: [] };
const checks = ['health-cmd', 'health-startup-cmd'];

/** What a container without a health check of its own becomes that is to be started when it is healthy. */
export function healthOf({ ending, assignments, dropIns, release }: Unit, given: readonly Given[]): Health {
  if (ending !== 'container') return nothing;
  const type = [...assignments.filter((a) => a.section === 'Service'), ...dropIns].findLast((a) => a.key === 'Type')?.value;
  const key = lastWord(assignments, 'Container', 'Notify');
  const own: Given | undefined = key && /^healthy$/i.test(key.text) ? { key: 'Notify', flag: 'sdnotify', value: key.text, where: key.where } : undefined;
  const added = given.findLast((g) => g.flag === 'sdnotify');
  if (own && !added && !since(release, '5.0')) return { ...nothing, idle: [bad(own, 'before Podman 5.0 it takes yes and no alone')] };
  const asked = added ?? (type === 'oneshot' ? undefined : own);
  if (!asked || !/^healthy$/i.test(asked.value) || !since(release, '4.7') || given.some((g) => checks.includes(g.flag))) return nothing;
  const image = lastWord(assignments, 'Container', 'Image');
  if (!image) return since(release, '5.5') ? nothing : { ...nothing, refused: [bad(asked, 'it needs a health check, as HealthCmd= sets one')] };
  const said = `the container counts as started when it is healthy, and whether the image ${shortened(image.text, 80)} has a health check is not seen; HealthCmd= sets one`;
  return { ...nothing, open: { is: 'unknown', why: 'unsupported', said, where: [asked.where] } };
}
