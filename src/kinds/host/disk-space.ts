/** Kind `disk-space`: how full the file systems are that a host writes to. */
import { type Answer, type Asking, type Output, run, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, unknown, unparsable } from '../../facts/fact.ts';
import { type Mount, mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, string } from '../../facts/shape.ts';

const blocks = ['df', '-Pkl'];
const inodes = ['df', '-Pil'];
/** What is written to while a host runs. */
const written = ['/', '/var', '/var/lib', '/var/lib/rancher', '/var/lib/containers', '/var/lib/kubelet', '/var/log', '/var/tmp', '/tmp', '/home', '/run'];

export const diskSpace = defineKind({
  name: 'disk-space',
  noun: 'the space on disks',
  describe:
    'How much is free on the file systems of this machine that are written to (df): those of /var, /home, /tmp and what lies below. File systems mounted read-only are left out. A running host alone tells.',
  fields: {},
  shape: record({
    filesystems: list(
      record({
        point: string('where it is mounted'),
        free: number('per cent of its size that ordinary users may still fill'),
        bytes: number('the same in bytes'),
        freeInodes: number('per cent of its inodes that are free; unset where it has no fixed number of them'),
      }),
      'by where they are mounted',
    ),
  }),
  touches: () => [mountTable, { do: 'run', argv: blocks }, { do: 'run', argv: inodes }],
  *learn(): Asking<Fact> {
    const [table, space, nodes] = yield* together([mountTable(), run(blocks), run(inodes)]);
    if (table.is === 'unknown') return table;
    const bytes = parseDf(space);
    const counts = parseDf(nodes);
    for (const [rows, argv, answer] of [[bytes, blocks, space] as const, [counts, inodes, nodes] as const])
      if (rows === undefined)
        return answer.is === 'blocked'
          ? unknown(answer, commandPlace(argv))
          : unparsable(`${argv.join(' ')} does not tell what is free`, { path: commandPlace(argv) });
    const found = new Map<string, Mount>();
    for (const path of written) {
      const mount = mountOf(table.each, path);
      if (mount && !mount.options.includes('ro')) found.set(mount.point, mount);
    }
    const at = { path: commandPlace(blocks) };
    const rows = [...found.keys()].flatMap((point) => {
      const row = bytes?.get(point);
      if (!row || row.total === 0) return [];
      const nodesOf = counts?.get(point);
      const free = Math.floor((row.free * 100) / row.total);
      const freeInodes = nodesOf && nodesOf.total > 0 ? { freeInodes: Math.floor((nodesOf.free * 100) / nodesOf.total) } : {};
      return [{ point, free, bytes: row.free * 1024, ...freeInodes }];
    });
    const fact = new FactBuilder().consulted(at, { path: commandPlace(inodes) });
    if (rows.length === 0) return unparsable('df names no file system that is written to', at);
    return fact.set('filesystems', rows, at).build();
  },
});

interface Row {
  readonly total: number;
  readonly free: number;
}

/** The portable form: name, total, used, free, per cent, mount point (df(1) -P). df fails for one mount and tells of the rest. */
function parseDf(answer: Answer<Output>): Map<string, Row> | undefined {
  if (answer.is !== 'got') return undefined;
  const rows = new Map<string, Row>();
  for (const line of answer.value.stdout.split('\n')) {
    const m = /^.*?\s+(\d+|-)\s+(\d+|-)\s+(-?\d+|-)\s+(?:\d+%|-)\s+(\/.*)$/.exec(line);
    if (m) rows.set(m[4] as string, { total: Number(m[1]) || 0, free: Math.max(0, Number(m[3]) || 0) });
  }
  return rows.size > 0 ? rows : undefined;
}
