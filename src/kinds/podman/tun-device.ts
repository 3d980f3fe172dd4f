/** Kind `tun-device`: whether an account may make network devices of its own through /dev/net/tun. */
import { type Account, type Asking, together } from '../../facts/ask.ts';
import { podmanRelease } from '../../facts/containers/podman-release.ts';
import type { Fact, Unknown } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { deviceFields, deviceTouches, learnDevice } from '../../facts/podman/device.ts';
import { rootlessCommand } from '../../facts/podman/rootless-command.ts';
import { settings } from '../../facts/podman/settings.ts';
import { record } from '../../facts/shape.ts';

const path = '/dev/net/tun';

export const tunDevice = defineKind({
  name: 'tun-device',
  noun: '/dev/net/tun',
  absent: "/dev/net/tun is not there, so {who}'s containers cannot be given a network",
  describe: 'The device through which pasta and slirp4netns give rootless containers a network.',
  fields: {
    podman: {
      type: 'boolean',
      describe: "whether it is meant as the program that connects Podman's rootless containers opens it: pasta gives up all groups but the primary one",
    },
  },
  shape: record(deviceFields),
  touches: ({ podman }) => [...deviceTouches(path), ...(podman === true ? [settings, podmanRelease] : [])],
  *learn({ podman }, as): Asking<Fact> {
    return yield* learnDevice(path, as, podman === true ? yield* groupsKept(as) : 'all');
  },
});

/** Tried with Podman 5.4.2: slirp4netns keeps the groups of the account, pasta (2025-05-03) calls setgroups(2) with none. */
function* groupsKept(as: Account): Asking<'all' | 'primary' | Unknown> {
  const [set, release] = yield* together([settings(as), podmanRelease()]);
  if ('is' in set) return set;
  const chosen = rootlessCommand(set, release);
  if (chosen.is === 'unknown') return chosen;
  return chosen.command === 'pasta' ? 'primary' : 'all';
}
