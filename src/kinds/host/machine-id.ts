/** Kind `machine-id`: whether the host has an id, and whether its copy for D-Bus is the same. The id itself is not told. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, string } from '../../facts/shape.ts';

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
    copy: string('of D-Bus: `same`, `another`, or `none`', ['same', 'another', 'none']),
  }),
  touches: () => [
    { do: 'read', path },
    { do: 'read', path: copy },
  ],
  *learn(): Asking<Fact> {
    const [own, bus] = yield* together([read(path), read(copy)]);
    if (own.is === 'blocked') return unknown(own, path);
    const fact = new FactBuilder().consulted({ path }, { path: copy });
    const id = own.is === 'got' ? idIn(own.value) : undefined;
    fact.set('id', id === undefined ? 'none' : 'set', { path });
    if (id === undefined) fact.set('text', own.is === 'absent' ? 'no file' : wordFor(own.value), { path });
    if (bus.is === 'blocked') return fact.gap('copy', unknown(bus, copy)).build();
    const other = bus.is === 'got' ? idIn(bus.value) : undefined;
    const said = other === undefined ? 'none' : other === id ? 'same' : 'another';
    return fact.set('copy', said, { path: copy }).build();
  },
});

/** 32 hexadecimal digits of either case on the first line, and nothing else (tried with systemd-machine-id-setup of 252 and 257). */
const idIn = (text: string): string | undefined => /^([0-9a-fA-F]{32})\n?$/.exec(text)?.[1]?.toLowerCase();

const wordFor = (text: string): string => (text.trim() === '' ? 'empty' : text.trim() === 'uninitialized' ? 'uninitialized' : 'something else');
