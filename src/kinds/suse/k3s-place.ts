/** Kind `k3s-place`: where the program of K3s lies, as the root file system of this host is laid out. */
import { type Asking, stat } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown } from '../../facts/fact.ts';
import { leadsTo, mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { startOfK3s } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

const usual = ['/usr/local/bin/k3s', '/opt/bin/k3s', '/usr/bin/k3s'];
const above = [
  ...new Set(
    usual.flatMap((p) =>
      p
        .split('/')
        .map((_, at, all) => all.slice(0, at + 1).join('/'))
        .filter((d) => d !== ''),
    ),
  ),
];

export const k3sPlace = defineKind({
  name: 'k3s-place',
  noun: 'the program k3s',
  absent: 'no service here starts K3s',
  describe: 'Where the program that the service of K3s runs lies: whether it is there, on which mount, and whether that can be written to.',
  fields: {},
  shape: record({
    path: string('the program, as the service names it'),
    there: boolean('it is there'),
    mount: string('where the file system that holds it is mounted'),
    writable: boolean('that can be written to'),
    apart: boolean('it is another than that of /, so that a rollback of the system leaves it as it is'),
    temporary: boolean('it lies in memory or in a directory that is cleaned'),
  }),
  touches: () => [
    startOfK3s,
    mountTable,
    ...above.map((path) => ({ do: 'stat' as const, path })),
    { do: 'stat', named: 'the program that a unit runs', later: true },
  ],
  *learn(): Asking<Fact> {
    const start = yield* startOfK3s();
    if (start.is === 'unknown') return start;
    if (start.is === 'not-started') return missing(...start.consulted);
    const { program: path, where } = start.command;
    const fact = new FactBuilder().consulted(where, { path }).set('path', path, where);
    const inode = yield* stat(path);
    if (inode.is === 'blocked') fact.gap('there', unknown(inode, path));
    else fact.set('there', inode.is === 'got', { path }, where);
    fact.set('temporary', /^(?:\/tmp|\/var\/tmp|\/dev\/shm|\/run)\//.test(path), where);
    const [table, real] = [yield* mountTable(), yield* leadsTo(path)];
    const open = table.is === 'unknown' ? table : typeof real === 'object' ? real : undefined;
    if (open || table.is === 'unknown' || typeof real === 'object') {
      for (const field of ['mount', 'writable', 'apart']) if (open) fact.gap(field, open);
      return fact.build();
    }
    const mount = mountOf(table.each, real);
    if (!mount) return gapAll(fact, path);
    const at = { ...mount.at, said: `${mount.type} at ${mount.point}` };
    return fact
      .set('mount', mount.point, at)
      .set('writable', !mount.options.includes('ro'), at)
      .set('apart', mount.point !== '/', at)
      .build();
  },
});

function gapAll(fact: FactBuilder, path: string): Fact {
  for (const field of ['mount', 'writable', 'apart'])
    fact.gap(field, { is: 'unknown', why: 'unsupported', said: `what ${path} lies on shows on a running host only`, where: [{ path }] });
  return fact.build();
}
