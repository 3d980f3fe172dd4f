/** Kind `fuse-device`: whether an account may mount file systems of its own through /dev/fuse. */
import type { Asking } from '../../facts/ask.ts';
import type { Fact } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { deviceFields, deviceTouches, learnDevice } from '../../facts/podman/device.ts';
import { record } from '../../facts/shape.ts';

const path = '/dev/fuse';

export const fuseDevice = defineKind({
  name: 'fuse-device',
  noun: '/dev/fuse',
  absent: '/dev/fuse is not there, so {who} cannot mount with fuse-overlayfs',
  describe: 'The device through which fuse-overlayfs mounts the file systems of rootless containers.',
  fields: {},
  shape: record(deviceFields),
  touches: () => deviceTouches(path),
  *learn(_, as): Asking<Fact> {
    return yield* learnDevice(path, as);
  },
});
