/** Kind `root-integrity`: whether the root file system can be changed, and whether the kernel checks what it reads from it. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { argumentIn, type CommandLine, commandLines, switched } from '../../facts/cgroup/command-line.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type MountTable, mountTable } from '../../facts/host/mount-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

const mountInfo = '/proc/self/mountinfo';
/** Which file is there first counts (ostree-prepare-root(1)). */
const composefs = ['/etc/ostree/prepare-root.conf', '/usr/lib/ostree/prepare-root.conf'] as const;

export const rootIntegrity = defineKind({
  name: 'root-integrity',
  noun: 'the root file system',
  describe:
    'The root file system: mounted read-only, and verified by dm-verity or composefs. Of a running host what is mounted, of an image what fstab(5), the kernel’s arguments and systemd-veritysetup-generator(8) make of it.',
  fields: {},
  shape: record({
    readOnly: boolean('nothing can be written to it'),
    verified: string('what the kernel checks: the root file system, /usr alone, or neither', ['root', 'usr', 'none']),
    lax: boolean('blocks that were tampered with are handed out all the same (ignore-corruption)'),
    because: string('what switches verification off, or leaves it out'),
  }),
  touches: () => [
    mountTable,
    commandLines,
    { do: 'read', path: mountInfo },
    { do: 'read', path: '/sys/dev/block/*/dm/uuid' },
    ...composefs.map((path) => ({ do: 'read', path }) as const),
  ],
  *learn(): Asking<Fact> {
    const table = yield* mountTable();
    if (table.is === 'unknown') return table;
    const fact = new FactBuilder().consulted(...table.consulted);
    return table.live ? yield* ofKernel(fact, table) : yield* ofImage(fact, table);
  },
});

type Known = Exclude<MountTable, Unknown>;

function* ofKernel(fact: FactBuilder, table: Known): Asking<Fact> {
  const root = table.each.findLast((m) => m.point === '/');
  if (!root) return { is: 'unknown', why: 'ambiguous', said: `${mountInfo} shows no root file system`, where: table.consulted };
  const isReadOnly = root.options.includes('ro');
  const said = 'what is written to the upper layer of an overlay may be lost at the next boot, or stay';
  if (root.type === 'overlay' && !isReadOnly) fact.gap('readOnly', { is: 'unknown', why: 'ambiguous', said, where: [root.at] });
  else fact.set('readOnly', isReadOnly, { ...root.at, said: isReadOnly ? 'mounted read-only' : 'mounted for writing' });
  const text = yield* read(mountInfo);
  const lines = (text.is === 'got' ? text.value : '').split('\n').map((l) => l.split(' '));
  const deviceOf = (point: string): string | undefined => lines.findLast((l) => l[4] === point)?.[2];
  const [top, usr] = yield* together([verityOf(deviceOf('/')), verityOf(deviceOf('/usr'))]);
  const composed = root.type === 'overlay' && /^composefs/.test(root.source) && root.options.includes('verity=require');
  if (top === true || composed) return fact.set('verified', 'root', root.at).set('lax', false, root.at).build();
  const open = [top, usr].find((v): v is Unknown => typeof v === 'object');
  if (open) return fact.gap('verified', open).gap('lax', open).build();
  return fact
    .set('verified', usr === true ? 'usr' : 'none', root.at)
    .set('lax', false, root.at)
    .set('because', 'its device is none of dm-verity', root.at)
    .build();
}

/** Whether a block device is one of dm-verity's. */
function* verityOf(device: string | undefined): Asking<boolean | Unknown> {
  if (device === undefined || !/^[1-9]\d*:\d+$/.test(device)) return false;
  const path = `/sys/dev/block/${device}/dm/uuid`;
  const uuid = yield* read(path);
  return uuid.is === 'blocked' ? unknown(uuid, path) : uuid.is === 'got' && uuid.value.startsWith('CRYPT-VERITY-');
}

