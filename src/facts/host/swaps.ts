/** Swap: what the kernel uses now (proc(5) /proc/swaps), and what switches it on at boot: fstab(5), swap units, and services known for it. */
import { type Answer, type Asking, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { startedUnits, startsAtBoot } from '../systemd/started.ts';

const live = '/proc/swaps';
const fstab = '/etc/fstab';
const zram = [
  '/etc/systemd/zram-generator.conf',
  '/run/systemd/zram-generator.conf',
  '/usr/local/lib/systemd/zram-generator.conf',
  '/usr/lib/systemd/zram-generator.conf',
] as const;
const services = ['dphys-swapfile.service', 'zramswap.service', 'zram-swap.service'] as const;

export interface Swap {
  readonly name: string;
  readonly by: 'fstab' | 'unit' | 'zram-generator' | 'service' | 'kernel';
  readonly at: Where;
}

export interface Swaps {
  readonly is: 'known';
  /** In use; undefined where no kernel runs. */
  readonly on?: readonly Swap[];
  readonly boot: readonly Swap[] | Unknown;
}

export const swaps = source(
  [
    ...[live, fstab].map((path) => ({ do: 'read', path }) as const),
    ...zram.flatMap(
      (path) =>
        [
          { do: 'stat', path },
          { do: 'read', path },
        ] as const,
    ),
    startedUnits,
    ...services.map((s) => startsAtBoot.of(s)),
  ],
  readSwaps,
);

function* readSwaps(): Asking<Swaps | Unknown> {
  const [now, boot] = yield* together([read(live), atBoot()]);
  if (now.is === 'blocked' && now.why !== 'unsupported') return unknown(now, live);
  // A kernel without swap has no such file, and an image no kernel.
  if (now.is !== 'got') return { is: 'known', ...(now.is === 'absent' ? { on: [] } : {}), boot };
  const lines = now.value.split('\n');
  if (!/^Filename\s/.test(lines[0] ?? '')) return unparsable(`${live} is not a table of swap`, { path: live });
  const on = lines.slice(1).flatMap((line, index): Swap[] => {
    const [name = ''] = line.split(/\s+/);
    return name === '' ? [] : [{ name, by: 'kernel', at: { path: live, line: index + 2 } }];
  });
  return { is: 'known', on, boot };
}

function* atBoot(): Asking<readonly Swap[] | Unknown> {
  const [table, units, ...rest] = yield* together([
    read(fstab),
    startedUnits(),
    together(zram.map((p) => zramOf(p))),
    together(services.map((s) => startsAtBoot(s))),
  ]);
  const [generators, started] = rest;
  if (table.is === 'blocked') return unknown(table, fstab);
  const found: Swap[] = table.is === 'got' ? inFstab(table.value) : [];
  // What a generator made of fstab stands there already.
  const own = units.each.filter(({ name, at }) => name.endsWith('.swap') && !at.path.startsWith('/run/systemd/generator'));
  found.push(...own.map(({ name, at }): Swap => ({ name, by: 'unit', at })));
  // The foremost file counts, and one that is empty or leads to /dev/null makes nothing.
  const conf = generators.findIndex((g) => g.is !== 'absent');
  const devices = generators[conf];
  if (devices?.is === 'got' && devices.value) found.push({ name: 'zram', by: 'zram-generator', at: { path: zram[conf] ?? zram[0] } });
  for (const [at, links] of started.entries()) if (!('is' in links) && links[0]) found.push({ name: services[at] ?? '', by: 'service', at: links[0].at });
  if (found.length > 0) return found;
  const unseen = units.unseen ?? started.find((s): s is Unknown => 'is' in s);
  // Below /run an image has nothing.
  return devices?.is === 'blocked' && devices.why !== 'unsupported' ? unknown(devices, zram[conf] ?? zram[0]) : (unseen ?? []);
}

/** Whether a file makes a device. */
function* zramOf(path: string): Asking<Answer<boolean>> {
  const [link, text] = yield* together([stat(path), read(path)]);
  if (link.is !== 'got') return link;
  if (link.value.target === '/dev/null') return { is: 'got', value: false };
  return text.is === 'got' ? { is: 'got', value: /^\s*\[zram\d+\]/m.test(text.value) } : text;
}

/** `noauto` is switched on by hand. */
function inFstab(text: string): Swap[] {
  return text.split('\n').flatMap((line, index): Swap[] => {
    const [name = '', , type, options = ''] = line.trim().split(/[ \t]+/);
    if (name.startsWith('#') || type !== 'swap' || options.split(',').includes('noauto')) return [];
    return [{ name, by: 'fstab', at: { path: fstab, line: index + 1 } }];
  });
}
