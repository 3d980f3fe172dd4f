/** Kind `selinux-state`: whether SELinux denies anything. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { selinux } from '../../facts/host/selinux.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record } from '../../facts/shape.ts';

export const selinuxState = defineKind({
  name: 'selinux-state',
  noun: 'SELinux',
  describe: 'Whether SELinux denies anything: by the kernel, or on an image by what it boots with.',
  fields: {},
  shape: record({ enforcing: boolean('it denies what its policy does not allow') }),
  touches: () => [selinux],
  *learn(): Asking<Fact> {
    const found = yield* selinux();
    if (found.is === 'unknown') return found;
    return new FactBuilder().consulted(found.where).set('enforcing', found.enforcing, found.where).build();
  },
});
