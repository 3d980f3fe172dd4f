/** Kind `rootless-overlay`: whether overlay mounts work for accounts without root. */
import { type Answer, type Asking, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown } from '../../facts/fact.ts';
import { kernelRelease } from '../../facts/host/kernel-release.ts';
import { programDirectories } from '../../facts/host/tool-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { releaseOf, since } from '../../facts/text/version.ts';

const selinux = '/sys/fs/selinux/enforce';
const fuse = '/dev/fuse';
const programs = programDirectories.map((d) => `${d}/fuse-overlayfs`);

export const rootlessOverlay = defineKind({
  name: 'rootless-overlay',
  noun: 'rootless overlay',
  describe: 'What overlay without root needs: Linux 5.11 (5.13 with SELinux), or fuse-overlayfs and /dev/fuse.',
  fields: {},
  shape: record({
    kernel: string('release of the kernel'),
    native: boolean('the kernel mounts overlay in a user namespace'),
    fuse: boolean('fuse-overlayfs and /dev/fuse are there'),
  }),
  touches: () => [kernelRelease, ...[selinux, fuse, ...programs].map((path) => ({ do: 'stat', path }) as const)],
  *learn(): Asking<Fact> {
    const fact = new FactBuilder();
    yield* setNative(fact);
    yield* setFuse(fact);
    return fact.build();
  },
});

function* setNative(fact: FactBuilder): Asking<void> {
  const kernel = yield* kernelRelease();
  const enforcing: Answer<Stat> = yield* stat(selinux);
  if (kernel.is === 'unknown') return void fact.gap('kernel', kernel).gap('native', kernel);
  fact.set('kernel', kernel.release, kernel.where);
  const release = releaseOf(kernel.release);
  const always = release !== undefined && since(release, '5.13');
  // Between the two releases it depends on SELinux.
  if (always || !release || !since(release, '5.11')) return void fact.set('native', always, kernel.where);
  if (enforcing.is === 'blocked') return void fact.gap('native', unknown(enforcing, selinux));
  fact.set('native', enforcing.is === 'absent', kernel.where, { path: selinux, ...(enforcing.is === 'absent' ? { said: 'not there' } : {}) });
}

function* setFuse(fact: FactBuilder): Asking<void> {
  const [device, ...stats] = yield* together([stat(fuse), ...programs.map((p) => stat(p))]);
  const at = stats.findIndex((s) => s.is === 'got' && s.value.real?.is !== 'absent');
  const program = programs[at];
  if (program === undefined) {
    const shut = stats.findIndex((s) => s.is === 'blocked');
    const blocked = stats[shut];
    if (blocked?.is === 'blocked') return void fact.gap('fuse', unknown(blocked, programs[shut] ?? ''));
    return void fact.set('fuse', false, { path: '/usr/bin/fuse-overlayfs', said: 'not there' });
  }
  // The device is made at boot (static node of the fuse module), so an image without it says nothing against it.
  if (device?.is === 'blocked' && device.why !== 'unsupported') return void fact.gap('fuse', unknown(device, fuse));
  fact.set('fuse', device?.is !== 'absent', { path: program }, { path: fuse, ...(device?.is === 'absent' ? { said: 'not there' } : {}) });
}
