/** Kind `tun-device`: whether an account may make network devices of its own through /dev/net/tun. */
import type { Asking } from '../../facts/ask.ts';
import type { Fact } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { deviceFields, deviceTouches, learnDevice } from '../../facts/podman/device.ts';
import { record } from '../../facts/shape.ts';

const path = '/dev/net/tun';

export const tunDevice = defineKind({
  name: 'tun-device',
  noun: '/dev/net/tun',
  absent: "/dev/net/tun is not there, so {who}'s containers cannot be given a network",
  describe: 'The device through which pasta and slirp4netns give rootless containers a network.',
  fields: {},
  shape: record(deviceFields),
  touches: () => deviceTouches(path),
  *learn(_, as): Asking<Fact> {
    return yield* learnDevice(path, as);
  },
});
