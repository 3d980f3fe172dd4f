/** Kind `mount`: the mount that a path lies on. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown } from '../../facts/fact.ts';
import { mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

export const mount = defineKind({
  name: 'mount',
  describe: 'The mount that a path without links lies on: of the running kernel (proc_pid_mountinfo(5)), of an image what its fstab names.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path without links' } },
  shape: record({
    point: string('where it is mounted'),
    type: string('type of the file system'),
    options: list(string('an option'), 'options of the mount and of its file system'),
    hides: string('of /proc: what hidepid= hides from others; unset where it hides nothing'),
    seenBy: string('of /proc: the group that gid= excepts from that'),
    propagation: string('whether mounts below it spread to and from other mount namespaces', ['shared', 'slave', 'private']),
  }),
  touches: () => [mountTable],
  *learn({ path }): Asking<Fact> {
    const table = yield* mountTable();
    if (table.is === 'unknown') return table;
    const found = mountOf(table.each, path);
    const unseen = (said: string): Unknown => ({ is: 'unknown', why: 'unsupported', said, where: found ? [found.at] : table.consulted });
    if (!found) return table.live ? missing(...table.consulted) : unseen(`what ${path} lies on shows on a running host only`);
    const at = { ...found.at, said: `${found.type} at ${found.point}` };
    const fact = new FactBuilder().consulted(at).set('point', found.point, at).set('type', found.type, at).set('options', found.options, at);
    // Numbers from the table of mounts, words from Linux 5.8 on (proc_pid(5)).
    if (found.type === 'proc')
      fact.set('hides', optionValue(found.options, 'hidepid', /^(?:0|off)$/), at).set('seenBy', optionValue(found.options, 'gid', /^0$/), at);
    if (found.propagation === undefined) fact.gap('propagation', unseen('how mounts spread shows on a running host only'));
    // A slave is what programs in a namespace of their own are given of a shared mount.
    else if (found.propagation === 'slave') fact.gap('propagation', unseen('the inspection runs in a mount namespace of its own'));
    else fact.set('propagation', found.propagation, { ...found.at, said: found.propagation });
    return fact.build();
  },
});

/** The value of an option, unless it is one that stands for none. */
function optionValue(options: readonly string[], name: string, none: RegExp): string | undefined {
  const value = options.findLast((o) => o.startsWith(`${name}=`))?.slice(name.length + 1);
  return value === undefined || none.test(value) ? undefined : value;
}
