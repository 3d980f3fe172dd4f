/** Kind `kernel`: the release of the kernel. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { kernelRelease } from '../../facts/host/kernel-release.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, version } from '../../facts/shape.ts';

export const kernel = defineKind({
  name: 'kernel',
  noun: 'the kernel',
  describe: 'The kernel that runs; on an image the only one that is installed.',
  fields: {},
  shape: record({ release: version('as uname -r prints it: 6.1.0-41-amd64') }),
  touches: () => [kernelRelease],
  *learn(): Asking<Fact> {
    const found = yield* kernelRelease();
    if (found.is === 'unknown') return found;
    return new FactBuilder().consulted(found.where).set('release', found.release, found.where).build();
  },
});
