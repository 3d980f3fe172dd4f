/** Kind `machine-id`: whether the host has an id, and whether its copy for D-Bus is the same. The id itself is not told. */
import { type Asking, read, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown } from '../../facts/fact.ts';
import { type MountTable, mountTable } from '../../facts/host/mount-table.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { type Init, initOf, withoutUnits } from '../../facts/systemd/init.ts';

const path = '/etc/machine-id';
const copy = '/var/lib/dbus/machine-id';

export const machineId = defineKind({
  name: 'machine-id',
  noun: 'the machine id',
  describe: 'The id of the host (machine-id(5)) and its copy for D-Bus. What systemd takes for none is `none`: it makes a new one at boot.',
  fields: {},
  shape: record({
    id: string('`set`: 32 hexadecimal digits, kept as they are; `none`: empty, `uninitialized`, no file, or something else', ['set', 'none']),
    text: string('what stands there instead of an id', ['empty', 'uninitialized', 'no file', 'something else']),
    baked: boolean('there is an id, and this is an image: every host made from it gets it'),
    systemd: boolean('systemd starts the host, which needs an id; or it does not show what does'),
    writable: boolean('of an image: at boot systemd can write the file, or mount an id over one that is there; or no systemd needs one'),
    copy: string('of D-Bus: `same`, `another`, or `none`', ['same', 'another', 'none']),
  }),
  touches: () => [{ do: 'read', path }, { do: 'read', path: copy }, { do: 'stat', path: kernelPath }, mountTable, initOf],
  *learn(): Asking<Fact> {
    const [own, bus, kernel] = yield* together([read(path), read(copy), stat(kernelPath)]);
    if (own.is === 'blocked') return unknown(own, path);
    const fact = new FactBuilder().consulted({ path }, { path: copy });
    const id = own.is === 'got' ? idIn(own.value) : undefined;
    fact.set('id', id === undefined ? 'none' : 'set', { path });
    if (id === undefined) fact.set('text', own.is === 'absent' ? 'no file' : wordFor(own.value), { path });
    if (id !== undefined && kernel.is === 'blocked' && kernel.why !== 'unsupported') fact.gap('baked', unknown(kernel, kernelPath));
    else fact.set('baked', id !== undefined && !runs(kernel), { path });
    const init = id === undefined ? yield* initOf() : undefined;
    setSystemd(fact, init);
    if (own.is === 'absent' && !runs(kernel) && init?.is === 'known' && !withoutUnits(init)) setWritable(fact, yield* mountTable());
    else if (own.is === 'absent' && !runs(kernel) && init?.is === 'unknown') fact.gap('writable', init);
    else fact.set('writable', true, { path });
    if (bus.is === 'blocked') return fact.gap('copy', unknown(bus, copy)).build();
    const other = bus.is === 'got' ? idIn(bus.value) : undefined;
    const said = other === undefined ? 'none' : other === id ? 'same' : 'another';
    return fact.set('copy', said, { path: copy }).build();
  },
});

/** Where there is an id, nobody asks who needs it. */
function setSystemd(fact: FactBuilder, init: Init | Unknown | undefined): void {
  if (init?.is === 'unknown') fact.gap('systemd', init);
  else if (init) fact.set('systemd', !withoutUnits(init), init.at);
}

/** A missing file cannot be made where / is read-only and nothing is mounted on /etc (machine-id(5)). */
function setWritable(fact: FactBuilder, table: MountTable): void {
  if (table.is === 'unknown') return void fact.gap('writable', table);
  const root = table.each.find((m) => m.point === '/');
  const over = table.each.find((m) => m.point === '/etc');
  const counts = over ?? root;
  const isReadOnly = counts?.options.findLast((o) => o === 'ro' || o === 'rw') === 'ro';
  fact.set('writable', !isReadOnly, counts?.at ?? { path });
}

/** 32 hexadecimal digits of either case on the first line, and nothing else (tried with systemd-machine-id-setup of 252 and 257). */
const idIn = (text: string): string | undefined => /^([0-9a-fA-F]{32})\n?$/.exec(text)?.[1]?.toLowerCase();

const wordFor = (text: string): string => (text.trim() === '' ? 'empty' : text.trim() === 'uninitialized' ? 'uninitialized' : 'something else');