function* ofImage(fact: FactBuilder, table: Known): Asking<Fact> {
  const [lines, ...confs] = yield* together([commandLines(), ...composefs.map((path) => read(path))]);
  setReadOnly(fact, table, lines);
  const at = confs.findIndex((c) => c.is !== 'absent');
  const conf = confs[at];
  const where = { path: composefs[at] ?? '' };
  if (conf?.is === 'blocked') return fact.gap('verified', unknown(conf, where.path)).gap('lax', unknown(conf, where.path)).build();
  // Only what checks each file counts: `yes` alone mounts composefs without it (ostree-prepare-root(1)).
  if (conf?.is === 'got' && /^\s*\[composefs\][^[]*^\s*enabled\s*=\s*(?:signed|verity)\s*$/m.test(conf.value))
    return fact.set('verified', 'root', where).set('lax', false, where).build();
  const shut = lines.is === 'unknown' ? lines : lines.each.length === 0 ? noBoot(lines.consulted) : undefined;
  if (lines.is === 'unknown' || shut)
    return fact
      .gap('verified', shut as Unknown)
      .gap('lax', shut as Unknown)
      .build();
  const each = lines.each.map(verifiedBy);
  const worst = each.find((v) => v.covers === 'none') ?? each.find((v) => v.covers === 'usr') ?? each[0];
  if (!worst) return fact.build();
  const places = lines.each.flatMap((l) => l.where);
  fact.set('verified', worst.covers, ...places).set('because', worst.because, ...places);
  return fact
    .set(
      'lax',
      each.some((v) => v.lax),
      ...places,
    )
    .build();
}

const noBoot = (consulted: readonly Where[]): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: 'the image has no boot entry, so what the kernel is told cannot be seen',
  where: consulted.slice(0, 3),
});

/** File systems to which nothing can be written, whatever fstab says. */
const neverWritten = /^(?:squashfs|erofs|cramfs|romfs|iso9660)$/;

/** fstab's line for / decides, since systemd-remount-fs(8) follows it; without one the root stays as the kernel mounted it: `ro` unless told `rw`. */
function setReadOnly(fact: FactBuilder, table: Known, lines: Asked): void {
  const line = table.each.find((m) => m.point === '/');
  if (line) {
    const last = neverWritten.test(line.type) ? 'ro' : line.options.findLast((o) => o === 'ro' || o === 'rw');
    fact.set('readOnly', last === 'ro', { ...line.at, said: last === 'ro' ? 'mounts / read-only' : 'mounts / for writing' });
    return;
  }
  if (lines.is === 'unknown' || lines.each.length === 0) {
    fact.gap('readOnly', lines.is === 'unknown' ? lines : noBoot(lines.consulted));
    return;
  }
  const writes = lines.each.filter((l) => l.arguments.findLast((a) => a.name === 'ro' || a.name === 'rw')?.name === 'rw');
  fact.set('readOnly', writes.length === 0, ...(writes.length > 0 ? writes : lines.each).flatMap((l) => l.where));
}

type Asked = ReturnType<typeof commandLines> extends Generator<unknown, infer T, unknown> ? T : never;

const switches = ['systemd.verity', 'rd.systemd.verity'];

interface Verified {
  readonly covers: 'root' | 'usr' | 'none';
  readonly lax: boolean;
  readonly because?: string;
}

/** systemd-veritysetup-generator(8), tried with 252: no hash, or a switch that says no, and nothing is set up. */
function verifiedBy(line: CommandLine): Verified {
  const value = (name: string): string | undefined => argumentIn(line, name);
  // The initial RAM disk reads both spellings, and of both the last counts.
  const told = line.arguments.findLast((a) => switches.includes(a.name) && switched(a.value ?? '') !== undefined);
  const off = told && switched(told.value ?? '') === false ? told.name : undefined;
  const table = value('dm_mod.create') ?? '';
  const lax = ['systemd.verity_root_options', 'systemd.verity_usr_options'].some((name) => /(?:^|,)ignore-corruption(?:,|$)/.test(value(name) ?? ''));
  if (/(?:^|[ ,])verity(?: |$)/.test(table)) return { covers: 'root', lax: /ignore_corruption/.test(table) };
  const root = /^[0-9a-f]{32,}$/i.test(value('roothash') ?? '');
  const usr = /^[0-9a-f]{32,}$/i.test(value('usrhash') ?? '');
  if (off !== undefined && (root || usr)) return { covers: 'none', lax: false, because: `${off} switches it off` };
  if (root || usr) return { covers: root ? 'root' : 'usr', lax };
  const named = value('systemd.verity_root_data') !== undefined;
  return { covers: 'none', lax: false, because: named ? 'roothash= is missing, without which nothing is set up' : 'the kernel is told no roothash=' };
}
