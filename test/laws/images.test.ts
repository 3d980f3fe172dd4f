/**
 * No verdict on an image waits for a running host: every case's host is made an image, without what only runs, and no
 * rule is undecided there for the want of it. What an image cannot tell either way stands here with why.
 */
import { expect, test } from 'vitest';
import type { HostSpec } from '../../src/collect/composed/composed.ts';
import { notInImage } from '../../src/collect/disk/image.ts';
import { everyRule, type RuleTried } from './every-rule.ts';
import { whole } from './judging.ts';

const hierarchy = 'which cgroup hierarchy systemd mounts without a boot argument depends on how it was built';
const directory = 'subordinate ids that a directory service gives stand in no file';
const cannotBeTold: Readonly<Record<string, string>> = {
  'cgroup.mode.boot-args': hierarchy,
  'cgroup.mode.v2': hierarchy,
  'podman.config.pids-limit': hierarchy,
  'podman.config.runtime': hierarchy,
  'podman.version.major-migration': hierarchy,
  'host.time.order': 'whether a board has a clock of its own is seen on the board',
  'k3s.bind': 'addresses of all interfaces are those of a running host',
  'k3s.rootless.bin.idmap': 'a directory does not show the capabilities of files',
  'podman.config.logging': 'which log driver Podman takes by itself depends on how it was built',
  'quadlet.host-mounts': 'volumes are made on the host',
  'rootless.newidmap': 'a directory does not show the capabilities of files',
  'rootless.priv-ports': 'containers in a store that the image brings are read by Podman alone',
  'rootless.subgid': directory,
  'rootless.subid-overlap': directory,
  'rootless.subuid': directory,
  'vehicle.update.slot-known': 'the boot loader tells the running system which slot it is',
};

/** The same files as an image: nothing runs, and what only the kernel or a boot brings is not there. */
function imageOf(host: HostSpec): HostSpec {
  const { commands: _, sockets: __, env: ___, ...rest } = host;
  const files = Object.entries(host.files ?? {}).filter(([path]) => notInImage(path).is === 'absent');
  return { ...rest, kind: 'image', files: Object.fromEntries(files) };
}

function waiting({ rule, tried }: RuleTried): string[] {
  return tried.flatMap(({ trial, host }) =>
    whole(rule, { trial, host: imageOf(host) })
      .inspection.verdicts.filter(({ outcome, message }) => outcome === 'unknown' && /running host|no kernel runs/i.test(message))
      .map(({ message }) => `${rule.id}: ${trial.it}: ${message}`),
  );
}

const found = new Map(everyRule.map((one) => [one.rule.id, waiting(one)]));

/** Families that came last: what they wait for is still to be looked at. */
const younger = /^(?:cis|crio|host|k3s|lsm|suse|vehicle)\./;

test('no rule waits for a running host', () => {
  const waits = [...found].filter(([id]) => !Object.hasOwn(cannotBeTold, id));
  expect(waits.filter(([id]) => !younger.test(id)).flatMap(([, complaints]) => complaints)).toEqual([]);
  // This number may only fall.
  expect(waits.filter(([id]) => younger.test(id)).flatMap(([, complaints]) => complaints).length).toBeLessThanOrEqual(61);
});

test.each(Object.keys(cannotBeTold))('%s is one that no image decides', (id) => {
  expect(found.get(id)).not.toEqual([]);
});
